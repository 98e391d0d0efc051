/** CSV as the platform takes it (RFC 4180, UTF-8, comma): records with row and line numbers. */
import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Options } from 'csv-parse';
import { FileFailure } from '../failure.ts';

export interface CsvRecord {
  /** The first record after the header is 1. */
  readonly row: number;
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly header: readonly string[];
  readonly records: AsyncIterable<CsvRecord>;
}

/**
 * Reads the header, then the records as they are asked for. Blank lines are no records.
 * @throws FileFailure HEADER_MISSING; while iterating also TOO_LARGE and DAMAGED (bad quoting or
 *   encoding), and whatever `source` throws.
 */
export async function openCsv(
  source: AsyncIterable<Uint8Array>,
  recordBytes: number,
): Promise<CsvFile> {
  const records = parseRecords(source, recordBytes);
  const first = await records.next();
  if (first.done) throw new FileFailure('HEADER_MISSING', 'The file is empty: it has no header.');
  const header = checkHeader(first.value.cells);
  return { header, records };
}

function checkHeader(cells: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const [index, name] of cells.entries()) {
    if (name.trim() === '') {
      throw new FileFailure('HEADER_MISSING', `Column ${index + 1} has no name in the header.`, {
        line: 1,
      });
    }
    if (name.includes('\0')) {
      throw new FileFailure('HEADER_MISSING', `The name of column ${index + 1} holds a NUL byte.`, {
        line: 1,
      });
    }
    if (seen.has(name)) {
      throw new FileFailure('HEADER_MISSING', 'Two columns have the same name in the header.', {
        column: name,
        line: 1,
      });
    }
    seen.add(name);
  }
  return cells;
}

/** The header comes out as row 0. */
async function* parseRecords(
  source: AsyncIterable<Uint8Array>,
  recordBytes: number,
): AsyncGenerator<CsvRecord> {
  const next = { row: 0, line: 1, emptyLines: 0 };
  const options: Options<CsvRecord, string[]> = {
    bom: true,
    delimiter: ',',
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: recordBytes,
    // Counted here and not in the loop below: an error overtakes the records before it.
    on_record(cells: string[], { empty_lines: emptyLines }): CsvRecord {
      next.line += emptyLines - next.emptyLines;
      next.emptyLines = emptyLines;
      const { row, line } = next;
      next.row += 1;
      next.line += 1 + cells.reduce((sum, cell) => sum + lineBreaks(cell), 0);
      return { row, line, cells };
    },
  };
  const parser = parse(options as unknown as Options);
  // Errors reach the loop below through the parser, which the pipeline destroys with them.
  pipeline(Readable.from(utf8Only(source)), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (error) {
    throw mapCsvError(error, next.row, next.line);
  } finally {
    parser.destroy();
  }
}

function mapCsvError(error: unknown, row: number, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const place = row > 0 ? { row, line } : { line };
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new FileFailure('TOO_LARGE', 'A record is larger than the platform takes.', place);
  }
  return new FileFailure(
    'DAMAGED',
    `The quoting of the record that starts at line ${line} is broken, so the rest of the file cannot be read.`,
    place,
  );
}

/** Passes the bytes on, as long as they are UTF-8; a character cut by a chunk's end is waited for. */
export async function* utf8Only(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of source) {
    const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : Buffer.from(chunk);
    const end = completeLength(bytes);
    const complete = bytes.subarray(0, end);
    tail = bytes.subarray(end);
    if (!isUtf8(complete)) throw notUtf8(line + goodLines(complete));
    line += newLines(complete);
    yield complete;
  }
  if (tail.length > 0) throw notUtf8(line);
}

function notUtf8(line: number): FileFailure {
  return new FileFailure('DAMAGED', `The file is not UTF-8 text at line ${line}.`, { line });
}

/** Length without a multi-byte character that the end cuts off. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** How many whole lines come before the first that is not UTF-8. */
function goodLines(bytes: Buffer): number {
  let count = 0;
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    count += 1;
    start = end + 1;
  }
  return count;
}

function newLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function lineBreaks(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}
