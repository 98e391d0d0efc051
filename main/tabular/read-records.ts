/** A whole data file as batches of records, for the check. Constant memory. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { conversionNeeded, convert } from './convert.ts';
import { CsvReader } from './csv-reader.ts';
import { openDataFile, readBlocks } from './data-file.ts';
import { JsonReader, type JsonRec } from './json-reader.ts';
import type { Rec } from './record.ts';

/** Each block is parsed in one go: large enough for speed, small enough not to hold up the event loop. */
const CSV_BLOCK_BYTES = 512 * 1024;
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
  /** JSON: hands on each record's text, too. Default: false. */
  readonly keepText?: boolean | undefined;
  /** A CSV's header record, with its fault if it has one. */
  readonly onHeader?: ((header: Rec) => void) | undefined;
}

/**
 * Yields the records of a CSV behind the header, in order, none left out; faulty ones carry their
 * fault. Throws CONVERSION_NEEDED for anything but UTF-8 with commas unless it may be converted,
 * TEXT_UNREADABLE when it cannot be, FILE_CHANGED when header or size are not those of `facts`,
 * RECORD_TOO_LARGE, CANCELLED and the file errors.
 */
export async function* readRecords(
  path: string,
  facts: FileFacts,
  options: ReadOptions = {},
): AsyncGenerator<readonly Rec[]> {
  const reader = new CsvReader({ fileName: facts.name });
  let isHeaderSeen = false;
  const withoutHeader = (records: readonly Rec[]): readonly Rec[] => {
    const [first] = records;
    if (isHeaderSeen || !first) return records;
    isHeaderSeen = true;
    ensureSameHeader(first.cells, facts);
    options.onHeader?.(first);
    return records.slice(1);
  };
  for await (const block of readText(path, facts, options)) {
    const records = withoutHeader(reader.push(block));
    if (records.length > 0) yield records;
  }
  const last = withoutHeader(reader.end());
  if (last.length > 0) yield last;
}

/** The same for JSON, in all its forms; there is no header. Throws what `readRecords` throws. */
export async function* readJsonRecords(
  path: string,
  facts: FileFacts,
  options: ReadOptions = {},
): AsyncGenerator<readonly JsonRec[]> {
  const reader = new JsonReader({
    fileName: facts.name,
    lines: facts.format === 'ndjson',
    keepText: options.keepText,
  });
  for await (const block of readText(path, facts, options)) {
    const records = reader.push(block);
    if (records.length > 0) yield records;
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}

/** The file's bytes, converted where they must be. Throws FILE_CHANGED at the end, too. */
async function* readText(
  path: string,
  facts: FileFacts,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const file = facts.name;
  const found = conversionNeeded(facts);
  if (found !== undefined && options.convert !== true) {
    throw new AppError('CONVERSION_NEEDED', { file, found });
  }
  const source = await openDataFile(path, file);
  try {
    if (source.sizeBytes !== facts.sizeBytes) throw new AppError('FILE_CHANGED', { file });
    const { signal, onBytes } = options;
    const blockBytes = facts.format === 'csv' ? CSV_BLOCK_BYTES : JSON_BLOCK_BYTES;
    const blocks = metered(readBlocks(source, file, { blockBytes, signal }), onBytes);
    yield* found === undefined ? blocks : convert(blocks, facts);
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
