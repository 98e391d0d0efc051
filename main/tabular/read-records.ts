/** A whole data file as batches of records, for the check and for sealing. Constant memory. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { CsvReader } from './csv-reader.ts';
import { openDataFile, readBlocks } from './data-file.ts';
import type { Rec } from './record.ts';

/** Each block is parsed in one go: large enough for speed, small enough not to hold up the event loop. */
const BLOCK_BYTES = 512 * 1024;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Yields the records behind the header, in order, none left out; faulty ones carry their fault.
 * Throws FORMAT_UNSUPPORTED, CONVERSION_NEEDED for anything but UTF-8 with commas, FILE_CHANGED when header or size are
 * not those of `facts`, RECORD_TOO_LARGE, CANCELLED and the file errors.
 */
export async function* readRecords(
  path: string,
  facts: FileFacts,
  options: ReadOptions = {},
): AsyncGenerator<readonly Rec[]> {
  refuseUnreadable(facts);
  const file = await openDataFile(path, facts.name);
  try {
    if (file.sizeBytes !== facts.sizeBytes)
      throw new AppError('FILE_CHANGED', { file: facts.name });
    const reader = new CsvReader({ fileName: facts.name });
    let bytes = 0;
    let isHeaderSeen = false;
    const withoutHeader = (records: readonly Rec[]): readonly Rec[] => {
      const [first] = records;
      if (isHeaderSeen || !first) return records;
      isHeaderSeen = true;
      ensureSameHeader(first.cells, facts);
      return records.slice(1);
    };
    for await (const block of readBlocks(file, facts.name, {
      ...options,
      blockBytes: BLOCK_BYTES,
    })) {
      const records = withoutHeader(reader.push(block));
      if (records.length > 0) yield records;
      bytes += block.length;
      options.onBytes?.(bytes);
    }
    const last = withoutHeader(reader.end());
    if (last.length > 0) yield last;
    await file.ensureUnchanged();
  } finally {
    await file.handle.close();
  }
}

function refuseUnreadable(facts: FileFacts): void {
  const file = facts.name;
  if (facts.format !== 'csv') throw new AppError('FORMAT_UNSUPPORTED', { file });
  const found = [
    ...(facts.encoding === 'utf-8' ? [] : [`encoded as ${facts.encoding}`]),
    ...(facts.delimiter === ',' ? [] : ['not separated by commas']),
  ];
  if (found.length > 0) {
    throw new AppError('CONVERSION_NEEDED', { file, found: found.join(' and ') });
  }
}

function ensureSameHeader(header: readonly string[], facts: FileFacts): void {
  const isSame =
    header.length === facts.header.length &&
    header.every((name, index) => name === facts.header[index]);
  if (!isSame) throw new AppError('FILE_CHANGED', { file: facts.name });
}
