/** What a look at a data file tells, and the mapping of its columns. */
import type { DataType, DateFormat, ImportType } from './manifest.ts';

export type DataFormat = 'csv' | 'json' | 'ndjson';
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type Delimiter = ',' | ';' | '\t' | '|';

/** Something noticed while looking, which the user should know and may act upon. */
export interface FileNotice {
  readonly code:
    | 'BOM_REMOVED'
    | 'ENCODING_CONVERTIBLE'
    | 'DELIMITER_CONVERTIBLE'
    | 'FAILURE_COLUMN'
    | 'DUPLICATE_HEADER'
    | 'BLANK_HEADER'
    | 'EMPTY'
    | 'INVALID_UTF8'
    | 'RAGGED_ROW'
    | 'NUL_BYTE'
    | 'BAD_RECORD'
    | 'NESTED_VALUE'
    | 'TYPED_RECORDS'
    | 'MIXED_RECORDS';
  readonly message: string;
}

/** Found in the first part of the file, without reading the whole. */
export interface FileFacts {
  readonly name: string;
  readonly sizeBytes: number;
  readonly format: DataFormat;
  readonly encoding: TextEncoding;
  /** Of a CSV; a comma for JSON. */
  readonly delimiter: Delimiter;
  /**
   * Set where the last column of a CSV says why rows failed: `left-out` when it is no part of the data any
   * more, nor of `header` and `sample`.
   */
  readonly failureColumn?: 'found' | 'left-out' | undefined;
  /**
   * Set for a CSV whose rows hold JSON records that failed: `taken-out` when `format`, `header` and `sample` are
   * those of the records.
   */
  readonly returnedRecords?: 'found' | 'taken-out' | undefined;
  /** A CSV's first record. Of JSON the keys of the records looked at, in order of first sight; none for typed ones. */
  readonly header: readonly string[];
  /** The first rows, each as long as the header: up to 1,000 for a guess, fewer where they are only shown. */
  readonly sample: readonly (readonly string[])[];
  /** Rows in the whole file when the look reached its end, else an estimate. */
  readonly rows: number;
  readonly rowsExact: boolean;
  readonly notices: readonly FileNotice[];
}

/** One row of the Map step. */
export interface MappingColumn {
  readonly header: string;
  /** Target name on the platform; an empty string leaves the column under its header's name. */
  readonly target: string;
  readonly dataType: DataType;
  readonly dateFormat?: DateFormat;
  /** Why it was guessed so, as a sentence; absent when the user chose. */
  readonly reason?: string;
}

export interface Mapping {
  readonly type: ImportType;
  readonly columns: readonly MappingColumn[];
}

/** Characters in the name of a saved mapping. */
export const MAX_TEMPLATE_NAME = 100;
