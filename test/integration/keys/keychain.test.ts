/** The key store over a real gnome-keyring: what lies where, and what happens when it is not there. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCredentialsAsync } from '@napi-rs/keyring';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { KeyStore } from '../../../main/keys/key-store.ts';
import { SecretsKeeper } from '../../../main/keys/secrets-keeper.ts';
import { openSecrets, secretsState } from '../../../main/keys/secrets.ts';
import { systemKeychain } from '../../../main/platform/keychain.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { Keyring } from './keyring.ts';

let keyring: Keyring;
let profile: string;

beforeAll(async () => {
  keyring = await Keyring.start();
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', keyring.busAddress);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await keyring.stop();
});
beforeEach(async () => {
  await keyring.serve('keyring password');
  profile = await mkdtemp(join(tmpdir(), 'sealift-keychain-'));
  return () => rm(profile, { recursive: true, force: true });
});

async function service(): Promise<string> {
  const text = await readFile(join(profile, 'secrets.json'), 'utf8');
  return `Sealift ${(JSON.parse(text) as { profileId: string }).profileId}`;
}

async function profileFiles(): Promise<Buffer[]> {
  const entries = await readdir(profile, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
}

test('the keychain holds wrapping key and passphrase, the profile no private key in clear', async () => {
  const key = await makeTestKey();
  const { fingerprint } = key.keySet;
  const bytes = Buffer.from(key.privateArmored);
  const store = new KeyStore(profile, () => openSecrets(profile));
  await store.add({ bytes, passphrase: PASSPHRASE });

  const kept = await findCredentialsAsync(await service());
  const byName = new Map(kept.map(({ account, password }) => [account, password]));
  expect([...byName.keys()].sort()).toEqual([`passphrase:${fingerprint}`, 'wrapping-key']);
  expect(byName.get(`passphrase:${fingerprint}`)).toBe(PASSPHRASE);
  const wrapping = Buffer.from(byName.get('wrapping-key')!, 'base64');
  expect(wrapping).toHaveLength(32);

  const files = await profileFiles();
  expect(files).toHaveLength(3);
  const secrets = ['PRIVATE KEY', PASSPHRASE, wrapping, byName.get('wrapping-key')!];
  for (const secret of [...secrets, key.privateArmored.split('\n')[4]!]) {
    for (const file of files) expect(file.includes(secret)).toBe(false);
  }

  const later = new KeyStore(profile, () => openSecrets(profile));
  expect((await later.unlock(fingerprint)).fingerprint).toBe(fingerprint);
  await later.remove(fingerprint);
  expect((await findCredentialsAsync(await service())).map(({ account }) => account)).toEqual([
    'wrapping-key',
  ]);
});

test('two programs that open a fresh profile at once share one wrapping key', async () => {
  const stores = await Promise.all([1, 2, 3].map(() => openSecrets(profile)));
  const keys = await Promise.all(stores.map((store) => store.get('wrapping-key')));
  expect(new Set(keys).size).toBe(1);
});

test('the state tells where secrets are kept', async () => {
  expect(await secretsState(profile)).toEqual({
    protection: 'keychain',
    keychain: 'Secret Service',
  });
  expect(await readdir(profile)).toEqual([]);
});

test('a wrapping key that is gone is never replaced in silence', async () => {
  await openSecrets(profile);
  await systemKeychain.delete(await service(), 'wrapping-key');
  await expect(openSecrets(profile)).rejects.toMatchObject({ code: 'WRAPPING_KEY_LOST' });
  const other = Buffer.alloc(32).toString('base64');
  await systemKeychain.set(await service(), 'wrapping-key', other);
  await expect(openSecrets(profile)).rejects.toMatchObject({ code: 'WRAPPING_KEY_LOST' });
});

test('a locked keychain is told, soon, and opened after it was unlocked', async () => {
  const keeper = new SecretsKeeper(profile);
  await openSecrets(profile);
  await keyring.serve(undefined);
  const started = performance.now();
  await expect(keeper.store()).rejects.toMatchObject({ code: 'KEYCHAIN_LOCKED' });
  expect(performance.now() - started).toBeLessThan(10_000);
  await keyring.serve('keyring password');
  await expect(keeper.store()).resolves.toBeDefined();
});
