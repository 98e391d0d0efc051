/** The key store, under a master password: the keychain has its own test with a real keyring. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import type { SecretKeyPacket } from 'openpgp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KeyStore } from '../../../main/keys/key-store.ts';
import { unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { openSecrets } from '../../../main/keys/secrets.ts';
import type { SecretStore } from '../../../main/keys/secrets.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { makeTestKey, PASSPHRASE } from './test-keys.ts';

const made = await makeTestKey();
const { fingerprint } = made.keySet;
const bytes = (armored: string) => Buffer.from(armored);
const locked = () => Promise.reject<SecretStore>(new AppError('KEYCHAIN_LOCKED'));

let profile: string;
let secrets: SecretStore;
let store: KeyStore;

beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), 'sealift-keys-'));
  secrets = await openSecrets(profile, { masterPassword: 'a master password' });
});
afterAll(() => rm(profile, { recursive: true }));
beforeEach(async () => {
  await rm(join(profile, 'keys'), { recursive: true, force: true });
  store = new KeyStore(profile, () => Promise.resolve(secrets));
});

describe('a key set', () => {
  test('is stored with everything that belongs to it', async () => {
    const revocation = made.revocationArmored;
    const [keySet] = await store.add({
      bytes: bytes(made.privateArmored),
      passphrase: PASSPHRASE,
      revocation,
    });
    expect(keySet).toEqual({ ...made.keySet, hasPassphrase: true });
    expect(await store.list()).toEqual([keySet]);
    expect(await store.publicArmored(fingerprint)).toContain('BEGIN PGP PUBLIC KEY');
    expect(await store.privateArmored(fingerprint)).toContain('BEGIN PGP PRIVATE KEY');
    expect(await store.revocation(fingerprint)).toBe(revocation);
    expect((await store.unlock(fingerprint)).fingerprint).toBe(fingerprint);
  });

  test('lies on the disk with no private key in clear, for its owner alone', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    const names = await readdir(join(profile, 'keys'));
    expect(names.sort()).toEqual([`${fingerprint}.json`, `${fingerprint}.private-key.sealed`]);
    for (const name of names) {
      const path = join(profile, 'keys', name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const content = await readFile(path);
      expect(content.includes('PRIVATE KEY')).toBe(false);
      expect(content.includes(made.privateArmored.slice(200, 260))).toBe(false);
      expect(content.includes(PASSPHRASE)).toBe(false);
    }
    expect((await stat(join(profile, 'keys'))).mode & 0o777).toBe(0o700);
  });

  test('comes together from halves in either order', async () => {
    const [publicOnly] = await store.add({ bytes: bytes(made.publicArmored) });
    expect(publicOnly).toMatchObject({ hasPrivateKey: false });
    await expect(store.privateArmored(fingerprint)).rejects.toMatchObject({
      code: 'KEY_NO_PRIVATE',
    });
    const [both] = await store.add({ bytes: bytes(made.privateArmored) });
    expect(both).toMatchObject({ hasPrivateKey: true, hasPassphrase: false });
    const [still] = await store.add({ bytes: bytes(made.publicArmored) });
    expect(still).toEqual(both);
  });

  test('gains what is new in a later import', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    const key = (await unlockKey(made.privateArmored, PASSPHRASE)).openpgpKey();
    const more = await key.addSubkey({ type: 'ecc', curve: 'curve25519Legacy' });
    await store.add({ bytes: bytes(more.toPublic().armor()) });
    const stored = await openpgp.readKey({ armoredKey: await store.publicArmored(fingerprint) });
    expect(stored.subkeys).toHaveLength(2);
    expect((await store.get(fingerprint)).hasPassphrase).toBe(true);
  });

  test('keeps its primary secret part when only subkeys are imported', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    const { privateKey } = await store.exportForHandOver(fingerprint, { withPrimary: false });
    await store.add({ bytes: bytes(privateKey) });
    const kept = await openpgp.readKey({ armoredKey: await store.privateArmored(fingerprint) });
    expect((kept.keyPacket as SecretKeyPacket).isDummy()).toBe(false);
    await expect(store.unlock(fingerprint)).resolves.toBeDefined();
  });

  test('is not stored when the passphrase does not fit', async () => {
    const key = { bytes: bytes(made.privateArmored), passphrase: 'wrong' };
    await expect(store.add(key)).rejects.toMatchObject({ code: 'PASSPHRASE_WRONG' });
    expect(await store.list()).toEqual([]);
  });

  test('is removed with its secrets', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    await store.remove(fingerprint);
    expect(await readdir(join(profile, 'keys'))).toEqual([]);
    expect(await secrets.get(`passphrase:${fingerprint}`)).toBeUndefined();
    await expect(store.get(fingerprint)).rejects.toMatchObject({ code: 'KEY_NOT_STORED' });
    await expect(store.get('../secrets')).rejects.toMatchObject({ code: 'KEY_NOT_STORED' });
  });
});

test('registrations are kept per key set', async () => {
  await store.add({ bytes: bytes(made.publicArmored) });
  const registration = (keyId: string, platform: string) => ({
    keyId,
    platform,
    registeredAt: '2026-01-02T03:04:05.000Z',
  });
  const one = registration('ec491319-9823-48cd-b6a1-6bb0bc666d75', 'by hand');
  const two = registration('00000000-0000-4000-8000-000000000001', '127.0.0.1 / a');
  await Promise.all([
    store.setRegistration(fingerprint, one),
    store.setRegistration(fingerprint, two),
  ]);
  await store.setRegistration(fingerprint, { ...one, platform: 'changed' });
  expect((await store.get(fingerprint)).registrations).toEqual([
    two,
    { ...one, platform: 'changed' },
  ]);
  await store.removeRegistration(fingerprint, two.keyId);
  expect((await store.get(fingerprint)).registrations).toHaveLength(1);
  await expect(store.setRegistration(fingerprint, registration('1A78', 'x'))).rejects.toMatchObject(
    { code: 'KEY_ID_INVALID' },
  );
});

describe('without the keychain', () => {
  test('everything public works, and the rest says why not', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    const blind = new KeyStore(profile, locked);
    expect(await blind.list()).toHaveLength(1);
    expect(await blind.publicArmored(fingerprint)).toContain('PUBLIC KEY');
    await blind.add({ bytes: bytes((await makeTestKey()).publicArmored) });
    expect(await blind.list()).toHaveLength(2);
    await expect(blind.unlock(fingerprint)).rejects.toMatchObject({ code: 'KEYCHAIN_LOCKED' });
    await expect(blind.remove(fingerprint)).rejects.toMatchObject({ code: 'KEYCHAIN_LOCKED' });
  });
});

describe('damage', () => {
  const recordPath = (name = fingerprint) => join(profile, 'keys', `${name}.json`);

  test('to one record hides no other and is told', async () => {
    const other = await makeTestKey();
    await store.add({ bytes: bytes(made.publicArmored + other.publicArmored) });
    await writeFile(recordPath(), '{"version":1');
    expect((await store.list()).map((keySet) => keySet.fingerprint)).toEqual([
      other.keySet.fingerprint,
    ]);
    expect((await store.inspect()).damaged).toMatchObject([
      { code: 'KEY_STORE_DAMAGED', params: { file: recordPath() } },
    ]);
  });

  test('a record with another key in it is not used', async () => {
    const other = await makeTestKey();
    await store.add({ bytes: bytes(made.publicArmored) });
    const record = JSON.parse(await readFile(recordPath(), 'utf8')) as object;
    const exchanged = JSON.stringify({ ...record, publicArmored: other.publicArmored });
    await writeFile(recordPath(), exchanged);
    await expect(store.publicArmored(fingerprint)).rejects.toMatchObject({
      code: 'KEY_STORE_DAMAGED',
    });
  });

  test('to a sealed private key is told', async () => {
    await store.add({ bytes: bytes(made.privateArmored) });
    const path = join(profile, 'keys', `${fingerprint}.private-key.sealed`);
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(store.privateArmored(fingerprint)).rejects.toMatchObject({
      code: 'SEALED_FILE_DAMAGED',
    });
  });
});

describe('the hand-over bundle', () => {
  const secretsOf = async (armoredKey: string) => {
    const key = await openpgp.readPrivateKey({ armoredKey });
    return key.getKeys().map(({ keyPacket }) => (keyPacket as SecretKeyPacket).isDummy());
  };

  test('holds the encryption subkey alone, or the primary too', async () => {
    await store.add({ bytes: bytes(made.privateArmored), passphrase: PASSPHRASE });
    const slim = await store.exportForHandOver(fingerprint, { withPrimary: false });
    const full = await store.exportForHandOver(fingerprint, { withPrimary: true });
    expect(Object.keys(slim).sort()).toEqual(['passphrase', 'privateKey', 'publicKey']);
    expect(slim.passphrase).toBe(PASSPHRASE);
    expect(await secretsOf(slim.privateKey)).toEqual([true, false]);
    expect(await secretsOf(full.privateKey)).toEqual([false, false]);
    await expect(unlockKey(slim.privateKey, PASSPHRASE)).resolves.toBeDefined();
  });

  test('of a key without a passphrase is protected by the given one', async () => {
    const { privateKey } = await openpgp.generateKey({
      type: 'ecc',
      curve: 'curve25519Legacy',
      userIDs: { email: 'a@example.com' },
      format: 'armored',
    });
    const [keySet] = await store.add({ bytes: bytes(privateKey) });
    const ask = (passphrase?: string) =>
      store.exportForHandOver(keySet!.fingerprint, {
        withPrimary: false,
        ...(passphrase === undefined ? {} : { passphrase }),
      });
    await expect(ask()).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
    const bundle = await ask('fresh');
    await expect(unlockKey(bundle.privateKey, 'wrong')).rejects.toMatchObject({
      code: 'PASSPHRASE_WRONG',
    });
    await expect(unlockKey(bundle.privateKey, 'fresh')).resolves.toBeDefined();
  });
});
