/** A whole data file as its text or as batches of records, for the check. Constant memory. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { conversionNeeded, convert } from './convert.ts';
import { CsvReader, type CsvReaderOptions } from './csv-reader.ts';
import { openDataFile, readBlocks } from './data-file.ts';
import { JsonReader, type JsonRec } from './json-reader.ts';
import type { Rec } from './record.ts';

/** Each block is parsed in one go: large enough for speed, small enough not to hold up the event loop. */
const CSV_BLOCK_BYTES = 256 * 1024;
/** A block's records live until it is done; JSON makes many small objects, which only cost when they pile up. */
const JSON_BLOCK_BYTES = 128 * 1024;

/** The header that all rows have, against which a manifest is held. JSON has none: any record may leave a key out. */
export function fixedHeader(
  facts: Pick<FileFacts, 'format' | 'header'>,
): readonly string[] | undefined {
  return facts.format === 'csv' ? facts.header : undefined;
}

export interface ReadOptions {
  /** The user agreed that other encodings and delimiters are converted. Default: false. */
  readonly convert?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file on disk read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The records of a CSV behind the header, as its bytes come in. */
export class CsvRecords {
  readonly #facts: FileFacts;
  readonly #reader: CsvReader;
  readonly #onHeader: ((header: Rec) => void) | undefined;
  #isHeaderSeen = false;

  /**
   * @param onHeader gets the header record, with its fault if it has one
   * @param how which columns are looked at (default: all), and what passes. Faulty records have all their cells
   */
  constructor(
    facts: FileFacts,
    onHeader?: (header: Rec) => void,
    how: Pick<CsvReaderOptions, 'wanted' | 'passes'> = {},
  ) {
    this.#facts = facts;
    this.#reader = new CsvReader({ fileName: facts.name, ...how });
    this.#onHeader = onHeader;
  }

  /** Records so far that were not handed on, since they passed. */
  get passed(): number {
    return this.#reader.passed;
  }

  /** The chunk is lent. Throws FILE_CHANGED when the header is not that of `facts`, RECORD_TOO_LARGE. */
  push(chunk: Uint8Array): readonly Rec[] {
    return this.#withoutHeader(this.#reader.push(chunk));
  }

  /** Throws what `push` throws. */
  end(): readonly Rec[] {
    return this.#withoutHeader(this.#reader.end());
  }

  #withoutHeader(records: readonly Rec[]): readonly Rec[] {
    const [first] = records;
    if (this.#isHeaderSeen || !first) return records;
    this.#isHeaderSeen = true;
    ensureSameHeader(first.cells, this.#facts);
    this.#onHeader?.(first);
    return records.slice(1);
  }
}

/**
 * Yields the records of a CSV behind the header, in order, none left out; faulty ones carry their
 * fault. Throws what `readText` and `CsvRecords` throw.
 */
export async function* readRecords(
  path: string,
  facts: FileFacts,
  options: ReadOptions = {},
): AsyncGenerator<readonly Rec[]> {
  const rows = new CsvRecords(facts);
  for await (const block of readText(path, facts, options)) {
    const records = rows.push(block);
    if (records.length > 0) yield records;
  }
  const last = rows.end();
  if (last.length > 0) yield last;
}

/** The same for JSON, in all its forms; there is no header. Throws what `readRecords` throws. */
export async function* readJsonRecords(
  path: string,
  facts: FileFacts,
  options: ReadOptions = {},
): AsyncGenerator<readonly JsonRec[]> {
  const reader = new JsonReader({ fileName: facts.name, lines: facts.format === 'ndjson' });
  for await (const block of readText(path, facts, options)) {
    // The reader keeps chunks whose records have not ended.
    const records = reader.push(Buffer.from(block));
    if (records.length > 0) yield records;
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}

/**
 * Makes sure that the file may be read as it is, or that the user agreed to have it converted.
 * @throws AppError CONVERSION_NEEDED for anything but UTF-8 with commas
 */
export function requireConvertible(facts: FileFacts, mayConvert: boolean | undefined): void {
  const found = conversionNeeded(facts);
  if (found === undefined || mayConvert === true) return;
  throw new AppError('CONVERSION_NEEDED', { file: facts.name, found });
}

/**
 * The file's bytes, converted where they must be; each block is lent until the next is asked for. Throws CONVERSION_NEEDED,
 * TEXT_UNREADABLE when it cannot be converted, FILE_CHANGED when the size is not that of `facts` and at the
 * end, too, CANCELLED and the file errors.
 */
export async function* readText(
  path: string,
  facts: FileFacts,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const file = facts.name;
  requireConvertible(facts, options.convert);
  const source = await openDataFile(path, file);
  try {
    if (source.sizeBytes !== facts.sizeBytes) throw new AppError('FILE_CHANGED', { file });
    const { signal, onBytes } = options;
    const blockBytes = facts.format === 'csv' ? CSV_BLOCK_BYTES : JSON_BLOCK_BYTES;
    const blocks = metered(readBlocks(source, file, { blockBytes, signal }), onBytes);
    yield* conversionNeeded(facts) === undefined ? blocks : convert(blocks, facts);
    await source.ensureUnchanged();
  } finally {
    await source.handle.close();
  }
}

/** Told when the next block is wanted: what was made of the one before is done. */
async function* metered(
  blocks: AsyncIterable<Uint8Array>,
  onBytes: ReadOptions['onBytes'],
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const block of blocks) {
    yield block;
    bytes += block.length;
    onBytes?.(bytes);
  }
}

function ensureSameHeader(header: readonly string[], facts: FileFacts): void {
  const isSame =
    header.length === facts.header.length &&
    header.every((name, index) => name === facts.header[index]);
  if (!isSame) throw new AppError('FILE_CHANGED', { file: facts.name });
}
