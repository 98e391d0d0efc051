/**
 * The fast path of the CSV reader: one record with nothing unusual in it, cut on the bytes themselves. Of
 * anything else, such as a doubled or stray mark, too few cells, or a blank line, it knows nothing, and says so.
 * Pure.
 */

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
/** Letters, digits, and all of UTF-8 beyond ASCII lie above the marks of CSV: one comparison tells them apart. */
const COMMA = 0x2c;

/** Where the cells of the last sound record lie; used again for each. */
export class SoundRow {
  /** Where the record looked at last begins; -1: it is not sound. */
  start = -1;
  /** Behind the record's line end. */
  next = 0;
  /** Line ends in the record, the last one included. */
  lines = 0;
  /** Of each cell, its quotation marks apart. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
    this.starts = new Int32Array(columns);
    this.ends = new Int32Array(columns);
  }

  /**
   * @param start before `end`
   * @param end just behind a line end
   * @returns whether the record that begins at `start` is sound, separated by commas, and has all its cells
   */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const { starts, ends } = this;
    this.start = -1;
    const last = this.#columns - 1;
    let at = start;
    let lines = 1;
    for (let cell = 0; cell <= last; cell += 1) {
      if (at >= end) return false;
      let byte = bytes[at]!;
      let from = at;
      let to: number;
      if (byte === QUOTE) {
        from = at += 1;
        while (at < end && (byte = bytes[at]!) !== QUOTE) {
          if (byte === LF) lines += 1;
          at += 1;
        }
        to = at;
        at += 1;
        if (at >= end) return false;
        byte = bytes[at]!;
        if (byte === CR && bytes[at + 1] === LF) byte = bytes[(at += 1)]!;
      } else {
        // Ends at the line end before `end` at the latest.
        while (byte > COMMA || (byte !== COMMA && byte !== LF)) {
          if (byte === QUOTE) return false;
          byte = bytes[(at += 1)]!;
        }
        to = at;
        if (byte === LF && to > from && bytes[to - 1] === CR) to -= 1;
      }
      if (byte !== (cell === last ? LF : COMMA)) return false;
      starts[cell] = from;
      ends[cell] = to;
      at += 1;
    }
    // A line with nothing in it is no record.
    if (last === 0 && ends[0] === start) return false;
    this.start = start;
    this.next = at;
    this.lines = lines;
    return true;
  }
}
