/** JSON records that failed come back as a CSV and are sent again as records: none lost, none changed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireManifest } from '../../../main/manifest/index.ts';
import { checkData, writeFailedRows } from '../../../main/preflight/index.ts';
import { conversionNeeded, convert, inspectFile, sentName } from '../../../main/tabular/index.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-returned-'));
  path = join(folder, 'orders-failed-rows.csv');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const manifest = requireManifest('{"fileName":"a.json","type":"event","clientEmail":"a@b.io"}');

async function converted(): Promise<string> {
  const facts = await inspectFile(path, undefined, { convert: true });
  async function* source(): AsyncGenerator<Uint8Array> {
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const parts: Uint8Array[] = [];
  for await (const part of convert(source(), facts)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** What the check saves of a JSON file in which every record fails. */
async function saveFailed(records: readonly string[]): Promise<void> {
  const data = join(folder, 'orders.json');
  await writeFile(data, `[${records.join(',\n')}]`);
  const facts = await inspectFile(data);
  const parts: Uint8Array[] = [];
  const write = (part: Uint8Array): Promise<void> => Promise.resolve(void parts.push(part));
  await writeFailedRows({ path: data, facts, manifest }, { write });
  await writeFile(path, Buffer.concat(parts));
}

it('gives every record back as it was saved, on a line of its own', async () => {
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true }), fc.boolean());
  // No identity, so each of them fails.
  const record = fc.dictionary(
    fc.string({ unit: 'grapheme' }).map((key) => `x${key}`),
    value,
  );
  const indent = fc.constantFrom(undefined, 2, '\t');
  const run = fc.asyncProperty(
    fc.array(fc.tuple(record, indent), { minLength: 1, maxLength: 5 }),
    async (records) => {
      await saveFailed(records.map(([one, space]) => JSON.stringify(one, null, space)));
      const lines = (await converted()).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        records.map(([one]) => JSON.parse(JSON.stringify(one)) as unknown),
      );
    },
  );
  await fc.assert(run, { numRuns: 100 });
});

it('keeps what is wrong with a record wrong until it is mended', async () => {
  await saveFailed(['{"identity":"a\nb","evtName":"Bought"}', '', '{"identity":"u1"}']);
  const facts = await inspectFile(path, undefined, { convert: true });
  expect(facts).toMatchObject({ format: 'ndjson', failureColumn: 'left-out', rows: 3 });
  const report = await checkData({ path, facts, manifest, convert: true });
  expect(report).toMatchObject({ rows: 3, accepted: 0 });
  await writeFile(
    path,
    'Record,Failure Description\r\n"{""identity"":""u1"",\n""evtName"":""Bought""}",509: …\r\n',
  );
  const mended = await inspectFile(path, undefined, { convert: true });
  expect(await checkData({ path, facts: mended, manifest, convert: true })).toMatchObject({
    rows: 1,
    accepted: 1,
  });
});

it('takes nothing out before the user agrees, and says what it could do', async () => {
  await saveFailed(['{"a":1}']);
  const facts = await inspectFile(path);
  expect(facts).toMatchObject({ format: 'csv', failureColumn: 'found', returnedRecords: 'found' });
  expect(conversionNeeded(facts)).toBeUndefined();
  expect(facts.notices[0]?.message).toContain('take the records out');
  expect(sentName('orders-failed-rows.csv', facts)).toBe('orders-failed-rows.csv');
  expect(sentName('a.csv', { returnedRecords: 'taken-out' })).toBe('a.ndjson');
});

it('refuses a row that is no CSV any more, by its line', async () => {
  await writeFile(path, 'Record,Failure Description\n{"a":1},x\n{"a":1,"b":2},x\n');
  await expect(inspectFile(path, undefined, { convert: true })).rejects.toMatchObject({
    code: 'RETURNED_ROW_BROKEN',
    params: { file: 'orders-failed-rows.csv', line: 2 },
  });
});
