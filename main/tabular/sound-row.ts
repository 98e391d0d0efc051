/**
 * The fast path of the CSV reader: one record with nothing unusual in it, cut on the bytes themselves. Of
 * anything else, such as a doubled or stray mark, too few cells, or a blank line, it knows nothing, and says so.
 * Pure.
 */

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Of the buffer behind the bytes that are scanned. */
export const SLACK_BYTES = 3;

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
   * Looks at four bytes at a time: letters, digits, and all of UTF-8 beyond ASCII lie above the marks of CSV, so
   * that most fours are done with at once. `word - n & ~word & high` has the high bit of the first byte that is
   * less than each byte of `n`, and is 0 when there is none; its bits behind that say nothing.
   *
   * @param view of the bytes, and of SLACK_BYTES behind them
   * @param start before `end`
   * @param end just behind a line end
   * @returns whether the record that begins at `start` is sound, separated by commas, and has all its cells
   */
  scan(view: DataView, start: number, end: number): boolean {
    // Within the function: bundled, those of the module are variables that are read anew for every four bytes.
    const aboveQuote = 0x23232323;
    const aboveComma = 0x2d2d2d2d;
    const high = 0x80808080 | 0;
    const { starts, ends } = this;
    const last = this.#columns - 1;
    this.start = -1;
    let at = start;
    let lines = 1;
    for (let cell = 0; cell <= last; cell += 1) {
      if (at >= end) return false;
      let byte = view.getUint8(at);
      let from = at;
      let to: number;
      if (byte === QUOTE) {
        from = at += 1;
        while (at < end) {
          const word = view.getInt32(at, true);
          const below = (word - aboveQuote) & ~word & high;
          at += below === 0 ? 4 : (31 - Math.clz32(below & -below)) >> 3;
          if (below === 0) continue;
          byte = view.getUint8(at);
          if (byte === QUOTE) break;
          if (byte === LF) lines += 1;
          at += 1;
        }
        to = at;
        at += 1;
        if (at >= end) return false;
        byte = view.getUint8(at);
        if (byte === CR && view.getUint8(at + 1) === LF) byte = view.getUint8((at += 1));
      } else {
        for (;;) {
          const word = view.getInt32(at, true);
          const below = (word - aboveComma) & ~word & high;
          at += below === 0 ? 4 : (31 - Math.clz32(below & -below)) >> 3;
          if (below === 0) continue;
          byte = view.getUint8(at);
          if (byte === COMMA || byte === LF) break;
          if (byte === QUOTE) return false;
          at += 1;
        }
        to = at;
        if (byte === LF && to > from && view.getUint8(to - 1) === CR) to -= 1;
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
