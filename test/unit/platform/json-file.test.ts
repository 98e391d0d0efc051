import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { JsonFile } from '../../../main/platform/json-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-json-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const schema = z.object({ count: z.number() });
const file = () => new JsonFile(join(folder, 'x.json'), schema, { count: 0 });

it('starts with the initial value and keeps what was written, for its owner alone', async () => {
  expect(await file().read()).toEqual({ count: 0 });
  await file().update(() => ({ count: 7 }));
  expect(await file().read()).toEqual({ count: 7 });
  expect((await stat(join(folder, 'x.json'))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['x.json']);
});

it('loses no update when many are made at once', async () => {
  const one = file();
  await Promise.all(
    Array.from({ length: 50 }, () => one.update(({ count }) => ({ count: count + 1 }))),
  );
  expect(await one.read()).toEqual({ count: 50 });
});

it.each(['{', '[]', '{"count":"7"}', ''])(
  'refuses damaged content %j and leaves it',
  async (text) => {
    await writeFile(join(folder, 'x.json'), text);
    await expect(file().read()).rejects.toMatchObject({ code: 'PROFILE_FILE_DAMAGED' });
    await expect(file().update((value) => value)).rejects.toMatchObject({
      code: 'PROFILE_FILE_DAMAGED',
    });
    expect(await readFile(join(folder, 'x.json'), 'utf8')).toBe(text);
  },
);

it('keeps the old content when the change fails', async () => {
  const one = file();
  await one.update(() => ({ count: 1 }));
  await expect(
    one.update(() => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await one.read()).toEqual({ count: 1 });
  expect(await one.update(({ count }) => ({ count: count + 1 }))).toEqual({ count: 2 });
});
