/**
 * CSV from bytes to records (RFC 4180; CR LF or LF; UTF-8; BOM dropped), fed in chunks cut anywhere.
 * Works on blocks of whole lines: a sound record (sound-row.ts) that passes on its bytes becomes no record at
 * all; where few columns are wanted it makes strings of those only; else one without quotation marks costs one `indexOf` and one `split`. It knows no file, no
 * manifest, and never holds more than one record beyond the chunk in hand.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { Delimiter } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { beforeLineEnd, scanQuotedRecord } from './csv-quoted.ts';
import type { Rec, RecordFault } from './record.ts';
import { SLACK_BYTES, SoundRow } from './sound-row.ts';
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
  /** Sound records of which it says yes are counted and not handed on. Not asked of the header. */
  readonly passes?: PassesRow | undefined;
}

/** Judges a record by its bytes: `starts` and `ends` of all its cells are lent. */
export type PassesRow = (bytes: Uint8Array, starts: Int32Array, ends: Int32Array) => boolean;

/** A piece of the file as text, made when a record of it is not passed on its bytes. */
interface Piece {
  /** All marks of CSV are ASCII, so the bytes are cut as Latin-1, and cells decoded where that makes a difference. */
  readonly text: string;
  readonly isAscii: boolean;
  readonly hasNul: boolean;
  readonly mayBeTooLarge: boolean;
  readonly badLines: BadLine[];
  /** The next quotation mark, as far as it was looked for. */
  quoteAt: number;
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
  readonly #passes: PassesRow | undefined;

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
  /** Made with the header, where few columns are wanted, or rows may pass. */
  #sound: SoundRow | undefined;
  #passed = 0;

  constructor(options: CsvReaderOptions) {
    this.#fileName = options.fileName;
    this.#delimiter = options.delimiter ?? ',';
    this.#maxRecordBytes = options.maxRecordBytes ?? LIMITS.recordBytes;
    this.#wanted = this.#delimiter === ',' ? options.wanted : undefined;
    this.#passes = this.#delimiter === ',' ? options.passes : undefined;
  }

  /** Records so far that were not handed on, since they passed. */
  get passed(): number {
    return this.#passed;
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
    if (wanted + SLACK_BYTES > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.#pendingBytes) + SLACK_BYTES);
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

  /** Appends the records in `bytes`, which are whole lines unless `final`. Returns the bytes used up. */
  #parse(bytes: Buffer, final: boolean, records: Rec[]): number {
    const soundEnd = this.#mayBeSound(bytes) ? bytes.lastIndexOf(LF) + 1 : 0;
    let piece: Piece | undefined;
    let at = 0;
    while (at < bytes.length) {
      const sound = at < soundEnd ? this.#sound : undefined;
      if (sound) {
        at = this.#pass(sound, bytes, at, soundEnd);
        if (at === bytes.length) break;
      }
      piece ??= this.#piece(bytes);
      if (sound?.start === at && this.#wanted) {
        records.push(this.#soundRecord(sound, piece, this.#wanted));
        at = sound.next;
        continue;
      }
      const next = this.#read(piece, at, final, records);
      if (next === undefined) break;
      at = next;
    }
    const used = Math.min(at, bytes.length);
    this.#offset += used;
    return used;
  }

  #mayBeSound(bytes: Buffer): boolean {
    if (!this.#wanted && !this.#passes) return false;
    return bytes.length <= this.#maxRecordBytes && !bytes.includes(0) && isUtf8(bytes);
  }

  /** Behind all sound records from `at` on that pass; `sound` is the one that does not, if it is sound. */
  #pass(sound: SoundRow, bytes: Buffer, from: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length + SLACK_BYTES);
    let at = from;
    while (at < end && sound.scan(view, at, end)) {
      if (!this.#passes?.(bytes, sound.starts, sound.ends)) return at;
      at = sound.next;
      this.#passed += 1;
      this.#row += 1;
      this.#line += sound.lines;
    }
    return at;
  }

  #piece(bytes: Buffer): Piece {
    const text = bytes.toString('latin1');
    return {
      text,
      isAscii: isAscii(bytes),
      hasNul: text.includes('\0'),
      mayBeTooLarge: bytes.length > this.#maxRecordBytes,
      badLines: isUtf8(bytes) ? [] : this.#findBadLines(bytes),
      quoteAt: -1,
    };
  }

  /** Appends the record at `start`, if there is one. Returns where the next begins; undefined: more is needed. */
  #read(piece: Piece, start: number, final: boolean, records: Rec[]): number | undefined {
    const { text, hasNul, mayBeTooLarge, badLines } = piece;
    if (piece.quoteAt < start) piece.quoteAt = indexOrInfinity(text, '"', start);
    let lineEnd = text.indexOf('\n', start);
    if (lineEnd < 0) lineEnd = text.length;

    const line = this.#line;
    let next = lineEnd + 1;
    let cells: readonly string[];
    let fault: RecordFault | undefined;
    if (piece.quoteAt > lineEnd) {
      const end = beforeLineEnd(text, start, lineEnd);
      this.#line += 1;
      if (end === start) return next;
      cells = text.slice(start, end).split(this.#delimiter);
    } else {
      const record = scanQuotedRecord(text, start, this.#delimiter, final);
      if (record === undefined) return undefined;
      next = record.next;
      this.#line += record.lines;
      cells = record.cells;
      if (record.stray || record.unterminated) {
        fault = { kind: 'quoting', unterminated: record.unterminated };
      }
    }
    if (mayBeTooLarge && this.#isTooLarge(text.slice(start, next))) throw this.#tooLarge(line);
    if (hasNul && !fault && cells.some((cell) => cell.includes('\0'))) fault = { kind: 'nul' };
    if (badLines.length > 0) {
      fault = takeBadLine(badLines, next < text.length ? this.#line : Infinity) ?? fault;
    }
    records.push(this.#record(piece.isAscii ? cells : cells.map(decodeCell), line, fault));
    return next;
  }

  #soundRecord(sound: SoundRow, { text, isAscii }: Piece, wanted: readonly number[]): Rec {
    const cells = new Array<string>(this.#columns).fill('');
    for (const index of wanted) {
      const cell = text.slice(sound.starts[index], sound.ends[index]);
      cells[index] = isAscii ? cell : decodeCell(cell);
    }
    const record = { row: this.#row, line: this.#line, cells };
    this.#row += 1;
    this.#line += sound.lines;
    return record;
  }

  #record(cells: readonly string[], line: number, fault: RecordFault | undefined): Rec {
    if (this.#columns < 0) {
      this.#columns = cells.length;
      if (this.#wanted || this.#passes) this.#sound = new SoundRow(cells.length);
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
