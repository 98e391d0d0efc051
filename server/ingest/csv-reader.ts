/** CSV files as the platform takes them: UTF-8 with a header whose columns have names. */
import { isAscii, isUtf8 } from 'node:buffer';
import { FileFailure } from '../failure.ts';
import { CsvCutter } from './csv-cutter.ts';
import type { CsvRecord } from './csv-cutter.ts';

const BYTE_ORDER_MARK = '\ufeff';
/** Of a chunk, what is made text at a time: chunks are as large as the sender made them. */
const PIECE_BYTES = 64 * 1024;

export interface CsvFile {
  readonly header: readonly string[];
  /** As many at a time as became whole together; none of these lists is empty. */
  readonly records: AsyncIterable<readonly CsvRecord[]>;
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
  const pieces = readRecords(source, recordBytes);
  const first = await pieces.next();
  if (first.done) throw new FileFailure('HEADER_MISSING', 'The file is empty: it has no header.');
  const [{ cells }, ...rest] = first.value;
  return { header: checkHeader(cells), records: continued(rest, pieces) };
}

async function* continued<T>(start: readonly T[], rest: AsyncIterable<readonly T[]>) {
  if (start.length > 0) yield start;
  yield* rest;
}

type Filled<T> = readonly [T, ...T[]];

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
async function* readRecords(
  source: AsyncIterable<Uint8Array>,
  recordBytes: number,
): AsyncGenerator<Filled<CsvRecord>, undefined> {
  const cutter = new CsvCutter(recordBytes);
  let isFirst = true;
  for await (const bytes of utf8Only(source)) {
    const text = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
    const records = cutter.push(isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    isFirst = false;
    if (isFilled(records)) yield records;
  }
  const records = cutter.end();
  if (isFilled(records)) yield records;
  return undefined;
}

function isFilled<T>(list: readonly T[]): list is Filled<T> {
  return list.length > 0;
}

/**
 * Passes the bytes on, in pieces of a bounded size, none empty, as long as they are UTF-8; a
 * character cut by a chunk's end is waited for.
 */
export async function* utf8Only(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      const piece = chunk.subarray(start, start + PIECE_BYTES);
      const bytes = tail.length > 0 ? Buffer.concat([tail, piece]) : bufferOf(piece);
      const end = completeLength(bytes);
      const complete = bytes.subarray(0, end);
      tail = bytes.subarray(end);
      if (!isUtf8(complete)) throw notUtf8(line + goodLines(complete));
      line += newLines(complete);
      if (end > 0) yield complete;
    }
  }
  if (tail.length > 0) throw notUtf8(line);
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
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
  // Not by `indexOf`, which costs a call into native code for each line.
  for (const byte of bytes) if (byte === 10) count += 1;
  return count;
}
