// CSV as the server reads it: RFC 4180, with row and line of each record, in chunks of any size.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../server/ingest/csv-reader.ts';
import type { CsvRecord } from '../../../server/ingest/csv-cutter.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function readAll(text: string | Uint8Array, size = 7, recordBytes = 1000) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const { header, records } = await openCsv(chunks(bytes, size), recordBytes);
  const all: CsvRecord[] = [];
  for await (const pieces of records) all.push(...pieces);
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

describe('the server’s CSV reader', () => {
  it('reads and refuses what csv-parse does, cut into chunks anywhere', async () => {
    const token = fc.constantFrom(
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '\r',
      'a',
      'é😀',
      ' ',
      '"x"',
      '"y\n"',
      '\n\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(token, { maxLength: 24 }),
        fc.integer({ min: 1, max: 40 }),
        async (tokens, size) => {
          const text = `a,b\n${tokens.join('')}`;
          const found = await readAll(text, size).then(
            ({ records }) => records.map(({ cells }) => cells),
            () => 'refused',
          );
          expect(found).toEqual(asCsvParse(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads a record that comes in very many pieces', async () => {
    const long = 'x"y,\n'.repeat(100_000);
    const { records } = await readAll(`a\n"${long.replaceAll('"', '""')}"\nz\n`, 64, 1_000_000);
    expect(records.map(({ line }) => line)).toEqual([2, 100_003]);
    expect(records.map(({ cells }) => cells[0]!.length)).toEqual([long.length, 1]);
  });

  it('does not read on in a record that is too long', async () => {
    let count = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n"');
      for (;;) {
        count += 1;
        yield await Promise.resolve(Buffer.alloc(100, 'x'));
      }
    }
    const { records } = await openCsv(endless(), 10_000);
    const reading = records[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(count).toBeLessThan(110);
  });
});

/** The same text, read by a library of others. */
function asCsvParse(text: string): string[][] | 'refused' {
  try {
    const records = parse(text, {
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
    return records.slice(1);
  } catch {
    return 'refused';
  }
}
