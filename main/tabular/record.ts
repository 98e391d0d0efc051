/** One record of a data file as the readers hand it on. Nothing here knows a manifest. */

/**
 * What is wrong with a record's own structure, the first kind that applies in this order:
 * bytes that are not UTF-8, quotation marks (both refuse the file), a NUL byte, number of cells.
 */
export type RecordFault =
  | {
      readonly kind: 'encoding';
      /** Of the first wrong byte, from 0. */ readonly byteOffset: number;
    }
  | { readonly kind: 'quoting'; readonly unterminated: boolean }
  | { readonly kind: 'nul' }
  | { readonly kind: 'ragged'; readonly cells: number; readonly columns: number };

export interface Rec {
  /** The first record after the header is 1; the header itself is 0. */
  readonly row: number;
  /** Line of the file on which the record begins, from 1. Each LF ends a line, quoted or not. */
  readonly line: number;
  /**
   * The cells as written, quoting undone. They may be slices that keep a whole block of the file
   * in memory: copy what is kept for long.
   */
  readonly cells: readonly string[];
  readonly fault?: RecordFault;
}
