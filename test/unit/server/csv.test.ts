// CSV as the server reads it: RFC 4180, with row and line of each record, in chunks of any size.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../server/ingest/csv-reader.ts';
import type { CsvRecord } from '../../../server/ingest/csv-reader.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function readAll(text: string | Uint8Array, size = 7, recordBytes = 1000) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const { header, records } = await openCsv(chunks(bytes, size), recordBytes);
  const all: CsvRecord[] = [];
  for await (const record of records) all.push(record);
  return { header, records: all };
}

describe('openCsv', () => {
  it('numbers rows and lines over quoted line breaks, blank lines and either line end', async () => {
    const { header, records } = await readAll('\ufeffa,b\r\n\r\n1,"x\r\ny"\n2,"q""r"\n\n3, z \n');
    expect(header).toEqual(['a', 'b']);
    expect(records).toEqual([
      { row: 1, line: 3, cells: ['1', 'x\r\ny'] },
      { row: 2, line: 5, cells: ['2', 'q"r'] },
      { row: 3, line: 7, cells: ['3', ' z '] },
    ]);
  });

  it('hands on rows that are too short or too long', async () => {
    const { records } = await readAll('a,b\n1\n1,2,3\n');
    expect(records.map(({ cells }) => cells.length)).toEqual([1, 3]);
  });

  it.each([
    ['an empty file', '', 'HEADER_MISSING'],
    ['blank lines only', '\n\n', 'HEADER_MISSING'],
    ['a column without a name', 'a,,c\n', 'HEADER_MISSING'],
    ['a column twice', 'a,a\n', 'HEADER_MISSING'],
    ['a quote inside a bare cell', 'a\nx"y\n', 'DAMAGED'],
    ['text after a closing quote', 'a\n"x"y\n', 'DAMAGED'],
    ['a quote that never closes', 'a\n"x\n', 'DAMAGED'],
    ['a record over the limit', `a\n${'x'.repeat(1100)}\n`, 'TOO_LARGE'],
  ])('refuses %s', async (_, text, code) => {
    await expect(readAll(text)).rejects.toMatchObject({ name: 'FileFailure', code });
  });

  it('names the line on which a broken record starts', async () => {
    await expect(readAll('a\n"1\n2"\n3\nx"y\n')).rejects.toMatchObject({
      place: { row: 3, line: 5 },
    });
  });

  it('names the line that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('a\nü\n'), Buffer.from([0xe9]), Buffer.from('\n')]);
    for (const size of [1, 2, 3, 100]) {
      await expect(readAll(bytes, size)).rejects.toMatchObject({
        code: 'DAMAGED',
        place: { line: 3 },
      });
    }
    await expect(readAll(Buffer.from([0x61, 0x0a, 0xe2, 0x82]))).rejects.toMatchObject({
      code: 'DAMAGED',
    });
  });

  it('gives back what was quoted, cut into chunks anywhere', async () => {
    const cell = fc
      .string({ unit: 'binary', maxLength: 8 })
      .map((text) => text.replaceAll('\ufeff', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, size) => {
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const text = ['a,b', ...rows.map((row) => row.map(quote).join(','))].join('\r\n');
          const { records } = await readAll(Buffer.from(text), size);
          const expected = rows.map((row) => row.map((value) => Buffer.from(value).toString()));
          expect(records.map(({ cells }) => cells)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
