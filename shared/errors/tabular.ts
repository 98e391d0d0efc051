import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `tabular`: a data file whose kind, encoding or shape cannot be read. */
export const tabularErrors = {
  FORMAT_UNKNOWN: {
    text: '{file} is neither CSV nor JSON by its name.',
    next: 'Name it .csv, .json, .ndjson or .jsonl after what it holds. Other kinds of file, such as configuration files, cannot be imported.',
    exit: 1,
    retry: 'user',
  },
  CONVERSION_NEEDED: {
    text: '{file} is {found}; the platform reads UTF-8 with commas only.',
    next: 'Save it again as UTF-8 with commas between the cells, or let Sealift convert it while it checks and seals: the file itself stays as it is.',
    exit: 1,
    retry: 'user',
  },
  TEXT_UNREADABLE: {
    text: 'Byte {offset} of {file} is not {encoding}, so the file cannot be converted.',
    next: 'Save the file again as UTF-8 with the program that made it.',
    exit: 1,
    retry: 'user',
  },
  HEADER_TOO_LONG: {
    text: 'The first record of {file} does not end within {limitBytes} bytes, so its columns are not known.',
    next: 'Check that the file begins with a line of column names, or with a record if it is JSON, and that every quotation mark in it is closed.',
    exit: 1,
    retry: 'user',
  },
  FAILED_ROWS_NONE: {
    text: 'The platform would reject no row of {file}; there is nothing to save.',
    next: 'Send the file as it is.',
    exit: 1,
    retry: 'never',
  },
  FAILED_ROWS_UNTOLD: {
    text: 'The platform would refuse {file} as a whole, so no rows can be told apart: {problem}',
    next: 'Correct that in the file itself, then check it again.',
    exit: 1,
    retry: 'user',
  },
  RECORD_TOO_LARGE: {
    text: 'A record of {file} that begins on line {line} is larger than {limitBytes} bytes.',
    next: 'Look for a quotation mark on that line that is never closed, or shorten the record.',
    exit: 1,
    retry: 'user',
  },
  RETURNED_ROW_BROKEN: {
    text: 'The row on line {line} of {file} cannot be read: it must be a record in quotation marks, each mark within it doubled, and then why it failed.',
    next: 'Mend the row, in a program that writes CSV if it can be, and choose the file again.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
