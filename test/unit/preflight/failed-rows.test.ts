/** The failing rows of a file as the platform would return them: in one pass, row for row those of the verdict. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkData, writeFailedRows } from '../../../main/preflight/index.ts';
import { inspectFile } from '../../../main/tabular/index.ts';
import type { Manifest } from '../../../shared/domain/manifest.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'sealift-failed-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const columns = {
  id: { ctName: 'identity', dataType: 'STRING' },
  age: { dataType: 'INTEGER' },
} as const;

async function failedRows(name: string, text: string | Buffer, manifest: Partial<Manifest> = {}) {
  const path = join(folder, name);
  await writeFile(path, text);
  const facts = await inspectFile(path, undefined, { convert: true });
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => Promise.resolve(void parts.push(bytes)) };
  const request = {
    ...{ path, facts, convert: true },
    manifest: { type: 'profile', columns, ...manifest } as const,
  };
  const report = await writeFailedRows(request, sink);
  expect(report).toEqual(await checkData(request));
  return Buffer.concat(parts).toString('utf8').split('\r\n');
}

it('writes each rejected row as it is in the file, with its reasons', async () => {
  const text = 'id,age\nu1,7\n"u,2",x\nnull,"a ""b"""\nu4,1,extra\n=1+1,y\nu6\n';
  const [header, ...rows] = await failedRows('rows.csv', text);
  expect(header).toBe('id,age,Failure Description');
  expect(rows.map((row) => row.replace(/: The .*/, ''))).toEqual([
    '"u,2",x,"DATA_TYPE age',
    'null,"a ""b""","523 id',
    'u4,1,extra,RAGGED_ROW',
    '=1+1,y,"DATA_TYPE age',
    'u6,,RAGGED_ROW',
    '',
  ]);
  expect(rows[1]).toContain('; DATA_TYPE age: The value');
});

it('takes the rows as they are converted, and the reasons of before are not among them', async () => {
  const text = Buffer.from('id;age;Failure Description\r\nK\xf6ln;x;old\r\nu2;3;\r\n', 'latin1');
  const rows = await failedRows('mended.csv', text);
  expect(rows[0]).toBe('id,age,Failure Description');
  expect(rows[1]).toMatch(/^Köln,x,"?DATA_TYPE age: /);
  expect(rows).toHaveLength(3);
});

it('writes JSON records in one column', async () => {
  const text = '{"d":[{"id":"u1","age":1}, {"id": "null", "age": 2} ,{"id":"u3"x}]}';
  const [header, ...rows] = await failedRows('rows.json', text);
  expect(header).toBe('Record,Failure Description');
  expect(rows[0]).toMatch(/^"\{""id"": ""null"", ""age"": 2\}",/);
  expect(rows[1]).toMatch(/^"\{""id"":""u3""x\}",/);
  expect(rows).toHaveLength(3);
});

it('says why when no row can be told apart, or none is rejected', async () => {
  await expect(failedRows('fine.csv', 'id,age\nu1,1\n')).rejects.toMatchObject({
    code: 'FAILED_ROWS_NONE',
  });
  for (const text of ['id,age\nu1,x\nu2,a"b\n', 'id,years\nu1,1\n']) {
    await expect(failedRows('whole.csv', text)).rejects.toMatchObject({
      code: 'FAILED_ROWS_UNTOLD',
    });
  }
});
