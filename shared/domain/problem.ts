/** Problems found in a manifest or in data: their code names and the form in which they are shown. */

/** Row codes of the platform (spec: "Rows"), and DATA_TYPE for a cell that is not of its column's type. */
export const ROW_CODES = [
  '509',
  '512',
  '513',
  '514',
  '515',
  '516',
  '520',
  '522',
  '523',
  '524',
  '525',
  '526',
  '555',
  'DATA_TYPE',
] as const;
export type RowCode = (typeof ROW_CODES)[number];

/** File codes (spec: "Data files"). */
export const FILE_CODES = [
  'DATA_FILE_MISSING',
  'MANIFEST_INVALID',
  'MANIFEST_NAME_USED',
  'DUPLICATE_MANIFEST',
  'FORMAT_UNKNOWN',
  'HEADER_MISSING',
  'COLUMN_MISSING',
  'KEY_NOT_FOUND',
  'KEY_MISMATCH',
  'PASSPHRASE_INVALID',
  'NOT_PGP',
  'DAMAGED',
  'TOO_LARGE',
  'INTERNAL',
] as const;
export type FileCode = (typeof FILE_CODES)[number];

export type Severity = 'error' | 'warning';

/** A problem at a place in a text such as a manifest. Line and column count from 1, columns in UTF-16 units. */
export interface TextProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly line: number;
  readonly column: number;
  /** A whole sentence: what is wrong and what would be right. */
  readonly message: string;
}

/** One place where a grouped problem was seen. */
export interface ProblemSample {
  /** Data record number, the first after the header is 1. */
  readonly row: number;
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  readonly value: string;
}

/** All rows with the same code in the same column. */
export interface ProblemGroup {
  readonly code: RowCode | FileCode | 'RAGGED_ROW' | 'ENCODING' | 'QUOTING' | 'NAME_CHARACTERS';
  readonly severity: Severity;
  /** Source header; absent where the whole row or file is meant. */
  readonly column?: string;
  readonly message: string;
  readonly count: number;
  /** The first few rows, with values. */
  readonly samples: readonly ProblemSample[];
}

/** The verdict on a whole file. */
export interface CheckReport {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly bytes: number;
  readonly problems: readonly ProblemGroup[];
}
