/** Protection of a profile without a keychain: the master password, and what happens with neither. */
import fc from 'fast-check';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openBytes, sealBytes } from '../../../main/keys/sealed-bytes.ts';
import { SealedFiles } from '../../../main/keys/sealed-file.ts';
import { SecretsKeeper } from '../../../main/keys/secrets-keeper.ts';
import { openSecrets, secretsState } from '../../../main/keys/secrets.ts';

const masterPassword = 'orbit lantern teacup gravel';
let profile: string;

beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'sealift-secrets-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(profile, { recursive: true });
});

describe('a master password', () => {
  test('keeps short secrets across openings, and none of them in clear', async () => {
    const first = await openSecrets(profile, { masterPassword });
    await Promise.all([first.set('one', 'moonlight'), first.set('two', 'starlight')]);
    await first.delete('two');
    const again = await openSecrets(profile, { masterPassword });
    expect(await again.get('one')).toBe('moonlight');
    expect(await again.get('two')).toBeUndefined();
    const wrapping = Buffer.from((await again.get('wrapping-key'))!, 'base64');
    expect(wrapping).toHaveLength(32);
    for (const name of await readdir(profile)) {
      const path = join(profile, name);
      const bytes = await readFile(path);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      for (const secret of ['moonlight', masterPassword, wrapping.toString('base64'), wrapping]) {
        expect(bytes.includes(secret)).toBe(false);
      }
    }
  });

  test('is asked for, and told from a wrong one', async () => {
    await openSecrets(profile, { masterPassword });
    await expect(openSecrets(profile)).rejects.toMatchObject({ code: 'MASTER_PASSWORD_NEEDED' });
    await expect(openSecrets(profile, { masterPassword: 'x' })).rejects.toMatchObject({
      code: 'MASTER_PASSWORD_WRONG',
    });
    expect(await secretsState(profile)).toMatchObject({ protection: 'locked' });
  });

  test('is the same in composed and decomposed spelling', async () => {
    await openSecrets(profile, { masterPassword: 'Z\u00fcrich' });
    await expect(openSecrets(profile, { masterPassword: 'Zu\u0308rich' })).resolves.toBeDefined();
  });

  test('set twice at the same moment leaves one protection', async () => {
    const stores = await Promise.all([1, 2].map(() => openSecrets(profile, { masterPassword })));
    const keys = await Promise.all(stores.map((store) => store.get('wrapping-key')));
    expect(keys[0]).toBe(keys[1]);
    expect(await readdir(profile)).toEqual(['secrets.json']);
  });

  test('through the keeper: unlock once, refuse a second protection', async () => {
    const keeper = new SecretsKeeper(profile);
    expect(await keeper.setMasterPassword(masterPassword)).toMatchObject({
      protection: 'master-password',
    });
    const later = new SecretsKeeper(profile);
    await expect(later.store()).rejects.toMatchObject({ code: 'MASTER_PASSWORD_NEEDED' });
    await expect(later.setMasterPassword('another')).rejects.toMatchObject({
      code: 'SECRETS_ALREADY_SET',
    });
    await expect(later.unlock('wrong')).rejects.toMatchObject({ code: 'MASTER_PASSWORD_WRONG' });
    await later.unlock(masterPassword);
    await expect(later.store()).resolves.toBeDefined();
  });
});

describe('damage', () => {
  test.each([
    ['no JSON', '{'],
    ['another shape', '{"version":1}'],
    ['a cost that would take all memory', '{"scrypt":{"logN":40}}'],
  ])('of secrets.json (%s) is told', async (_what, text) => {
    await writeFile(join(profile, 'secrets.json'), text);
    await expect(openSecrets(profile, { masterPassword })).rejects.toMatchObject({
      code: 'SECRETS_DAMAGED',
    });
  });

  test('of the sealed secrets is told', async () => {
    const store = await openSecrets(profile, { masterPassword });
    await store.set('one', 'x');
    const path = join(profile, 'secrets.sealed');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(store.get('one')).rejects.toMatchObject({ code: 'SEALED_FILE_DAMAGED' });
  });
});

test.runIf(process.platform === 'linux')(
  'no keychain: an error at once, and nothing written',
  async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nonexistent/bus');
    const started = performance.now();
    await expect(openSecrets(profile)).rejects.toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
    expect(await secretsState(profile)).toEqual({
      protection: 'none',
      keychain: 'Secret Service',
    });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await readdir(profile)).toEqual([]);
  },
);

describe('sealed bytes', () => {
  const key = Buffer.alloc(32, 7);
  const context = { purpose: 'private-key', id: 'A' };

  test('open only whole, under their key and in their place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, where) => {
        const sealed = sealBytes(key, context, plain);
        expect(openBytes(key, context, sealed)).toEqual(Buffer.from(plain));
        expect(openBytes(Buffer.alloc(32), context, sealed)).toBeUndefined();
        expect(openBytes(key, { ...context, id: 'B' }, sealed)).toBeUndefined();
        expect(openBytes(key, { ...context, purpose: 'x' }, sealed)).toBeUndefined();
        expect(openBytes(key, context, sealed.subarray(0, -1))).toBeUndefined();
        const changed = Buffer.from(sealed);
        changed[where % changed.length]! ^= 1 << (where % 8);
        expect(openBytes(key, context, changed)).toBeUndefined();
      }),
    );
  });

  test('never repeat, and files of them are replaced whole', async () => {
    const secrets = await openSecrets(profile, { masterPassword });
    const files = new SealedFiles(() => Promise.resolve(secrets));
    const path = join(profile, 'ssh', 'identity.sealed');
    expect(await files.read(path, context)).toBeUndefined();
    await files.write(path, context, Buffer.from('one'));
    const first = await readFile(path);
    await files.write(path, context, Buffer.from('one'));
    expect(await readFile(path)).not.toEqual(first);
    expect((await files.read(path, context))!.toString()).toBe('one');
    await expect(files.read(path, { ...context, id: 'B' })).rejects.toMatchObject({
      code: 'SEALED_FILE_DAMAGED',
    });
    expect(await readdir(join(profile, 'ssh'))).toEqual(['identity.sealed']);
  });
});

describe('the lock', () => {
  test('closes a profile with a master password until the password is given', async () => {
    await openSecrets(profile, { masterPassword });
    const keeper = new SecretsKeeper(profile);
    await keeper.unlock(masterPassword);
    await (await keeper.store()).set('one', 'moonlight');
    expect(await keeper.lock()).toMatchObject({ protection: 'locked', unlockBy: 'password' });
    await expect(keeper.store()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' });
    await expect(keeper.unlock()).rejects.toMatchObject({ code: 'MASTER_PASSWORD_NEEDED' });
    await expect(keeper.unlock('x')).rejects.toMatchObject({ code: 'MASTER_PASSWORD_WRONG' });
    await expect(keeper.store()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' });
    expect(await keeper.unlock(masterPassword)).toMatchObject({ protection: 'master-password' });
    expect(await (await keeper.store()).get('one')).toBe('moonlight');
  });

  test('closes a profile of the keychain until it is opened on purpose', async () => {
    const entries = new Map<string, string>();
    const keychain = {
      name: 'Test',
      get: (service: string, name: string) => Promise.resolve(entries.get(service + name)),
      set: async (service: string, name: string, value: string) => {
        entries.set(service + name, value);
      },
      delete: async (service: string, name: string) => {
        entries.delete(service + name);
      },
    };
    const keeper = new SecretsKeeper(profile, keychain);
    await keeper.store();
    expect(await keeper.lock()).toMatchObject({ protection: 'locked', unlockBy: 'keychain' });
    await expect(keeper.store()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' });
    expect(await keeper.unlock()).toMatchObject({ protection: 'keychain' });
    await expect(keeper.store()).resolves.toBeDefined();
  });
});
