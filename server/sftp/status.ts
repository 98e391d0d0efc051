/** SFTP status codes (draft-ietf-secsh-filexfer-02, 7) and how failures become one. */
import { isOutOfSpace } from '../out-of-space.ts';

export const STATUS = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

/** A request that is refused with words for the client. */
export class SftpFailure extends Error {
  override readonly name = 'SftpFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const BY_ERRNO: Readonly<Record<string, [status: number, message: string]>> = {
  ENOENT: [STATUS.noSuchFile, 'No such file'],
  ENOTDIR: [STATUS.noSuchFile, 'No such folder'],
  EACCES: [STATUS.permissionDenied, 'Permission denied'],
  EPERM: [STATUS.permissionDenied, 'Permission denied'],
  // Where O_NOFOLLOW meets a link.
  ELOOP: [STATUS.permissionDenied, 'Links are not followed'],
  EEXIST: [STATUS.failure, 'The file exists already'],
  ENOTEMPTY: [STATUS.failure, 'The folder is not empty'],
  EISDIR: [STATUS.failure, 'It is a folder'],
  ENAMETOOLONG: [STATUS.failure, 'The name is too long'],
};

/** Undefined for an error that nobody expected: it belongs in the log. */
export function expectedFailure(error: unknown): SftpFailure | undefined {
  if (error instanceof SftpFailure) return error;
  if (isOutOfSpace(error)) return new SftpFailure(STATUS.failure, 'No space left on the server');
  const known = BY_ERRNO[(error as NodeJS.ErrnoException).code ?? ''];
  return known && new SftpFailure(...known);
}
