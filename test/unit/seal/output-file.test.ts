/**
 * The moment in which an output takes its name. The files are real; the calls that give a name are
 * wrapped, because nothing else can act between the last look at the name and its taking.
 */
import promises from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { OutputFile } from '../../../main/seal/output-file.ts';

const naming = {
  before: (): Promise<void> => Promise.resolve(),
  linkFailure: undefined as string | undefined,
};

const { link, rename } = promises;

beforeAll(() => {
  promises.link = async (from, to) => {
    await naming.before();
    const code = naming.linkFailure;
    if (code) throw Object.assign(new Error(code), { code });
    await link(from, to);
  };
  promises.rename = async (from, to) => {
    await naming.before();
    await rename(from, to);
  };
  syncBuiltinESMExports();
});
afterAll(() => {
  Object.assign(promises, { link, rename });
  syncBuiltinESMExports();
});

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-output-'));
  path = join(folder, 'users.csv.asc');
  naming.before = () => Promise.resolve();
  naming.linkFailure = undefined;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(options: { overwrite: boolean }): Promise<OutputFile> {
  const output = await OutputFile.create(path, options);
  await output.write(Buffer.from('ours'));
  return output;
}

test('a file made in the last moment stays, unless overwriting was agreed', async () => {
  naming.before = () => writeFile(path, 'theirs');
  const careful = await written({ overwrite: false });
  await expect(careful.commit()).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    params: { file: path },
  });
  await careful.discard();
  expect(await readFile(path, 'utf8')).toBe('theirs');
  expect(await readdir(folder)).toEqual(['users.csv.asc']);

  await (await written({ overwrite: true })).commit();
  expect(await readFile(path, 'utf8')).toBe('ours');
  expect(await readdir(folder)).toEqual(['users.csv.asc']);
});

test.each([undefined, 'EPERM', 'ENOTSUP', 'ENOSYS'])(
  'the file alone has its name afterwards, where link answers %s',
  async (failure) => {
    naming.linkFailure = failure;
    await (await written({ overwrite: false })).commit();
    expect(await readFile(path, 'utf8')).toBe('ours');
    expect((await stat(path)).nlink).toBe(1);
    expect(await readdir(folder)).toEqual(['users.csv.asc']);
  },
);

test('any other failure of the link is a failure', async () => {
  naming.linkFailure = 'EACCES';
  const output = await written({ overwrite: false });
  await expect(output.commit()).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
  await output.discard();
  expect(await readdir(folder)).toEqual([]);
});
