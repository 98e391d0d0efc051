/** What docs/security.md says about a profile folder that was there before Sealift. */
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { Journal } from '../../../main/jobs/journal.ts';
import { KeyStore } from '../../../main/keys/key-store.ts';
import { openSecrets } from '../../../main/keys/secrets.ts';
import { JsonFile } from '../../../main/platform/json-file.ts';
import { openLog } from '../../../main/platform/log.ts';
import { openProfile } from '../../../main/platform/profile.ts';
import { makeTestKey, PASSPHRASE } from '../keys/test-keys.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-home-'));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

it('keeps its permissions and what is in it', async () => {
  await writeFile(join(folder, 'not-ours.txt'), '');
  expect(await openProfile(folder)).toBe(folder);
  expect(await modeOf(folder)).toBe(0o755);
  expect(await readdir(folder)).toEqual(['not-ours.txt']);
});

it('gets files and folders that only their owner can read', async () => {
  const at = (name: string) => join(folder, name);
  await new JsonFile(at('settings.json'), z.object({}), {}).update((value) => value);
  openLog(at(join('logs', 'app.log'))).note('started');
  const { journal } = await Journal.open(at('journal.jsonl'));
  await journal.close();
  const secrets = openSecrets(folder, { masterPassword: 'a master password' });
  const { privateArmored } = await makeTestKey();
  const bytes = Buffer.from(privateArmored);
  await new KeyStore(folder, () => secrets).add({ bytes, passphrase: PASSPHRASE });

  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(entries.length).toBeGreaterThan(6);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    expect([path, await modeOf(path)]).toEqual([path, entry.isDirectory() ? 0o700 : 0o600]);
  }
});
