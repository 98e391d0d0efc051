/** A first look at a data file: what it is, its columns, its first rows, and what the user should know. */
import { basename } from 'node:path';
import type { FileFacts, FileNotice } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { CsvReader } from './csv-reader.ts';
import { formatOfName, openDataFile, readBlocks } from './data-file.ts';
import { detectDelimiter } from './delimiter.ts';
import { detectEncoding, toUtf8 } from './encoding.ts';
import { collectNotices } from './notices.ts';
import type { Rec } from './record.ts';

/** Enough for the first rows and a fair estimate, and read at once on any disk. */
const LOOK_BYTES = 1024 * 1024;
/** Up to here the whole file is read, and its rows are counted rather than estimated. */
const COUNT_BYTES = 8 * 1024 * 1024;
const SAMPLE_ROWS = 20;
/** A sample is to be looked at; cells of megabytes would only burden the window. */
const SAMPLE_CHARACTERS = 500;

/**
 * Looks at the file under `path`, called `name` in facts and errors (by default its base name).
 * Reads the first MiB, or the whole file when it is small. Throws FORMAT_UNKNOWN, HEADER_TOO_LONG,
 * RECORD_TOO_LARGE and the file errors. An empty file is no error here: its header is empty. Sampled
 * cells are cut at 500 characters.
 */
export async function inspectFile(path: string, name = basename(path)): Promise<FileFacts> {
  const file = await openDataFile(path, name);
  try {
    if (formatOfName(name) !== 'csv') throw new AppError('FORMAT_UNSUPPORTED', { file: name });
    const blockBytes = file.sizeBytes <= COUNT_BYTES ? COUNT_BYTES : LOOK_BYTES;
    let bytes: Uint8Array = Buffer.alloc(0);
    for await (const block of readBlocks(file, name, { blockBytes })) {
      bytes = block;
      break;
    }
    return lookAtCsv(bytes, name, file.sizeBytes);
  } finally {
    await file.handle.close();
  }
}

function lookAtCsv(bytes: Uint8Array, name: string, sizeBytes: number): FileFacts {
  const isWhole = bytes.length >= sizeBytes;
  const found = detectEncoding(bytes, !isWhole);
  const utf8 = toUtf8(bytes, found.encoding);
  const delimiter = detectDelimiter(utf8);
  const reader = new CsvReader({ fileName: name, delimiter });
  const records = reader.push(utf8);
  if (isWhole) records.push(...reader.end());
  const [header, ...rows] = records;
  if (!header && !isWhole) {
    throw new AppError('HEADER_TOO_LONG', { file: name, limitBytes: LOOK_BYTES });
  }
  const names = header?.cells.map(copy) ?? [];
  const notices: FileNotice[] = collectNotices({ found, delimiter, header, rows });
  return {
    name,
    sizeBytes,
    format: 'csv',
    encoding: found.encoding,
    delimiter,
    header: names,
    sample: rows
      .slice(0, SAMPLE_ROWS)
      .map((row) => names.map((_, at) => copy((row.cells[at] ?? '').slice(0, SAMPLE_CHARACTERS)))),
    rows: isWhole ? rows.length : estimateRows(rows.length, bytes.length, sizeBytes),
    rowsExact: isWhole,
    notices,
  };
}

function estimateRows(lookedRows: number, lookedBytes: number, sizeBytes: number): number {
  return Math.round((lookedRows / lookedBytes) * sizeBytes);
}

/** Cells are slices of the look; a copy lets the look go. */
function copy(cell: Rec['cells'][number]): string {
  return Buffer.from(cell, 'utf8').toString('utf8');
}
