/** Why the operating system refused a file, in the words that users read. Its own codes end here. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'a file of that name is there',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is not a folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EIO: 'the disk reported an error',
  EPIPE: 'the reader went away',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file would be too large for this disk',
};

/** A few words to stand inside a sentence; the bare code of what has no words here. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return code === undefined ? 'unknown reason' : (REASONS[code] ?? code);
}
