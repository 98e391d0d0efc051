/** A first look at a data file: what it is, its columns, its first rows, and what the user should know. */
import { basename } from 'node:path';
import type { DataFormat, FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { CsvReader } from './csv-reader.ts';
import { formatOfName, openDataFile, readInto } from './data-file.ts';
import { detectDelimiter } from './delimiter.ts';
import { detectEncoding, toUtf8, type FoundEncoding } from './encoding.ts';
import { endsWithFailures } from './failure-column.ts';
import { lookAtRecords } from './inspect-json.ts';
import { JsonReader } from './json-reader.ts';
import { holdsReturnedRecords, linesOf } from './returned-records.ts';
import { collectNotices, encodingNotices } from './notices.ts';

/** Enough for the first rows and a fair estimate, and read at once on any disk. */
const LOOK_BYTES = 1024 * 1024;
/** Up to here the whole file is read, and its rows are counted rather than estimated. */
const COUNT_BYTES = 8 * 1024 * 1024;
/** Enough to guess types from; a window shows a few of them. */
const SAMPLE_ROWS = 1_000;
/** A sample is to be looked at; cells of megabytes would only burden the window. */
const SAMPLE_CHARACTERS = 500;

/**
 * Looks at the file under `path`, called `name` in facts and errors (by default its base name).
 * Reads the first MiB, or the whole file when it is small. Throws FORMAT_UNKNOWN, HEADER_TOO_LONG,
 * RECORD_TOO_LARGE, RETURNED_ROW_BROKEN and the file errors. An empty file is no error here: its header is
 * empty. Sampled cells are cut at 500 characters. With `convert`, the user agreed to conversion: a last column that says
 * why rows failed is left out, and JSON records that came back in a CSV are taken out of it.
 */
export async function inspectFile(
  path: string,
  name = basename(path),
  options: { readonly convert?: boolean | undefined } = {},
): Promise<FileFacts> {
  const file = await openDataFile(path, name);
  try {
    const format = formatOfName(name);
    const { sizeBytes } = file;
    const look = Buffer.allocUnsafeSlow(sizeBytes <= COUNT_BYTES ? sizeBytes : LOOK_BYTES);
    const bytes = look.subarray(0, await readInto(file, name, look, 0));
    const isWhole = bytes.length >= sizeBytes;
    const found = detectEncoding(bytes, !isWhole);
    const lookAt = format === 'csv' ? lookAtCsv : lookAtJson;
    const utf8 = toUtf8(bytes, found.encoding);
    const convert = options.convert === true;
    const { rows, ...seen } = lookAt({ name, format, found, utf8, isWhole, convert });
    return {
      name,
      sizeBytes,
      format,
      encoding: found.encoding,
      ...seen,
      rows: isWhole ? rows : estimateRows(rows, bytes.length, sizeBytes),
      rowsExact: isWhole,
    };
  } finally {
    await file.handle.close();
  }
}

interface Look {
  readonly name: string;
  readonly format: DataFormat;
  readonly found: FoundEncoding;
  readonly utf8: Uint8Array;
  /** The look reached the file's end. */
  readonly isWhole: boolean;
  readonly convert: boolean;
}

/** `rows`: those that the look reached. */
type Seen = Pick<
  FileFacts,
  'delimiter' | 'failureColumn' | 'header' | 'sample' | 'rows' | 'notices'
> &
  Partial<Pick<FileFacts, 'format' | 'returnedRecords'>>;

function lookAtCsv({ name, found, utf8, isWhole, convert }: Look): Seen {
  const delimiter = detectDelimiter(utf8);
  // Rows behind the sample are counted; those with a fault are looked at.
  let soundRows = 0;
  const passes = convert ? undefined : (): boolean => (soundRows += 1) > SAMPLE_ROWS;
  const reader = new CsvReader({ fileName: name, delimiter, passes });
  const records = reader.push(utf8);
  if (isWhole) records.push(...reader.end());
  const [header, ...rows] = records;
  if (!header && !isWhole) throw headerTooLong(name);
  const written = header?.cells.map(copy) ?? [];
  const hasFailures = endsWithFailures(written);
  const holdsRecords = holdsReturnedRecords(written);
  if (convert && holdsRecords) {
    const utf8 = Buffer.from(linesOf(records, name), 'utf8');
    const seen = lookAtJson({ name, format: 'ndjson', found, utf8, isWhole, convert });
    return {
      ...seen,
      format: 'ndjson',
      delimiter,
      failureColumn: 'left-out',
      returnedRecords: 'taken-out',
    };
  }
  const names = hasFailures && convert ? written.slice(0, -1) : written;
  const failureColumn = convert ? ('left-out' as const) : ('found' as const);
  return {
    delimiter,
    ...(hasFailures ? { failureColumn } : {}),
    ...(holdsRecords ? { returnedRecords: 'found' } : {}),
    header: names,
    sample: rows
      .slice(0, SAMPLE_ROWS)
      .map((row) => names.map((_, at) => sampled(row.cells[at] ?? ''))),
    rows: rows.length + reader.passed,
    notices: collectNotices({ found, delimiter, header, rows, hasFailures }),
  };
}

function lookAtJson({ name, format, found, utf8, isWhole }: Look): Seen {
  const reader = new JsonReader({ fileName: name, lines: format === 'ndjson' });
  const records = reader.push(utf8);
  if (isWhole) records.push(...reader.end());
  if (records.length === 0 && !isWhole) throw headerTooLong(name);
  const { header, sample, notices } = lookAtRecords(records, SAMPLE_ROWS);
  return {
    delimiter: ',',
    header: header.map(copy),
    sample: sample.map((row) => row.map(sampled)),
    rows: records.at(-1)?.row ?? 0,
    notices: [...encodingNotices(found), ...notices],
  };
}

function headerTooLong(file: string): AppError {
  return new AppError('HEADER_TOO_LONG', { file, limitBytes: LOOK_BYTES });
}

function sampled(cell: string): string {
  return copy(cell.slice(0, SAMPLE_CHARACTERS));
}

function estimateRows(lookedRows: number, lookedBytes: number, sizeBytes: number): number {
  return Math.round((lookedRows / lookedBytes) * sizeBytes);
}

/** Cells are slices of the look; a copy lets the look go. */
function copy(cell: string): string {
  return Buffer.from(cell, 'utf8').toString('utf8');
}
