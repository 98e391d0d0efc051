/**
 * Cuts a data file at record boundaries into parts that stay under their limits when sealed. A part is a
 * stream of the file's own bytes; one that is not the file's beginning opens with the header or the
 * brackets again. A file that fits is one part, byte for byte.
 */
import type { DataFormat } from '../../shared/domain/data-file.ts';
import { countLineFeeds, RecordSplitter, type RecordBlock } from '../tabular/record-splitter.ts';
import { copied } from './bytes.ts';
import type { ByteSource, ByteStream } from './bytes.ts';
import type { SealedSize } from './sealed-size.ts';

/** Rejected as a missing record is: neither is an object. */
const NO_RECORD = Buffer.from('null');

/** The splitter looks at text: strings of this length are cheap to make. */
const SPLIT_BYTES = 64 * 1024;

export interface PartLimits {
  /** A sealed part is smaller than this. */
  readonly sealedBytes: number;
  /** Opened data of a part, at most. */
  readonly openedBytes: number;
}

export interface PartCutterOptions {
  /** UTF-8 with commas. */
  readonly source: ByteSource;
  readonly fileName: string;
  readonly format: DataFormat;
  readonly limits: PartLimits;
  /** Rows of each part, settled by an earlier attempt; then no limit is looked at. */
  readonly rowsOfParts?: readonly number[] | undefined;
}

/** A part as far as it is known without sealing it. */
export interface CutPart {
  /** From 1. */
  readonly number: number;
  readonly rows: number;
  /** Where its first record is, both from 1, the line in the file. */
  readonly firstRow: number;
  readonly firstLine: number;
}

/** Parts are read one after the other, each to its end. */
export class PartCutter {
  readonly #options: PartCutterOptions;
  readonly #splitter: RecordSplitter;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What is not split yet of the last one. */
  #chunk: Uint8Array = new Uint8Array(0);
  #block: RecordBlock | undefined;
  /** The next record of the block. */
  #next = 0;
  #isReadUp = false;
  /** The record taken last is a missing one. */
  #isLastBlank = false;
  #part: CutPart = { number: 0, rows: 0, firstRow: 1, firstLine: 1 };

  constructor(options: PartCutterOptions) {
    this.#options = options;
    this.#splitter = new RecordSplitter(options);
    // The splitter of JSON keeps the chunks whose records have not ended.
    const source = options.format === 'csv' ? options.source : copied(options.source);
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The part read last. */
  get part(): CutPart {
    return this.#part;
  }

  /** Known after a part was read to its end: no record is left. */
  get isAtEnd(): boolean {
    return this.#part.number > 0 && this.#block === undefined && this.#isReadUp;
  }

  /** @throws AppError RECORD_TOO_LARGE, RECORDS_TORN, and what the source throws */
  async *nextPart(size?: SealedSize): ByteStream {
    const number = this.#part.number + 1;
    const settledRows = this.#options.rowsOfParts?.[number - 1];
    this.#part = { number, rows: 0, firstRow: 0, firstLine: 0 };
    for (let block = await this.#current(); block; block = await this.#current()) {
      let count = 0;
      if (this.#options.rowsOfParts) {
        count = Math.min(block.ends.length - this.#next, (settledRows ?? 0) - this.#part.rows);
      } else if (size) {
        count = this.#fitting(block, size);
        if (count === 0 && (await size.settle())) continue;
        // Whether a record fits that is alone shows when it is sealed.
        if (count === 0 && this.#part.rows === 0) count = 1;
      }
      if (count === 0) {
        yield* this.#closing();
        return;
      }
      yield* this.#take(block, count);
    }
    yield* await this.#ending(size);
  }

  /** The block with the next record; undefined when there is none. */
  async #current(): Promise<RecordBlock | undefined> {
    while (!this.#block && !this.#isReadUp) {
      if (this.#chunk.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) {
          this.#isReadUp = true;
          this.#block = this.#splitter.end();
        } else this.#chunk = next.value;
      } else {
        this.#block = this.#splitter.push(this.#chunk.subarray(0, SPLIT_BYTES));
        this.#chunk = this.#chunk.subarray(SPLIT_BYTES);
      }
      this.#next = 0;
    }
    return this.#block;
  }

  /** How many records of the block, the next one first, may still go into the part. */
  #fitting(block: RecordBlock, size: SealedSize): number {
    const from = this.#from(block);
    const extra = this.#opening().length + this.#splitter.frame.closing.length;
    const fits = (index: number): boolean => this.#fits(size, block.ends[index]! - from + extra);
    let count = 0;
    let tooMany = block.ends.length - this.#next + 1;
    if (fits(block.ends.length - 1)) return tooMany - 1;
    while (tooMany - count > 1) {
      const middle = Math.floor((count + tooMany) / 2);
      if (fits(this.#next + middle - 1)) count = middle;
      else tooMany = middle;
    }
    return count;
  }

  #fits(size: SealedSize, furtherBytes: number): boolean {
    const { sealedBytes, openedBytes } = this.#options.limits;
    return size.plainBytes + furtherBytes <= openedBytes && size.bound(furtherBytes) < sealedBytes;
  }

  *#take(block: RecordBlock, count: number): Generator<Uint8Array> {
    const opening = this.#opening();
    const from = this.#from(block);
    const to = block.ends[this.#next + count - 1]!;
    const { number, rows } = this.#part;
    if (rows === 0) {
      const firstLine = block.line + countLineFeeds(block.bytes, block.starts[this.#next]);
      this.#part = { number, rows: count, firstRow: block.row + this.#next, firstLine };
    } else this.#part = { ...this.#part, rows: rows + count };
    this.#next += count;
    this.#isLastBlank = block.starts[this.#next - 1] === to;
    if (this.#next === block.ends.length) this.#block = undefined;
    if (opening.length > 0) yield opening;
    yield block.bytes.subarray(from, to);
  }

  /** Only what begins a later part is framed anew: there the record's own separator is left out. */
  #opening(): Buffer {
    return this.#isFramed() ? this.#splitter.frame.opening : Buffer.alloc(0);
  }

  #from(block: RecordBlock): number {
    if (this.#isFramed()) return block.starts[this.#next]!;
    return this.#next === 0 ? 0 : block.ends[this.#next - 1]!;
  }

  #isFramed(): boolean {
    return this.#part.number > 1 && this.#part.rows === 0;
  }

  /** A file that is one part ends as it ends, if there is room for that. */
  async #ending(size: SealedSize | undefined): Promise<readonly Uint8Array[]> {
    const { tail } = this.#splitter;
    const isWhole = this.#part.number === 1 && tail !== undefined;
    if (!isWhole) return this.#closing();
    if (!size || this.#part.rows === 0) return [tail];
    const fits = (): boolean => this.#fits(size, tail.length);
    return fits() || ((await size.settle()) && fits()) ? [tail] : this.#closing();
  }

  /** Where nothing stands between two commas, a record is missing: alone in its part it would be no row there. */
  #closing(): readonly Uint8Array[] {
    const { closing } = this.#splitter.frame;
    return this.#part.rows === 1 && this.#isLastBlank ? [NO_RECORD, closing] : [closing];
  }
}
