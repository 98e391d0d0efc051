/**
 * Turns what an SFTP server answers into plain words. Version 3 of the protocol has nine status codes
 * and says "failure" for a full disk, a quota and an existing file alike, so the causes are told apart
 * by newer codes that some servers send, by their words, and by asking for the free space.
 */
import { AppError, type ErrorCode, type ErrorParams } from '../../shared/errors/index.ts';
import { plainReason } from './plain-reason.ts';
import { folderLabel } from './remote-names.ts';
import {
  SessionEndedError,
  SftpStatusError,
  SILENCE_TIMEOUT_MS,
  type RemoteSpace,
  type SftpSession,
} from './sftp-session.ts';

/** What was being done when it failed. */
export interface RemoteContext {
  readonly session: SftpSession;
  readonly directory: string;
  /** The file's final name. */
  readonly name: string;
  /** As in "failed while {action}". */
  readonly action: string;
  /** Bytes still to be written, where that matters. */
  readonly neededBytes?: number;
}

/** SSH_FX_* codes: 0–8 from draft-ietf-secsh-filexfer-02, the rest from version 13 of the draft. */
const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  2: 'REMOTE_FOLDER_MISSING',
  3: 'REMOTE_PERMISSION_DENIED',
  10: 'REMOTE_FOLDER_MISSING',
  11: 'REMOTE_EXISTS',
  12: 'REMOTE_READ_ONLY',
  14: 'REMOTE_NO_SPACE',
  15: 'REMOTE_QUOTA',
  19: 'REMOTE_FOLDER_MISSING',
  20: 'REMOTE_NAME_INVALID',
};

const STATUS_WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/quota/i, 'REMOTE_QUOTA'],
  [/no space|disk full|ENOSPC/i, 'REMOTE_NO_SPACE'],
  [/read-?only|EROFS/i, 'REMOTE_READ_ONLY'],
  [/name too long|ENAMETOOLONG/i, 'REMOTE_NAME_TOO_LONG'],
  [/already exists|file exists|EEXIST/i, 'REMOTE_EXISTS'],
];

/** SSH_FX_BAD_MESSAGE: OpenSSH answers it to a name that is too long. */
const BAD_MESSAGE = 5;

/** Maps any failure of a request. AppErrors pass unchanged; what is not of SFTP is thrown on. */
export async function remoteError(error: unknown, at: RemoteContext): Promise<AppError> {
  if (error instanceof AppError) return error;
  if (error instanceof SessionEndedError) return endedError(error, at);
  if (!(error instanceof SftpStatusError)) throw error;
  const code = statusCode(error) ?? (await causeFromSpace(at));
  const params = { ...commonParams(at), reason: plainReason(error.message) };
  return new AppError(code ?? 'REMOTE_FAILED', params, { cause: error });
}

/** The words of a failure of which the code is known already. */
export function remoteFailure(code: ErrorCode, at: RemoteContext, cause?: unknown): AppError {
  return new AppError(code, commonParams(at), { cause });
}

/** Whether a request failed because the server's answer says so, not because the session ended. */
export function isStatus(error: unknown): error is SftpStatusError {
  return error instanceof SftpStatusError;
}

function statusCode(error: SftpStatusError): ErrorCode | undefined {
  const byWords = STATUS_WORDS.find(([words]) => words.test(error.message))?.[1];
  if (byWords) return byWords;
  if (error.status === BAD_MESSAGE) return 'REMOTE_NAME_TOO_LONG';
  return STATUS_CODES[error.status];
}

/** A bare "failure": a full or read-only file system is its usual cause. */
async function causeFromSpace(at: RemoteContext): Promise<ErrorCode | undefined> {
  let space: RemoteSpace;
  try {
    space = await at.session.space(at.directory === '' ? '.' : at.directory);
  } catch {
    return undefined;
  }
  if (space.readOnly) return 'REMOTE_READ_ONLY';
  const noSpace = space.freeBytes < Math.max(1, at.neededBytes ?? 0) || space.freeFiles === 0;
  return noSpace ? 'REMOTE_NO_SPACE' : undefined;
}

function endedError(error: SessionEndedError, at: RemoteContext): AppError {
  const params = { ...commonParams(at), seconds: SILENCE_TIMEOUT_MS / 1000 };
  const code = error.reason === 'silent' ? 'REMOTE_NO_ANSWER' : 'CONNECTION_LOST';
  return new AppError(code, params, { cause: error });
}

function commonParams(at: RemoteContext): ErrorParams {
  const { host } = at.session.facts;
  return { host, name: at.name, folder: folderLabel(at.directory), action: at.action };
}
