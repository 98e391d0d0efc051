/** A failure as the CLI tells it: what happened, the next step, and an exit code. */
import { errorEntry, errorNext, errorText } from '../../shared/errors/index.ts';
import type { AppError, ErrorCode, ErrorParams } from '../../shared/errors/index.ts';
import { visible } from './visible.ts';

/** The option that takes the next step, for failures whose catalogue text speaks to the window too. */
const OPTIONS: Partial<Record<ErrorCode, string>> = {
  CONVERSION_NEEDED: 'To agree: add --convert.',
  FILE_EXISTS: 'Commands that write data take --force to overwrite it.',
  HOST_KEY_UNKNOWN:
    'To accept: add --accept-new-host-key, or put the key into a file for --known-hosts.',
  HOST_KEY_CHANGED: 'A key accepted by --accept-new-host-key lies in known_hosts in the profile.',
  KEYCHAIN_UNAVAILABLE:
    'Master password: --master-password-file F. keys make can also keep the key out of the profile: --export-private F.',
  KEYCHAIN_LOCKED: 'Without a keychain: --master-password-file F.',
  KEY_ID_OF_OTHER_KEY:
    'When the platform has given the Key ID to another key: sealift keys set-id FINGERPRINT KEY_ID.',
  KEY_ID_MISSING: 'sealift manifest init --key-id UUID writes a manifest with it.',
  MASTER_PASSWORD_NEEDED: 'Put it into a file and add --master-password-file F.',
  PASSPHRASE_NEEDED: 'Put it into a file and add --passphrase-file F, or run in a terminal.',
  REMOTE_EXISTS: 'To agree: add --overwrite.',
  ROWS_REJECTED: 'To agree: add --accept-rejected.',
  SSH_KEY_PASSPHRASE_NEEDED:
    'Put it into a file and add --identity-passphrase-file F, or run in a terminal.',
};

/** The error part of a JSON result. */
export interface FailureJson {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly text: string;
  readonly next: string;
}

export function failureJson(error: AppError): FailureJson {
  const { code, params } = error;
  const option = OPTIONS[code];
  const next = option === undefined ? errorNext(error) : `${errorNext(error)} ${option}`;
  return { code, params, text: errorText(error), next };
}

/** Two lines for stderr. */
export function failureText(error: AppError): string {
  const { text, next } = failureJson(error);
  return `sealift: ${visible(text)}\n         ${visible(next)}`;
}

export function exitCodeOf(error: AppError): number {
  return errorEntry(error.code).exit;
}
