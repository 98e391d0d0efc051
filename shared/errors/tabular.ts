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
    next: 'Save it again as UTF-8 with commas between the cells, then try again.',
    exit: 1,
    retry: 'user',
  },
  HEADER_TOO_LONG: {
    text: 'The first record of {file} does not end within {limitBytes} bytes, so its columns are not known.',
    next: 'Check that the file begins with a line of column names and that every quotation mark in it is closed.',
    exit: 1,
    retry: 'user',
  },
  RECORD_TOO_LARGE: {
    text: 'A record of {file} that begins on line {line} is larger than {limitBytes} bytes.',
    next: 'Look for a quotation mark on that line that is never closed, or shorten the record.',
    exit: 1,
    retry: 'user',
  },
  FORMAT_UNSUPPORTED: {
    text: '{file} is JSON, which this version of Sealift does not read yet.',
    next: 'Save the data as CSV, with a first line of column names.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
