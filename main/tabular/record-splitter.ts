/**
 * A data file as runs of whole records, byte for byte, with what each part of a split file needs around
 * its records. Constant memory; reads what `convert` gives: UTF-8, commas in a CSV.
 */
import type { DataFormat } from '../../shared/domain/data-file.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import { CsvSplitter, type RecordSpans } from './csv-splitter.ts';
import { JsonSplitter, type JsonSpan } from './json-splitter.ts';

const LF = 0x0a;
const EMPTY: Buffer = Buffer.alloc(0);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** Blanks between or behind records are kept up to here; more of them are left out. */
const MAX_BLANK_BYTES = 1024 * 1024;

/** One record at least, a CSV's header apart: that, and other bytes before the first record, come before its start. */
export interface RecordBlock extends RecordSpans {
  /** Of the first record, from 1. */
  readonly row: number;
  /** Of the first byte, from 1. */
  readonly line: number;
}

/** What stands around the records of a part that is not the file's beginning. */
export interface Frame {
  readonly opening: Buffer;
  readonly closing: Buffer;
}

const JSON_FRAMES: Readonly<Record<NonNullable<JsonSplitter['form']>, Frame>> = {
  wrapped: { opening: Buffer.from('{"d":['), closing: Buffer.from(']}') },
  array: { opening: Buffer.from('['), closing: Buffer.from(']') },
  lines: { opening: EMPTY, closing: Buffer.from('\n') },
};

interface Splitter {
  readonly pendingBytes: number;
  push(chunk: Uint8Array): RecordSpans;
  end(): RecordSpans;
  /** Known with the first record. */
  readonly frame: Frame;
  /** What followed the last record, kept within bounds; undefined when it was too much. */
  readonly tail: Buffer | undefined;
  /** The file ends within its brackets, or goes on behind them. */
  readonly isTorn: boolean;
}

export class RecordSplitter {
  readonly #fileName: string;
  readonly #splitter: Splitter;
  /** Bytes before the next record that no block has carried yet. */
  #gap = EMPTY;
  #row = 1;
  #line = 1;

  constructor(options: { readonly fileName: string; readonly format: DataFormat }) {
    this.#fileName = options.fileName;
    this.#splitter =
      options.format === 'csv' ? new CsvRows() : new JsonRows(options.format === 'ndjson');
  }

  /** @throws AppError RECORD_TOO_LARGE */
  push(chunk: Uint8Array): RecordBlock | undefined {
    const block = this.#block(this.#splitter.push(chunk));
    const limitBytes = LIMITS.recordBytes;
    // What is held back may have another chunk's worth of blanks around it.
    if (this.#splitter.pendingBytes > 2 * limitBytes) {
      const params = { file: this.#fileName, line: this.#line, limitBytes };
      throw new AppError('RECORD_TOO_LARGE', params);
    }
    return block;
  }

  /** @throws AppError RECORDS_TORN */
  end(): RecordBlock | undefined {
    const block = this.#block(this.#splitter.end());
    if (this.#splitter.isTorn) throw new AppError('RECORDS_TORN', { file: this.#fileName });
    return block;
  }

  get frame(): Frame {
    return this.#splitter.frame;
  }

  /** Known after `end`: what follows the last record in the file; undefined when that is too much to keep. */
  get tail(): Buffer | undefined {
    const { tail } = this.#splitter;
    return tail && Buffer.concat([this.#gap, tail]);
  }

  #block({ bytes, starts, ends }: RecordSpans): RecordBlock | undefined {
    if (starts.length === 0) {
      this.#gap = bytes.length === 0 ? this.#gap : Buffer.concat([this.#gap, bytes]);
      if (this.#gap.length > MAX_BLANK_BYTES) this.#dropBlanks();
      return undefined;
    }
    const before = this.#gap.length;
    const block = {
      bytes: before === 0 ? bytes : Buffer.concat([this.#gap, bytes]),
      starts: before === 0 ? starts : starts.map((start) => start + before),
      ends: before === 0 ? ends : ends.map((end) => end + before),
      row: this.#row,
      line: this.#line,
    };
    // Blanks behind the last record stay with it.
    block.ends[ends.length - 1] = block.bytes.length;
    this.#gap = EMPTY;
    this.#row += starts.length;
    this.#line += countLineFeeds(block.bytes);
    return block;
  }

  /** A header, or an opening bracket, is all that may not be lost of what precedes the first record. */
  #dropBlanks(): void {
    this.#line += countLineFeeds(this.#gap);
    this.#gap = this.#row === 1 ? this.#splitter.frame.opening : EMPTY;
    this.#line -= countLineFeeds(this.#gap);
  }
}

class CsvRows implements Splitter {
  readonly #splitter = new CsvSplitter();
  #header: Buffer | undefined;
  readonly tail = EMPTY;
  readonly isTorn = false;

  get pendingBytes(): number {
    return this.#splitter.pendingBytes;
  }

  push(chunk: Uint8Array): RecordSpans {
    return this.#withoutHeader(this.#splitter.push(chunk));
  }

  end(): RecordSpans {
    return this.#withoutHeader(this.#splitter.end());
  }

  get frame(): Frame {
    return { opening: this.#header ?? EMPTY, closing: EMPTY };
  }

  /** The header becomes bytes before the first row. */
  #withoutHeader(spans: RecordSpans): RecordSpans {
    if (this.#header || spans.starts.length === 0) return spans;
    const { bytes, starts, ends } = spans;
    this.#header = Buffer.from(bytes.subarray(starts[0], ends[0]));
    return { bytes, starts: starts.slice(1), ends: ends.slice(1) };
  }
}

class JsonRows implements Splitter {
  readonly #splitter: JsonSplitter;
  #pushedBytes = 0;
  #takenBytes = 0;
  #bom: Buffer | undefined;
  #head = EMPTY;
  #last = EMPTY;
  #tail: Buffer[] = [];
  #tailBytes = 0;

  constructor(lines: boolean) {
    this.#splitter = new JsonSplitter({ lines });
  }

  get pendingBytes(): number {
    return this.#splitter.pendingBytes;
  }

  push(chunk: Uint8Array): RecordSpans {
    this.#lookForBom(chunk);
    this.#pushedBytes += chunk.length;
    this.#last = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const spans = this.#spans(this.#splitter.push(chunk));
    this.#keepTail();
    return spans;
  }

  end(): RecordSpans {
    const spans = this.#spans(this.#splitter.end());
    this.#keepTail();
    return spans;
  }

  /** Behind a closed array nothing is pending: what was not taken is its end. */
  #keepTail(): void {
    if (!this.#splitter.isArrayClosed) return;
    const behind = this.#pushedBytes - this.#takenBytes - this.#tailBytes;
    this.#tailBytes += behind;
    if (behind > 0 && this.#tailBytes <= MAX_BLANK_BYTES) {
      this.#tail.push(this.#last.subarray(this.#last.length - behind));
    }
  }

  get frame(): Frame {
    return JSON_FRAMES[this.#splitter.form ?? 'lines'];
  }

  get tail(): Buffer | undefined {
    return this.#tailBytes > MAX_BLANK_BYTES ? undefined : Buffer.concat(this.#tail);
  }

  get isTorn(): boolean {
    return this.#splitter.ending.kind !== 'complete';
  }

  /** The splitter leaves a BOM out of its spans; it stays where it is. */
  #lookForBom(chunk: Uint8Array): void {
    if (this.#bom) return;
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, BOM.length)]);
    if (this.#head.length < BOM.length) return;
    this.#bom = this.#head.subarray(0, BOM.length).equals(BOM) ? BOM : EMPTY;
  }

  #spans(spans: readonly JsonSpan[]): RecordSpans {
    const starts: number[] = [];
    const ends: number[] = [];
    const pieces: Buffer[] = [];
    let at = 0;
    if (spans.length > 0 && this.#takenBytes === 0 && this.#bom && this.#bom.length > 0) {
      pieces.push(this.#bom);
      at = this.#bom.length;
      this.#takenBytes += at;
    }
    for (const { bytes, lead, mayBeBlank } of spans) {
      const start = endOfBlanks(bytes, lead);
      if (start < bytes.length || !mayBeBlank) {
        starts.push(at + start);
        ends.push(at + bytes.length);
      }
      pieces.push(bytes);
      at += bytes.length;
      this.#takenBytes += bytes.length;
    }
    return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), starts, ends };
  }
}

function endOfBlanks(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== LF) break;
  }
  return at;
}

/** Line ends in `bytes` up to `end`. */
export function countLineFeeds(bytes: Buffer, end = bytes.length): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}
