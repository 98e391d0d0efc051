/**
 * Text of a CSV file cut into records (RFC 4180), a piece at a time. Strict: what is not quoted as
 * the standard has it is refused, never guessed. Blank lines are no records.
 */
import { FileFailure } from '../failure.ts';

export interface CsvRecord {
  /** The first record after the header is 1. */
  readonly row: number;
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;
const MAX_BYTES_A_UNIT = 3;

export class CsvCutter {
  readonly #recordBytes: number;
  /** What came since the last whole record, from `#at` on. */
  #text = '';
  #at = 0;
  /** Pieces that were not looked at yet, and how long they must be for the next look. */
  #pieces: string[] = [];
  #pending = 0;
  #wanted = 0;
  #isLast = false;
  #row = 0;
  #line = 1;
  /** Of the record in hand, and whether one of them was quoted. */
  #cells: string[] = [];
  #isQuoted = false;

  /** @param recordBytes what a record may have, its quotes and commas counted */
  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
  }

  /**
   * The records that are whole by now. The first that comes is the header, as row 0.
   * @throws FileFailure TOO_LARGE, DAMAGED
   */
  push(piece: string): CsvRecord[] {
    this.#pieces.push(piece);
    this.#pending += piece.length;
    // A long record is looked at again only when it has doubled: else it would take quadratic time.
    const isLong = this.#wanted + this.#pending > this.#recordBytes;
    return this.#pending < this.#wanted && !isLong ? [] : this.#cut();
  }

  /** The record that no line end follows. @throws FileFailure TOO_LARGE, DAMAGED */
  end(): CsvRecord[] {
    this.#isLast = true;
    return this.#cut();
  }

  #cut(): CsvRecord[] {
    this.#text = this.#text.slice(this.#at) + this.#pieces.join('');
    this.#at = 0;
    this.#pieces = [];
    this.#pending = 0;
    const records: CsvRecord[] = [];
    for (;;) {
      this.#skipBlankLines();
      if (this.#at === this.#text.length) break;
      const start = this.#at;
      this.#cells = [];
      const end = this.#cutRecord(start);
      this.#requireSize(start, end < 0 ? this.#text.length : end);
      if (end < 0) break;
      records.push({ row: this.#row, line: this.#line, cells: this.#cells });
      this.#row += 1;
      this.#line += 1 + (this.#isQuoted ? lineBreaks(this.#cells) : 0);
      this.#at = end;
    }
    this.#wanted = this.#text.length - this.#at;
    return records;
  }

  #skipBlankLines(): void {
    const text = this.#text;
    for (;;) {
      const unit = text.charCodeAt(this.#at);
      if (unit === LF) this.#at += 1;
      else if (unit === CR && text.charCodeAt(this.#at + 1) === LF) this.#at += 2;
      else return;
      this.#line += 1;
    }
  }

  /** Fills `#cells`. @returns where the next record begins; -1 when this one is not whole yet */
  #cutRecord(start: number): number {
    this.#isQuoted = false;
    let at = start;
    for (;;) {
      const end = this.#text.charCodeAt(at) === QUOTE ? this.#cutQuoted(at) : this.#cutBare(at);
      if (end < 0) return -1;
      const unit = this.#text.charCodeAt(end);
      if (unit === COMMA) at = end + 1;
      else if (unit === LF) return end + 1;
      else if (unit === CR) return end + 2;
      else return end;
    }
  }

  /** @returns where the cell's comma, line end, or the file's end is; -1 when that is not there yet */
  #cutBare(start: number): number {
    const text = this.#text;
    for (let at = start; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) throw this.#broken();
      if (unit !== COMMA && unit !== LF) continue;
      // A carriage return is part of a line end only where a line feed follows.
      const end = unit === LF && at > start && text.charCodeAt(at - 1) === CR ? at - 1 : at;
      this.#cells.push(text.slice(start, end));
      return end;
    }
    if (!this.#isLast) return -1;
    this.#cells.push(text.slice(start));
    return text.length;
  }

  /** The same for a cell that begins with a quote. */
  #cutQuoted(start: number): number {
    const text = this.#text;
    let hasQuotes = false;
    let at = text.indexOf('"', start + 1);
    while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) {
      hasQuotes = true;
      at = text.indexOf('"', at + 2);
    }
    const end = at + 1;
    if (at < 0 || (end === text.length && !this.#isLast)) {
      if (this.#isLast) throw this.#broken();
      return -1;
    }
    const unit = text.charCodeAt(end);
    const isLineEnd = unit === LF || (unit === CR && text.charCodeAt(end + 1) === LF);
    if (end < text.length && unit !== COMMA && !isLineEnd) {
      if (unit === CR && end + 1 === text.length && !this.#isLast) return -1;
      throw this.#broken();
    }
    const cell = text.slice(start + 1, at);
    this.#isQuoted = true;
    this.#cells.push(hasQuotes ? cell.replaceAll('""', '"') : cell);
    return end;
  }

  #requireSize(start: number, end: number): void {
    if ((end - start) * MAX_BYTES_A_UNIT <= this.#recordBytes) return;
    if (Buffer.byteLength(this.#text.slice(start, end)) <= this.#recordBytes) return;
    throw new FileFailure('TOO_LARGE', 'A record is larger than the platform takes.', this.#place);
  }

  #broken(): FileFailure {
    return new FileFailure(
      'DAMAGED',
      `The quoting of the record that starts at line ${this.#line} is broken, so the rest of the file cannot be read.`,
      this.#place,
    );
  }

  get #place(): { row?: number; line: number } {
    return { ...(this.#row > 0 && { row: this.#row }), line: this.#line };
  }
}

function lineBreaks(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}
