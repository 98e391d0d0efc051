/**
 * CSV files with every fault at once, cut into chunks anywhere: the app's reader, the server's, and a
 * third one, written here to be seen through rather than to be fast.
 */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CsvReader } from '../../../main/tabular/csv-reader.ts';
import type { Rec } from '../../../main/tabular/record.ts';
import { FileFailure } from '../../../server/failure.ts';
import { openCsv } from '../../../server/ingest/csv-reader.ts';

interface PlainRecord {
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180, a character at a time; CR LF or LF, blank lines are none. Undefined: the quoting is broken. */
function readPlainly(text: string): PlainRecord[] | undefined {
  const records: PlainRecord[] = [];
  let [line, startLine, cell] = [1, 1, ''];
  let cells: string[] = [];
  let state: 'start' | 'bare' | 'quoted' | 'closed' = 'start';
  const endRecord = (): void => {
    const isBlank = cells.length === 0 && state === 'start';
    if (!isBlank) records.push({ row: records.length, line: startLine, cells: [...cells, cell] });
    [cells, cell, state, startLine] = [[], '', 'start', line];
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\n') line += 1;
    const isCrLf = char === '\r' && text.charAt(at + 1) === '\n';
    if (state === 'quoted') {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') [cell, at] = [`${cell}"`, at + 1];
      else state = 'closed';
    } else if (char === '\n') endRecord();
    else if (isCrLf) continue;
    else if (char === ',') {
      cells.push(cell);
      // A comma makes a record of a line that has nothing else.
      [cell, state] = ['', 'start'];
    } else if (char === '"' && state === 'start') state = 'quoted';
    else if (char === '"' || state === 'closed') return undefined;
    else [cell, state] = [cell + char, 'bare'];
  }
  if (state === 'quoted') return undefined;
  if (cells.length > 0 || state !== 'start') endRecord();
  return records;
}

const cell = fc.string({
  unit: fc.constantFrom('a', '1', 'é', '漢', '😀', 'e\u0301', 'ש', ' ', '\t', '\0', '\r'),
  maxLength: 4,
});
const quoted = fc
  .string({ unit: fc.constantFrom('a', '""', ',', '\n', '\r\n', '漢', '\0'), maxLength: 5 })
  .map((text) => `"${text}"`);
const row = fc
  .array(fc.oneof(cell, quoted), { minLength: 1, maxLength: 4 })
  .map((cells) => cells.join(','));
const header = fc.constantFrom(
  'a,b',
  'a',
  '"a","b""c"',
  '\n\r\na,b',
  'a,b,c,d',
  'a,a',
  ',b',
  '',
  '"a\nb",c',
);
const file = fc
  .record({
    bom: fc.boolean(),
    header,
    rows: fc.array(fc.tuple(row, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n')), {
      maxLength: 6,
    }),
    last: fc.oneof(row, fc.constant('')),
    damage: fc.option(fc.tuple(fc.nat(), fc.constantFrom('"', '\xff', '\n', ',')), { freq: 3 }),
  })
  .map(({ bom, header, rows, last, damage }) => {
    const text = `${bom ? '\ufeff' : ''}${header}\n${rows.flat().join('')}${last}`;
    const bytes = Buffer.from(text);
    if (!damage) return bytes;
    const at = damage[0] % (bytes.length + 1);
    const what = Buffer.from(damage[1], 'latin1');
    return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
  });

function chunks(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

function readAsApp(parts: readonly Buffer[]): Rec[] {
  const reader = new CsvReader({ fileName: 'a.csv' });
  return [...parts.flatMap((part) => reader.push(Buffer.from(part))), ...reader.end()];
}

/** Undefined: the file is refused. */
async function readAsServer(parts: readonly Buffer[]): Promise<PlainRecord[] | undefined> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const part of parts) yield await Promise.resolve(part);
  }
  try {
    const { header, records } = await openCsv(source(), 10_000);
    const found: PlainRecord[] = [{ row: 0, line: 0, cells: header }];
    for await (const pieces of records) found.push(...pieces);
    return found;
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return undefined;
  }
}

const plain = ({ row, line, cells }: PlainRecord): PlainRecord => ({ row, line, cells });

it('three readers agree on every file, however it is cut', async () => {
  const seen = { sound: 0, broken: 0, refused: 0 };
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
  const run = fc.asyncProperty(file, sizes, async (bytes, cuts) => {
    const app = readAsApp([bytes]);
    expect(readAsApp(chunks(bytes, cuts))).toEqual(app);
    const server = await readAsServer(chunks(bytes, cuts));
    expect(await readAsServer([bytes])).toEqual(server);

    const text = bytes.toString('utf8').replace(/^\ufeff/, '');
    const wanted = isUtf8(bytes) ? readPlainly(text) : undefined;
    const faults = app.map(({ fault }) => fault?.kind);
    expect(faults.includes('encoding')).toBe(!isUtf8(bytes));
    if (!wanted) {
      expect(faults.some((kind) => kind === 'encoding' || kind === 'quoting')).toBe(true);
      expect(server).toBeUndefined();
      seen.broken += 1;
      return;
    }
    expect(app.map(plain)).toEqual(wanted);
    const [head, ...rows] = wanted;
    rows.forEach(({ row, cells }) => {
      const kind = cells.some((text) => text.includes('\0'))
        ? 'nul'
        : cells.length === head?.cells.length
          ? undefined
          : 'ragged';
      expect(faults[row]).toBe(kind);
    });
    const names = head?.cells ?? [];
    const isHeaderGood =
      names.length > 0 &&
      new Set(names).size === names.length &&
      names.every((name) => name.trim() !== '' && !name.includes('\0'));
    expect(server?.slice(1)).toEqual(isHeaderGood ? rows : undefined);
    seen[isHeaderGood ? 'sound' : 'refused'] += 1;
  });
  await fc.assert(run, { numRuns: 500 });
  // A test in which hardly a file is sound, or broken, would prove little.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(40);
});

it('the first byte that is not UTF-8 is named by its place in the file', () => {
  const run = fc.property(file, fc.integer({ min: 1, max: 30 }), (bytes, size) => {
    const faults = readAsApp(chunks(bytes, [size])).map(({ fault }) => fault);
    const found = faults.find((fault) => fault?.kind === 'encoding');
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let good = 0;
    try {
      for (; good < bytes.length; good += 1) {
        decoder.decode(bytes.subarray(good, good + 1), { stream: true });
      }
      good = -1;
    } catch {
      // The offset of the byte at which the platform's own decoder stops.
    }
    expect(found === undefined).toBe(isUtf8(bytes));
    // A byte that ends a sequence too early is told at the sequence's beginning.
    if (found?.kind === 'encoding' && good >= 0) {
      expect(good - found.byteOffset).toBeGreaterThanOrEqual(0);
      expect(good - found.byteOffset).toBeLessThan(4);
    }
  });
  fc.assert(run, { numRuns: 500 });
});
