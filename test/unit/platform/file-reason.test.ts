/** No code of the operating system reaches a user where there are words for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileReason } from '../../../main/platform/file-reason.ts';
import { openProfile } from '../../../main/platform/profile.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-reason-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('says why a profile folder cannot be one', async () => {
  const file = join(dir, 'file');
  await writeFile(file, '');
  await expect(openProfile(file)).rejects.toMatchObject({
    code: 'FILE_NOT_WRITABLE',
    params: { file, reason: 'a file of that name is there' },
  });
  await expect(openProfile(join(file, 'below'))).rejects.toMatchObject({
    params: { reason: 'its folder is not a folder' },
  });
});

it('keeps a code that has no words, and says when there is none', () => {
  expect(fileReason(Object.assign(new Error(), { code: 'EXYZ' }))).toBe('EXYZ');
  expect(fileReason('nothing')).toBe('unknown reason');
});
