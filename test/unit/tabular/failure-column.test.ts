/** A file of failed rows, mended: its last column is left out of check and seal, everything else stays byte for byte. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsvReader } from '../../../main/tabular/csv-reader.ts';
import { convert, inspectFile, readRecords } from '../../../main/tabular/index.ts';
import type { Rec } from '../../../main/tabular/record.ts';

const REASON = 'Failure Description';

async function cut(text: string, header: readonly string[], chunkBytes = 1 << 16): Promise<string> {
  const bytes = Buffer.from(text);
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
    }
  }
  const facts = { name: 'a.csv', format: 'csv', encoding: 'utf-8', delimiter: ',' } as const;
  const parts: Uint8Array[] = [];
  const cutting = convert(source(), { ...facts, header, failureColumn: 'left-out' });
  for await (const part of cutting) parts.push(part);
  return Buffer.concat(parts).toString();
}

const csv = (rows: readonly (readonly string[])[], end: string): string =>
  rows
    .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',') + end)
    .join('');

describe('the last column of failed rows', () => {
  it('goes from every row, wherever the chunks are cut', async () => {
    const mark = fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', ';');
    const cell = fc.array(mark, { maxLength: 6 }).map((marks) => marks.join(''));
    const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns + 1, maxLength: columns + 1 }), {
        maxLength: 8,
      }),
    );
    const run = fc.asyncProperty(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 20 }),
      async (rows, end, chunkBytes) => {
        const columns = (rows[0]?.length ?? 2) - 1;
        const header = Array.from({ length: columns }, (_, index) => `h${index}`);
        const text = csv([[...header, REASON], ...rows], end);
        const kept = csv([header, ...rows.map((cells) => cells.slice(0, -1))], end);
        expect(await cut(text, header, chunkBytes)).toBe(kept);
      },
    );
    await fc.assert(run, { numRuns: 500 });
  });

  it('leaves a row that lost its reason, and keeps the fault of one with a cell too many', async () => {
    const text = `a,b,${REASON}\n1,2\n1,2,\n1,2,why\n1,2,3,why\n\n1\n"x`;
    const kept = await cut(text, ['a', 'b']);
    expect(kept).toBe('a,b\n1,2\n1,2\n1,2\n1,2,3\n\n1\n"x');
    const reader = new CsvReader({ fileName: 'a.csv' });
    const records = [...reader.push(Buffer.from(kept)), ...reader.end()];
    expect(records.map(({ fault }) => fault?.kind)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...['ragged', 'ragged', 'quoting'],
    ]);
  });

  it('stops at a quotation mark that is never closed', async () => {
    const endless = `a,${REASON}\n"${`${'x'.repeat(999)}\n`.repeat(17 * 1024)}`;
    await expect(cut(endless, ['a'])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
  });
});

describe('a mended file as a spreadsheet saves it', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'sealift-mended-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read without the column once that is agreed, and with it until then', async () => {
    const path = join(folder, 'mended.csv');
    const text = `id;city;${REASON}\r\nu1;Köln, am Rhein;515 email: no\r\nu2;Bad;\r\n`;
    await writeFile(path, Buffer.from(text, 'latin1'));
    const before = await inspectFile(path);
    expect(before).toMatchObject({ failureColumn: 'found', header: ['id', 'city', REASON] });
    expect(before.notices.map(({ code }) => code)).toContain('FAILURE_COLUMN');
    const facts = await inspectFile(path, undefined, { convert: true });
    expect(facts).toMatchObject({
      ...{ failureColumn: 'left-out', encoding: 'windows-1252', delimiter: ';' },
      ...{
        header: ['id', 'city'],
        sample: [
          ['u1', 'Köln, am Rhein'],
          ['u2', 'Bad'],
        ],
      },
    });
    const records: Rec[] = [];
    for await (const batch of readRecords(path, facts, { convert: true })) records.push(...batch);
    expect(records.map(({ cells, fault }) => [...cells, fault])).toEqual([
      ['u1', 'Köln, am Rhein', undefined],
      ['u2', 'Bad', undefined],
    ]);
  });

  it('is data when it is the only column, and when it is not the last', async () => {
    const path = join(folder, 'data.csv');
    for (const header of [REASON, `${REASON},id`, `id,failure description`]) {
      await writeFile(path, `${header}\n1,2\n`);
      expect(await inspectFile(path, undefined, { convert: true })).not.toHaveProperty(
        'failureColumn',
      );
    }
  });
});
