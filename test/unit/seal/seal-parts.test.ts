/** Cutting a file into parts: whatever it holds, the parts are its rows in order, and each stays under the limit. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DataFormat } from '../../../shared/domain/data-file.ts';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile } from '../../../main/seal/seal-file.ts';
import { partFiles, sealParts } from '../../../main/seal/seal-parts.ts';
import { PartCutter } from '../../../main/seal/part-cutter.ts';
import type { SealPartsRequest, SealedParts } from '../../../main/seal/seal-parts.ts';
import { CsvReader } from '../../../main/tabular/csv-reader.ts';
import { JsonReader } from '../../../main/tabular/json-reader.ts';
import { makeTestKey, PASSPHRASE } from '../keys/test-keys.ts';

const made = await makeTestKey();
const recipient = await chooseRecipient(made.publicArmored);
const keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Room for keys and framing, and then some for rows. */
const SMALLEST_LIMIT = 1200;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-parts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Given {
  readonly bytes: Uint8Array;
  readonly format?: DataFormat;
  readonly sealedBytes: number;
}

async function sealGiven(
  { bytes, format = 'csv', sealedBytes }: Given,
  more: Partial<SealPartsRequest> = {},
): Promise<SealedParts> {
  const inputPath = join(folder, `users.${format}`);
  await writeFile(inputPath, bytes);
  return sealParts({
    inputPath,
    fileName: `users.${format}`,
    format,
    output: partFiles((number) => join(folder, `part-${number}.asc`)),
    recipient,
    compress: 6,
    limits: { sealedBytes, openedBytes: 5_000_000_000 },
    ...more,
  });
}

async function opened(number: number): Promise<Buffer> {
  const outputPath = join(folder, 'opened');
  await openFile({
    inputPath: join(folder, `part-${number}.asc`),
    outputPath,
    keys,
    overwrite: true,
  });
  return readFile(outputPath);
}

/** The rows by the check's own readers; a CSV's header comes first in each part and is taken off. */
function rowsOf(bytes: Uint8Array, format: DataFormat): unknown[] {
  if (format === 'csv') {
    const reader = new CsvReader({ fileName: 'users.csv' });
    return [...reader.push(bytes), ...reader.end()].map(({ cells }) => [...cells]);
  }
  const reader = new JsonReader({ fileName: 'users.json', lines: format === 'ndjson' });
  return [...reader.push(bytes), ...reader.end()].map(({ members, fault }) => ({ members, fault }));
}

/** Opens all parts and holds them against the file. */
async function expectWhole(given: Given, sealed: SealedParts): Promise<void> {
  const { bytes, format = 'csv', sealedBytes } = given;
  const found: unknown[] = [];
  let header: unknown[] = [];
  for (const { number, rows, plainSha256, sealed: outcome } of sealed.parts) {
    const path = join(folder, `part-${number}.asc`);
    const { size } = await stat(path);
    expect(size).toBe(outcome?.sealedBytes);
    expect(size).toBeLessThan(sealedBytes);
    const part = await opened(number);
    expect(sha256(part)).toBe(plainSha256);
    const records = rowsOf(part, format);
    if (format === 'csv') header = records.splice(0, 1);
    expect(records).toHaveLength(rows);
    found.push(...records);
  }
  expect([...header, ...found]).toEqual(rowsOf(bytes, format));
  expect(sealed).toMatchObject({ plainBytes: bytes.length, plainSha256: sha256(bytes) });
  if (sealed.parts.length === 1) expect(sealed.parts[0]?.plainSha256).toBe(sha256(bytes));
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.nat({ max: 300 }).map((size) => randomBytes(size).toString('base64')),
  fc
    .tuple(fc.constantFrom('x', 'ä', '"', ',', '\n', '\r\n', ' '), fc.nat({ max: 900 }))
    .map(([unit, count]) => unit.repeat(Math.min(count, 400))),
);
const lineEnd = fc.constantFrom('\n', '\r\n');
const bom = fc.constantFrom('', '\uFEFF');
const json = (value: unknown): string => JSON.stringify(value);

const csvFile = fc
  .record({
    bom,
    end: lineEnd,
    isEnded: fc.boolean(),
    blanks: fc.array(fc.nat({ max: 40 }), { maxLength: 3 }),
    rows: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 60 }),
  })
  .map(({ bom: mark, end, isEnded, blanks, rows }) => {
    const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    const bare = (cell: string): string => (/[",\r\n]|^$/.test(cell) ? quoted(cell) : cell);
    const lines = ['identity,name', ...rows.map((row) => row.map(bare).join(','))];
    for (const at of blanks) lines.splice(at, 0, '');
    const content = lines.join(end) + (isEnded ? end : '');
    return { format: 'csv' as const, bytes: Buffer.from(mark + content) };
  });

const jsonFile = fc
  .record({
    bom,
    form: fc.constantFrom('wrapped', 'array', 'lines', 'ndjson'),
    blank: fc.constantFrom('', ' ', '\n  ', '\r\n'),
    rows: fc.array(fc.record({ identity: text, note: text }), { minLength: 1, maxLength: 60 }),
  })
  .map(({ bom: mark, form, blank, rows }) => {
    const end = blank.includes('\n') ? '\r\n' : '\n';
    const list = `[${blank}${rows.map(json).join(`${blank},${blank}`)}${blank}]`;
    const contents: Readonly<Record<string, string>> = {
      wrapped: `${blank}{${blank}"d"${blank}:${blank}${list}${blank}}${blank}`,
      array: `${blank}${list}${blank}`,
    };
    const content = contents[form] ?? rows.map(json).join(end) + blank;
    const format = form === 'ndjson' ? ('ndjson' as const) : ('json' as const);
    return { format, bytes: Buffer.from(mark + content) };
  });

/** Every part of every run is a file that is made to last. */
const PROPERTY_MS = 120_000;

describe('the parts of a file', () => {
  test.each([
    ['CSV', csvFile],
    ['JSON', jsonFile],
  ])(
    '%s: are its rows in order, each under the limit',
    { timeout: PROPERTY_MS },
    async (_, file) => {
      const limit = fc.integer({ min: SMALLEST_LIMIT + 2500, max: 12_000 });
      const level = fc.constantFrom('none' as const, 1 as const, 6 as const, 9 as const);
      await fc.assert(
        fc.asyncProperty(file, limit, level, async ({ bytes, format }, sealedBytes, compress) => {
          const given = { bytes, format, sealedBytes };
          await expectWhole(given, await sealGiven(given, { compress }));
          for (const name of await readdir(folder)) await rm(join(folder, name));
        }),
        { numRuns: 30 },
      );
    },
  );

  test('are more than one where there is too much, and close to the limit', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `u${i},${randomBytes(60).toString('hex')}`);
    const given = { bytes: Buffer.from(`identity,name\n${rows.join('\n')}`), sealedBytes: 100_000 };
    const sealed = await sealGiven(given);
    await expectWhole(given, sealed);
    expect(sealed.parts.length).toBeGreaterThan(3);
    for (const part of sealed.parts.slice(0, -1)) {
      expect(part.sealed?.sealedBytes).toBeGreaterThan(95_000);
    }
  });

  test('follow data whose compressibility changes, up to what hardly takes room', async () => {
    const dense = Array.from({ length: 600 }, () => `d,${randomBytes(100).toString('base64')}`);
    const sparse = Array.from({ length: 6_000 }, () => `s,${'0'.repeat(200)}`);
    const rows = [...dense, ...sparse, ...dense, ...sparse];
    const given = {
      bytes: Buffer.from(`identity,name\n${rows.join('\n')}\n`),
      sealedBytes: 60_000,
    };
    const sealed = await sealGiven(given);
    await expectWhole(given, sealed);
    // What is dense counts: 1,200 rows of some 140 bytes each when sealed. Uncompressed there would be 55 parts.
    expect(sealed.parts.length).toBeGreaterThan(2);
    expect(sealed.parts.length).toBeLessThan(7);
  });

  test('is one, byte for byte, as long as it fits when compressed', async () => {
    const bytes = Buffer.from(`\uFEFFidentity,name\r\n\r\n${'u1,0\r\n'.repeat(50_000)}\r\n`);
    const given = { bytes, sealedBytes: 10_000 };
    const sealed = await sealGiven(given);
    expect(sealed.parts).toHaveLength(1);
    expect((await opened(1)).equals(bytes)).toBe(true);
  });

  test('keep the opened data within its limit', async () => {
    const given = { bytes: Buffer.from(`identity\n${'u\n'.repeat(5000)}`), sealedBytes: 1e9 };
    const limits = { sealedBytes: 1e9, openedBytes: 1000 };
    const sealed = await sealGiven(given, { limits });
    await expectWhole(given, sealed);
    expect(Math.max(...sealed.parts.map(({ plainBytes }) => plainBytes))).toBeLessThanOrEqual(1000);
    expect(sealed.parts.length).toBeGreaterThan(10);
  });

  test('take a record alone that seems too large until it is compressed', async () => {
    const rows = ['u1,a', `u2,"${'\n'.repeat(100_000)}"`, 'u3,b'];
    const given = { bytes: Buffer.from(`identity,name\n${rows.join('\n')}\n`), sealedBytes: 4000 };
    const sealed = await sealGiven(given);
    await expectWhole(given, sealed);
  });
});

describe('a record that is missing between two commas', () => {
  async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(text));
  }

  test.each([
    ['first', '[,{"identity":"a"}]', 2],
    ['between two', '[{"identity":"a"},,{"identity":"b"}]', 3],
    ['last', '{"d":[{"identity":"a"},{"identity":"b"}, ]}', 3],
  ])('%s: is a row of its part though it is alone there', async (_, text, rows) => {
    const cutter = new PartCutter({
      source: chunksOf(text),
      fileName: 'users.json',
      format: 'json',
      limits: { sealedBytes: 1e9, openedBytes: 1e9 },
      rowsOfParts: Array.from({ length: rows }, () => 1),
    });
    const found: unknown[] = [];
    do {
      const part: Uint8Array[] = [];
      for await (const chunk of cutter.nextPart()) part.push(chunk);
      found.push(rowsOf(Buffer.concat(part), 'json').length);
    } while (!cutter.isAtEnd);
    expect(found).toEqual(Array.from({ length: rows }, () => 1));
  });
});

describe('a record that fits no part', () => {
  const large = randomBytes(9000).toString('base64');

  test.each<[string, DataFormat, string, { row: number; line: number }]>([
    ['CSV', 'csv', `identity,name\n"a\n",b\nu2,${large}\nu3,c\n`, { row: 2, line: 4 }],
    ['array', 'json', `[\n{"identity":"a"},\n\n {"identity":"${large}"}]`, { row: 2, line: 4 }],
    ['lines', 'ndjson', `{"identity":"a"}\n{"identity":"${large}"}\n`, { row: 2, line: 2 }],
  ])('%s: is named by row and line, and nothing is left', async (_, format, content, place) => {
    const failed = sealGiven({ bytes: Buffer.from(content), format, sealedBytes: 5000 });
    await expect(failed).rejects.toMatchObject({
      code: 'RECORD_FITS_NO_PART',
      params: { file: `users.${format}`, ...place, limitBytes: 5000 },
    });
    expect(await readdir(folder)).toEqual([`users.${format}`]);
  });
});

describe('a cut that stands', () => {
  const rows = Array.from({ length: 900 }, (_, i) => `u${i},${randomBytes(30).toString('hex')}`);
  const given = { bytes: Buffer.from(`identity,name\n${rows.join('\n')}\n`), sealedBytes: 20_000 };
  const settledOf = ({ parts }: SealedParts, delivered: number) =>
    parts.map(({ number, rows: count, plainSha256 }) => ({
      rows: count,
      plainSha256,
      isDelivered: number <= delivered,
    }));

  test('is kept under another limit, and delivered parts are not sealed again', async () => {
    const first = await sealGiven(given);
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const limits = { sealedBytes: 1e9, openedBytes: 5e9 };
    const again = await sealGiven(given, { settled: settledOf(first, 2), limits });
    const plain = ({ parts }: SealedParts) => parts.map(({ plainSha256 }) => plainSha256);
    expect(plain(again)).toEqual(plain(first));
    expect(again.parts.map(({ sealed }) => sealed !== undefined).slice(0, 3)).toEqual([
      false,
      false,
      true,
    ]);
    expect(await readdir(folder)).not.toContain('part-2.asc');
  });

  test.each([
    ['another limit', { limits: { sealedBytes: 9_000, openedBytes: 5e9 } }],
    ['another compression', { compress: 'none' as const }],
  ])('that does not fit any more under %s is told of, part by part', async (_, change) => {
    const first = await sealGiven(given);
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const again = sealGiven(given, { settled: settledOf(first, 1), ...change });
    await expect(again).rejects.toMatchObject({
      code: 'PART_FITS_NO_MORE',
      params: { file: 'users.csv', part: 2, parts: first.parts.length },
    });
    expect(await readdir(folder)).toEqual(['users.csv']);
  });

  test.each([
    ['a row of a delivered part', (bytes: string) => bytes.replace('u3,', 'u4,')],
    ['a row of another part', (bytes: string) => bytes.replace('u899,', 'u898,')],
    ['a row more', (bytes: string) => `${bytes}u900,\n`],
    ['a row less', (bytes: string) => bytes.replace(/u899,.*\n/, '')],
  ])('is refused for a file with %s changed', async (_, change) => {
    const first = await sealGiven(given);
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const bytes = Buffer.from(change(given.bytes.toString()));
    const failed = sealGiven({ ...given, bytes }, { settled: settledOf(first, 1) });
    await expect(failed).rejects.toMatchObject({ code: 'PARTS_DIFFER' });
    expect(await readdir(folder)).toEqual(['users.csv']);
  });
});
