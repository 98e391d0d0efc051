/** The check of whole files: counts, groups, samples, structure, progress and cancelling. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../shared/domain/manifest.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { suggestMapping, buildManifest, requireManifest } from '../../../main/manifest/index.ts';
import { checkData } from '../../../main/preflight/index.ts';
import { inspectFile } from '../../../main/tabular/index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(content: string | Uint8Array, name = 'data.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function check(
  content: string | Uint8Array,
  manifest: Pick<Manifest, 'type' | 'columns'>,
): Promise<CheckReport> {
  const path = await write(content);
  return checkData({ path, facts: await inspectFile(path), manifest });
}

async function checkSample(path: string): Promise<CheckReport> {
  const facts = await inspectFile(path);
  const columns = suggestMapping(facts, 'event').map((column) =>
    column.header === 'delivery_date'
      ? ({ ...column, dataType: 'DATE', dateFormat: 'yyyy/MM/dd' } as const)
      : column.header === 'item_price'
        ? ({ ...column, dataType: 'INTEGER' } as const)
        : column,
  );
  const text = buildManifest({ fileName: 'a.csv', type: 'event', columns, clientEmail: 'a@b.io' });
  return checkData({ path, facts, manifest: requireManifest(text, { header: facts.header }) });
}

describe('the sample files', () => {
  it('orders.csv passes with the mapping that is suggested', async () => {
    const path = 'assets/sample/orders.csv';
    const facts = await inspectFile(path);
    const columns = suggestMapping(facts, 'event');
    const text = buildManifest({
      fileName: 'a.csv',
      type: 'event',
      columns,
      clientEmail: 'a@b.io',
    });
    const manifest = requireManifest(text, { header: facts.header });
    const report = await checkData({ path, facts, manifest });
    expect(report).toEqual({
      rows: 1000,
      accepted: 1000,
      rejected: 0,
      bytes: facts.sizeBytes,
      problems: [],
    });
  });

  it('orders-with-faults.csv shows one fault of each common kind', async () => {
    const report = await checkSample('assets/sample/orders-with-faults.csv');
    expect(report).toMatchObject({ rows: 12, accepted: 3, rejected: 9 });
    const groups = report.problems.map(
      ({ code, column, count }) => `${code}:${column ?? ''}×${count}`,
    );
    expect(groups.toSorted()).toEqual([
      '509:event_name×1',
      '513:event_name×1',
      '523:customer_id×2',
      '525:timestamp×1',
      'DATA_TYPE:delivery_date×2',
      'DATA_TYPE:item_price×1',
      'RAGGED_ROW:×1',
    ]);
  });
});

describe('the report', () => {
  it('groups by code and column, counts all, shows the first five, worst first', async () => {
    const bad = Array.from({ length: 7 }, (_, i) => `u${i},x${i},`).join('\n');
    const report = await check(`identity,n,Email\n${bad}\n,1,\nnull,2,\nu9,3,me\n`, {
      type: 'profile',
      columns: { n: { dataType: 'INTEGER' } },
    });
    expect(report).toMatchObject({ rows: 10, accepted: 0, rejected: 10 });
    expect(report.problems.map(({ code, column, count }) => [code, column, count])).toEqual([
      ['DATA_TYPE', 'n', 7],
      ['523', 'identity', 2],
      ['515', 'Email', 1],
    ]);
    expect(report.problems[0]?.samples).toEqual(
      [0, 1, 2, 3, 4].map((i) => ({ row: i + 1, line: i + 2, value: `x${i}` })),
    );
    // Two sentences, since the identity is blank in one row and refused in the other.
    expect(report.problems[1]?.message).toMatch(
      /blank\. The identity is one that the platform refuses/,
    );
  });

  it('shortens long values', async () => {
    const report = await check(`identity,n\nu,${'9'.repeat(5000)}\n`, {
      type: 'profile',
      columns: { n: { dataType: 'LONG' } },
    });
    expect(report.problems[0]?.samples[0]?.value).toHaveLength(201);
  });

  it('a warning rejects no row', async () => {
    const report = await check('identity,a&b\nu,1\n', { type: 'profile' });
    expect(report).toMatchObject({ rows: 1, accepted: 1, rejected: 0 });
    expect(report.problems).toMatchObject([
      { code: 'NAME_CHARACTERS', severity: 'warning', column: 'a&b' },
    ]);
  });

  it('a header that does not fit rejects every row', async () => {
    const report = await check('identity,a\nu,1\nv,2\n', { type: 'profile', columns: { b: {} } });
    expect(report).toMatchObject({ rows: 2, accepted: 0, rejected: 2 });
    expect(report.problems).toMatchObject([
      { code: 'COLUMN_MISSING', column: 'b', count: 1, samples: [] },
    ]);
  });

  it('an empty file has no header', async () => {
    const report = await check('', { type: 'profile' });
    expect(report).toMatchObject({ rows: 0, accepted: 0, problems: [{ code: 'HEADER_MISSING' }] });
  });

  it('tells faults of structure by row and line', async () => {
    const bytes = Buffer.concat([
      Buffer.from('identity,a\n"u\n1",2\nu2,é\n'),
      Buffer.from('u3,\xff\n', 'latin1'),
      Buffer.from('u4,a"b\nu5,1,2\nu6,\0\nu7,"open\n'),
    ]);
    const report = await check(bytes, { type: 'profile' });
    // Broken encoding or quoting costs the whole file.
    expect(report).toMatchObject({ rows: 7, accepted: 0, rejected: 7 });
    const told = report.problems.map(({ code, count, samples }) => [code, count, samples]);
    expect(told).toEqual([
      [
        'QUOTING',
        2,
        [
          { row: 4, line: 6, value: '' },
          { row: 7, line: 9, value: '' },
        ],
      ],
      ['ENCODING', 1, [{ row: 3, line: 5, value: 'byte 28 of the file' }]],
      ['RAGGED_ROW', 1, [{ row: 5, line: 7, value: '3 cells, not 2' }]],
      ['555', 1, [{ row: 6, line: 8, value: '' }]],
    ]);
  });
});

describe('JSON', () => {
  const columns = {
    id: { ctName: 'identity' },
    what: { ctName: 'evtName' },
    n: { dataType: 'INTEGER' },
  } as const;
  const checkJson = async (
    content: string,
    manifest: Pick<Manifest, 'type' | 'columns'> = { type: 'event', columns },
    name = 'data.json',
  ): Promise<CheckReport> => {
    const path = await write(content, name);
    return checkData({ path, facts: await inspectFile(path), manifest });
  };
  const told = ({ problems }: CheckReport): unknown[] =>
    problems.map(({ code, column, samples: [first] }) => [code, column, first?.row, first?.value]);

  it('judges flat records by the columns, wherever a key stands, null and absent being blank', async () => {
    const report = await checkJson(
      '{"d":[{"id":"u1","what":"Bought","n":1},\n {"n":null,"what":"Sold","id":2},\n {"id":"u3","what":"Bought"}]}',
    );
    expect(report).toMatchObject({ rows: 3, accepted: 3, rejected: 0, problems: [] });
  });

  it('tells row, line and column of what is wrong', async () => {
    const report = await checkJson(
      [
        '{"id":"u1","what":"Bought","n":1.0}',
        '{"id":"u1","what":"Bought","n":[1]}',
        '{"id":"u1","what":"Bought","n":1,}',
        '{"id":"u1","what":"Bought","note":"\\u0000"}',
        '{"type":"event","evtData":{}}',
        '{"id":"u1","id":"u2"}',
      ].join('\n'),
    );
    expect(report).toMatchObject({ rows: 6, accepted: 0 });
    expect(told(report)).toEqual([
      ['555', undefined, 3, 'line 3, column 34'],
      ['DATA_TYPE', 'n', 1, '1.0'],
      ['555', 'n', 2, '[…]'],
      ['555', 'note', 4, ''],
    ]);
    expect(report.problems[0]).toMatchObject({ count: 3 });
  });

  it('judges typed records by themselves and ignores the columns', async () => {
    const report = await checkJson(
      JSON.stringify([
        { type: 'Event', identity: 'u1', evtName: 'Bought', ts: 1767225909, evtData: { n: 'x' } },
        { type: 'event', FBID: 7, evtName: 'Charged', evtData: { items: 'a' } },
        { type: 'profile', identity: 'u1', profileData: {} },
        { type: 'event', identity: 'u1', evtName: 'Bought', evtData: [] },
        { type: 'event', identity: 'u1', evtName: 'Bought', evtData: { a: { b: 1 } } },
      ]),
    );
    expect(report).toMatchObject({ rows: 5, accepted: 1 });
    expect(told(report)).toEqual([
      ['512', 'items', 2, 'a'],
      ['524', 'type', 3, 'profile'],
      ['512', 'evtData', 4, ''],
      ['555', 'a', 5, '{…}'],
    ]);
  });

  it('a column that no record has is a warning: any record may leave a key out', async () => {
    const report = await checkJson('{"id":"u1","what":"Bought"}\n');
    expect(report.accepted).toBe(1);
    expect(report.problems).toMatchObject([
      { code: 'COLUMN_MISSING', severity: 'warning', column: 'n' },
    ]);
  });

  it('broken brackets cost the whole file', async () => {
    const report = await checkJson('[{"id":"u1","what":"Bought","n":1}\n');
    expect(report).toMatchObject({ rows: 1, accepted: 0, rejected: 1 });
    expect(report.problems).toMatchObject([{ code: 'DAMAGED', severity: 'error' }]);
  });

  it('keeps its report small, whatever the keys are called', async () => {
    const records = Array.from(
      { length: 3000 },
      (_, i) => `{"id":"u","what":"B","k${i}":{},"a&${i}":1}`,
    );
    const report = await checkJson(records.join('\n'), { type: 'event', columns }, 'data.ndjson');
    expect(report.problems.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(2999);
    expect(report.problems.length).toBeLessThan(700);
  });
});

describe('the run', () => {
  it('tells progress in bytes and stops when cancelled', async () => {
    const row = `u,${'x'.repeat(90)}\n`;
    const path = await write(`identity,a\n${row.repeat(30_000)}`);
    const facts = await inspectFile(path);
    const seen: number[] = [];
    const manifest = { type: 'profile' } as const;
    const report = await checkData({
      path,
      facts,
      manifest,
      onProgress: (bytes) => seen.push(bytes),
    });
    expect(report.accepted).toBe(30_000);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(facts.sizeBytes);

    const abort = new AbortController();
    const cancelled = checkData({
      path,
      facts,
      manifest,
      signal: abort.signal,
      onProgress: () => {
        abort.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('refuses a file that is no longer the one looked at', async () => {
    const path = await write('identity,a\nu,1\n');
    const facts = await inspectFile(path);
    await write('identity,b\nu,1\n');
    const run = checkData({ path, facts, manifest: { type: 'profile' } });
    await expect(run).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('refuses what would have to be converted first', async () => {
    for (const content of ['identity;a\nu;1\n', Buffer.from('identity,a\nu,\xe9\n', 'latin1')]) {
      await expect(check(content, { type: 'profile' })).rejects.toMatchObject({
        code: 'CONVERSION_NEEDED',
      });
    }
  });

  it('converts once the user has agreed, and tells places in the file as it is', async () => {
    const path = await write(Buffer.from('\uFEFFidentity;n\n"u\n1";1,5\nZoë;2\n', 'utf16le'));
    const facts = await inspectFile(path);
    const manifest = { type: 'profile', columns: { n: { dataType: 'INTEGER' } } } as const;
    const report = await checkData({ path, facts, manifest, convert: true });
    expect(report).toMatchObject({ rows: 2, accepted: 1, bytes: facts.sizeBytes });
    expect(report.problems).toMatchObject([
      { code: 'DATA_TYPE', samples: [{ row: 1, line: 2, value: '1,5' }] },
    ]);
  });
});
