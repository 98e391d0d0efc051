/** A failure as the CLI tells it: what happened, the next step, and an exit code. */
import { errorEntry, errorNext, errorText } from '../../shared/errors/index.ts';
import type { AppError, ErrorCode, ErrorParams } from '../../shared/errors/index.ts';
import { visible } from './visible.ts';

/** The option that takes the next step, for failures whose catalogue text speaks to the window too. */
const OPTIONS: Partial<Record<ErrorCode, string | ((params: ErrorParams) => string)>> = {
  CONVERSION_NEEDED: 'To agree: add --convert.',
  FILE_EXISTS: 'seal, open and receipts export take --force to overwrite it.',
  HOST_KEY_UNKNOWN:
    'To accept: add --accept-new-host-key, or put the key into a file for --known-hosts.',
  HOST_KEY_CHANGED: ({ host, port, file }) => {
    const name = port === 22 ? host : `[${host}]:${port}`;
    return `This removes it: ssh-keygen -R '${name}' -f '${file}'`;
  },
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
  SDS_KEY_PASSPHRASE_NEEDED:
    'Put it into a file and add --passphrase-file F, or run in a terminal.',
  SDS_URL_OTHER_HOST: ({ host }) => `To agree: add --allow-host ${host}.`,
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
  const option = optionFor(error);
  const next = option === undefined ? errorNext(error) : `${errorNext(error)} ${option}`;
  return { code, params, text: namedText(error), next };
}

function optionFor({ code, params }: AppError): string | undefined {
  const option = OPTIONS[code];
  return typeof option === 'function' ? option(params) : option;
}

/** What does not name its file, as keys do not, is told behind the file's name, as compilers do. */
function namedText(error: AppError): string {
  const { file } = error.params;
  const isNamed = `${errorEntry(error.code).text}${errorEntry(error.code).next}`.includes('{file}');
  return file !== undefined && !isNamed && error.code.startsWith('KEY_')
    ? `${file}: ${errorText(error)}`
    : errorText(error);
}

/** Two lines for stderr. */
export function failureText(error: AppError): string {
  const { text, next } = failureJson(error);
  return `sealift: ${visible(text)}\n         ${visible(next)}`;
}

export function exitCodeOf(error: AppError): number {
  return errorEntry(error.code).exit;
}
