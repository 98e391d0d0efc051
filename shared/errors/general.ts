import type { ErrorCatalog } from './catalog.ts';

/** Failures that belong to no single room: files, usage, the unexpected. */
export const generalErrors = {
  INTERNAL: {
    text: 'Something went wrong inside Sealift (incident {incident}).',
    next: 'Try again. If it happens again, report the incident number with the log file.',
    exit: 1,
    retry: 'user',
  },
  CANCELLED: {
    text: 'Cancelled.',
    next: 'Nothing was left behind. Start again when you are ready.',
    exit: 130,
    retry: 'user',
  },
  BAD_REQUEST: {
    text: 'The request was not understood: {detail}.',
    next: 'Correct the named field and try again.',
    exit: 2,
    retry: 'user',
  },
  USAGE: {
    text: '{detail}',
    next: 'Add --help to the command to see how it is used.',
    exit: 2,
    retry: 'user',
  },
  FILE_NOT_FOUND: {
    text: 'The file {file} does not exist.',
    next: 'Check the name and the folder.',
    exit: 1,
    retry: 'user',
  },
  FILE_NOT_READABLE: {
    text: 'The file {file} cannot be read ({reason}).',
    next: 'Check its permissions, or copy it to a folder that you own.',
    exit: 1,
    retry: 'user',
  },
  FILE_IS_FOLDER: {
    text: '{file} is a folder, not a file.',
    next: 'Name a file inside it.',
    exit: 1,
    retry: 'user',
  },
  FILE_NOT_REGULAR: {
    text: '{file} is not a regular file.',
    next: 'Copy its content to a file and use that.',
    exit: 1,
    retry: 'user',
  },
  FILE_EXISTS: {
    text: '{file} exists already.',
    next: 'Choose another name, or remove it first.',
    exit: 1,
    retry: 'user',
  },
  FILE_NOT_WRITABLE: {
    text: '{file} cannot be written ({reason}).',
    next: 'Choose a folder in which you may write.',
    exit: 1,
    retry: 'user',
  },
  FILE_CHANGED: {
    text: '{file} changed while it was read.',
    next: 'Wait until the program that writes it has finished, then try again.',
    exit: 1,
    retry: 'user',
  },
  DISK_FULL: {
    text: 'There is no space left on the disk for {file}.',
    next: 'Free some space and try again; the unfinished output was removed.',
    exit: 1,
    retry: 'user',
  },
  PROFILE_FILE_DAMAGED: {
    text: 'The file {file} in the profile folder cannot be read.',
    next: 'Restore it from a backup, or move it away to start it anew; Sealift has left it untouched.',
    exit: 1,
    retry: 'user',
  },
  PROFILE_BUSY: {
    text: 'Another process of Sealift has held the file {file} of this profile for too long.',
    next: 'Wait until it is done, or end it, and try again.',
    exit: 1,
    retry: 'auto',
  },
} as const satisfies ErrorCatalog;
