/**
 * The fast path of the CSV reader: one record with nothing unusual in it, cut on the bytes themselves. Of
 * anything else, such as a doubled or stray mark, too few cells, a blank line, or an end that is not there yet,
 * it knows nothing, and says so. Pure.
 */

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NOT_ASCII = 0x80;

/** Where the cells of the last sound record lie; used again for each. */
export class SoundRow {
  /** Behind the record's line end. */
  next = 0;
  /** Line ends in the record, the last one included. */
  lines = 0;
  readonly #columns: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** The bits of all bytes of a cell, combined. */
  readonly #bits: Uint8Array;

  constructor(columns: number) {
    this.#columns = columns;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
    this.#bits = new Uint8Array(columns);
  }

  /** @returns whether the record that begins at `start` is sound, separated by commas, and has all its cells */
  scan(bytes: Uint8Array, start: number): boolean {
    const end = bytes.length;
    let at = start;
    let lines = 1;
    for (let cell = 0; cell < this.#columns; cell += 1) {
      let bits = 0;
      let byte = bytes[at];
      let from = at;
      let to: number;
      if (byte === QUOTE) {
        from = at + 1;
        at = from;
        while (at < end && (byte = bytes[at]!) !== QUOTE) {
          bits |= byte;
          if (byte === LF) lines += 1;
          at += 1;
        }
        to = at;
        at += 1;
        if (bytes[at] === CR && bytes[at + 1] === LF) at += 1;
        byte = bytes[at];
      } else {
        while (at < end && (byte = bytes[at]!) !== COMMA && byte !== LF) {
          if (byte === QUOTE) return false;
          bits |= byte;
          at += 1;
        }
        to = at;
        if (byte === LF && to > from && bytes[to - 1] === CR) to -= 1;
      }
      if (at >= end) return false;
      const isLast = cell === this.#columns - 1;
      if (byte !== (isLast ? LF : COMMA)) return false;
      if (isLast && cell === 0 && at - start < 2 && to === from) return false;
      this.#starts[cell] = from;
      this.#ends[cell] = to;
      this.#bits[cell] = bits;
      at += 1;
    }
    this.next = at;
    this.lines = lines;
    return true;
  }

  /** @param text the bytes as Latin-1 */
  cell(bytes: Buffer, text: string, index: number): string {
    const from = this.#starts[index]!;
    const to = this.#ends[index]!;
    if (from === to) return '';
    return this.#bits[index]! >= NOT_ASCII
      ? bytes.toString('utf8', from, to)
      : text.slice(from, to);
  }
}
