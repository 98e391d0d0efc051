/** Names in the remote folder (spec: "Names and renames"): what may be one, and the temporary form. */
import { AppError } from '../../shared/errors/index.ts';

/** Names a job's unfinished files; the server side ignores it. */
const TEMPORARY_SUFFIX = '.sealift-part';

/**
 * `.<final>.<8 hex of the job id>.sealift-part`.
 *
 * @param jobId a UUID, or any id that begins with 8 hex digits
 */
export function temporaryName(finalName: string, jobId: string): string {
  const digits = jobId.replaceAll('-', '').slice(0, 8).toLowerCase();
  if (!/^[0-9a-f]{8}$/.test(digits)) throw new TypeError('a job id begins with 8 hex digits');
  return `.${finalName}.${digits}${TEMPORARY_SUFFIX}`;
}

/** The digits of the job that a temporary name tells; undefined: it is none. */
export function temporaryDigits(name: string): string | undefined {
  if (/[/\\\p{Cc}]/u.test(name)) return undefined;
  return /^\..+\.([0-9a-f]{8})\.sealift-part$/.exec(name)?.[1];
}

/** @throws AppError REMOTE_NAME_INVALID for anything but a plain base name */
export function checkRemoteName(name: string): void {
  const plain = name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);
  if (!plain) {
    throw new AppError('REMOTE_NAME_INVALID', {
      name: name.replace(/\p{Cc}/gu, '?').slice(0, 120),
    });
  }
}

/** A path inside the remote folder; an empty folder is where the login lands. */
export function remotePath(directory: string, name: string): string {
  if (directory === '') return name;
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** The folder as a sentence names it. */
export function folderLabel(directory: string): string {
  return directory === '' ? 'the login folder' : directory;
}
