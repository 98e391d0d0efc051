/**
 * CSV from bytes to records (RFC 4180; CR LF or LF; UTF-8; BOM dropped), fed in chunks cut anywhere.
 * Works on blocks of whole lines: where few columns are wanted, a sound record makes strings of those only
 * (sound-row.ts); else one without quotation marks costs one `indexOf` and one `split`. It knows no file, no
 * manifest, and never holds more than one record beyond the chunk in hand.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { Delimiter } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { beforeLineEnd, scanQuotedRecord } from './csv-quoted.ts';
import type { Rec, RecordFault } from './record.ts';
import { SoundRow } from './sound-row.ts';
import { invalidUtf8Offset } from './utf8.ts';

const LF = 0x0a;
/** Looked at as text at once: strings of this length are cheap to make. */
const PIECE_BYTES = 64 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export interface CsvReaderOptions {
  /** Shown in errors. */
  readonly fileName: string;
  readonly delimiter?: Delimiter;
  /** Bytes of one record, its line end not counted. */
  readonly maxRecordBytes?: number;
  /** The columns that are looked at: in a sound record the cells of all others are handed on as empty. */
  readonly wanted?: readonly number[] | undefined;
}

/** A line that is not UTF-8, and where. */
interface BadLine {
  readonly line: number;
  readonly byteOffset: number;
}

/**
 * Feed it with `push`, finish with `end`; each hands back the records completed so far, the header
 * first as row 0. Lines with nothing in them are no records. Throws RECORD_TOO_LARGE.
 */
export class CsvReader {
  readonly #fileName: string;
  readonly #delimiter: Delimiter;
  readonly #maxRecordBytes: number;
  readonly #wanted: readonly number[] | undefined;

  /** Bytes from the start of the first record that has not ended yet come first in it; the same memory for all. */
  #buffer = Buffer.alloc(0);
  #pendingBytes = 0;
  /** A record that goes on is not parsed again before its bytes have doubled: linear over all. */
  #parseAtBytes = 0;

  /** File offset and line of the first pending byte. */
  #offset = 0;
  #line = 1;
  #row = 0;
  #columns = -1;
  /** Made with the header, where few columns are wanted. */
  #sound: SoundRow | undefined;

  constructor(options: CsvReaderOptions) {
    this.#fileName = options.fileName;
    this.#delimiter = options.delimiter ?? ',';
    this.#maxRecordBytes = options.maxRecordBytes ?? LIMITS.recordBytes;
    this.#wanted = this.#delimiter === ',' ? options.wanted : undefined;
  }

  /** Takes a copy of the chunk. */
  push(chunk: Uint8Array): Rec[] {
    const records: Rec[] = [];
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      this.#append(chunk.subarray(at, at + PIECE_BYTES));
      if (this.#pendingBytes < this.#parseAtBytes) continue;
      const bytes = this.#pending();
      const consumed = this.#parse(bytes.subarray(0, bytes.lastIndexOf(LF) + 1), false, records);
      this.#keep(bytes.subarray(consumed));
    }
    return records;
  }

  /** The file is at its end: what is pending is the last record. */
  end(): Rec[] {
    const records: Rec[] = [];
    this.#parse(this.#pending(), true, records);
    this.#keep(Buffer.alloc(0));
    return records;
  }

  #append(chunk: Uint8Array): void {
    const wanted = this.#pendingBytes + chunk.length;
    if (wanted > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.#pendingBytes));
      this.#buffer.copy(larger, 0, 0, this.#pendingBytes);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#pendingBytes);
    this.#pendingBytes = wanted;
  }

  #pending(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#pendingBytes);
    if (this.#offset > 0 || !bytes.subarray(0, BOM.length).equals(BOM)) return bytes;
    this.#offset = BOM.length;
    return bytes.subarray(BOM.length);
  }

  #keep(rest: Buffer): void {
    if (rest.length > this.#maxRecordBytes) throw this.#tooLarge(this.#line);
    this.#buffer.set(rest, 0);
    this.#pendingBytes = rest.length;
    this.#parseAtBytes = Math.min(2 * rest.length, this.#maxRecordBytes + 1);
  }

  /**
   * Appends the records in `bytes`, which are whole lines unless `final`. Returns the bytes used up. All marks
   * of CSV are ASCII, so the bytes are cut as Latin-1 text, and cells are decoded where that makes a difference.
   */
  #parse(bytes: Buffer, final: boolean, records: Rec[]): number {
    const text = bytes.toString('latin1');
    const decode = isAscii(bytes) ? undefined : decodeCell;
    const badLines = isUtf8(bytes) ? [] : this.#findBadLines(bytes);
    const hasNul = text.includes('\0');
    const mayBeTooLarge = bytes.length > this.#maxRecordBytes;
    const mayBeSound = !hasNul && !mayBeTooLarge && badLines.length === 0;
    let at = 0;
    let quoteAt = -1;
    while (at < text.length) {
      if (mayBeSound && this.#sound?.scan(bytes, at)) {
        records.push(this.#soundRecord(this.#sound, bytes, text));
        at = this.#sound.next;
        continue;
      }
      if (quoteAt < at) quoteAt = indexOrInfinity(text, '"', at);
      let lineEnd = text.indexOf('\n', at);
      if (lineEnd < 0) lineEnd = text.length;

      const start = at;
      const line = this.#line;
      let cells: readonly string[];
      let fault: RecordFault | undefined;
      if (quoteAt > lineEnd) {
        const end = beforeLineEnd(text, at, lineEnd);
        at = lineEnd + 1;
        this.#line += 1;
        if (end === start) continue;
        cells = text.slice(start, end).split(this.#delimiter);
      } else {
        const record = scanQuotedRecord(text, at, this.#delimiter, final);
        if (record === undefined) break;
        at = record.next;
        this.#line += record.lines;
        cells = record.cells;
        if (record.stray || record.unterminated) {
          fault = { kind: 'quoting', unterminated: record.unterminated };
        }
      }
      if (mayBeTooLarge && this.#isTooLarge(text.slice(start, at))) throw this.#tooLarge(line);
      if (hasNul && !fault && cells.some((cell) => cell.includes('\0'))) fault = { kind: 'nul' };
      if (badLines.length > 0) {
        fault = takeBadLine(badLines, at < text.length ? this.#line : Infinity) ?? fault;
      }
      records.push(this.#record(decode ? cells.map(decode) : cells, line, fault));
    }
    const used = Math.min(at, bytes.length);
    this.#offset += used;
    return used;
  }

  #soundRecord(sound: SoundRow, bytes: Buffer, text: string): Rec {
    const cells = new Array<string>(this.#columns).fill('');
    for (const index of this.#wanted ?? []) cells[index] = sound.cell(bytes, text, index);
    const record = { row: this.#row, line: this.#line, cells };
    this.#row += 1;
    this.#line += sound.lines;
    return record;
  }

  #record(cells: readonly string[], line: number, fault: RecordFault | undefined): Rec {
    if (this.#columns < 0) {
      this.#columns = cells.length;
      if (this.#wanted) this.#sound = new SoundRow(cells.length);
    }
    const row = this.#row;
    this.#row += 1;
    if (fault) return { row, line, cells, fault };
    if (cells.length === this.#columns) return { row, line, cells };
    const ragged = { kind: 'ragged', cells: cells.length, columns: this.#columns } as const;
    return { row, line, cells, fault: ragged };
  }

  #isTooLarge(record: string): boolean {
    const content = record.endsWith('\n')
      ? record.slice(0, record.endsWith('\r\n') ? -2 : -1)
      : record;
    return content.length > this.#maxRecordBytes;
  }

  #tooLarge(line: number): AppError {
    const limitBytes = this.#maxRecordBytes;
    return new AppError('RECORD_TOO_LARGE', { file: this.#fileName, line, limitBytes });
  }

  #findBadLines(bytes: Buffer): BadLine[] {
    const found: BadLine[] = [];
    let line = this.#line;
    for (let start = 0; start < bytes.length; line += 1) {
      const lineEnd = bytes.indexOf(LF, start);
      const end = lineEnd < 0 ? bytes.length : lineEnd + 1;
      const at = invalidUtf8Offset(bytes.subarray(start, end));
      if (at >= 0) found.push({ line, byteOffset: this.#offset + start + at });
      start = end;
    }
    return found;
  }
}

/** The first bad line before `nextLine`. All that lie before it are taken off the list. */
function takeBadLine(badLines: BadLine[], nextLine: number): RecordFault | undefined {
  let first: BadLine | undefined;
  while (badLines[0] && badLines[0].line < nextLine) {
    const bad = badLines.shift();
    first ??= bad;
  }
  return first && { kind: 'encoding', byteOffset: first.byteOffset };
}

// eslint-disable-next-line no-control-regex -- all that is ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** A cell of Latin-1 text as the UTF-8 that it is. */
function decodeCell(cell: string): string {
  return ASCII.test(cell) ? cell : Buffer.from(cell, 'latin1').toString('utf8');
}

function indexOrInfinity(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}
