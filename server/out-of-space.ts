/** A full disk, whoever met it: it passes when its operator makes room, and is nobody's file's fault. */

/** Of the file system, of a quota, and of the database (SQLSTATE disk_full). */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', '53100'];

export function isOutOfSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.includes(error.code);
}
