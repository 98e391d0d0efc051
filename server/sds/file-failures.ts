/** Why a file FAILED: kept as a word, told as a sentence. */
export const FILE_FAILURES = {
  CLIENT_GONE: 'The connection broke before the whole file was here.',
  STALLED: 'Nothing came for too long.',
  MALFORMED: 'What was sent is not a whole form with one file at its end.',
  STORAGE_FULL: 'The server has no space left for this file.',
  STORAGE: 'The server could not store this file.',
  INTERRUPTED: 'The server stopped while it received this file.',
} as const;
export type FileFailure = keyof typeof FILE_FAILURES;
