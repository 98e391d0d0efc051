/** Keys from bytes of any origin. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { readKeys, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { makeTestKey, PASSPHRASE } from './test-keys.ts';

const [one, two] = await Promise.all([makeTestKey(), makeTestKey({ name: 'Other' })]);
const binary = async (armored: string) => (await openpgp.unarmor(armored)).data as Uint8Array;

describe('readKeys', () => {
  test('reads armored and binary, public and private', async () => {
    for (const bytes of [Buffer.from(one.publicArmored), await binary(one.publicArmored)]) {
      const [key] = await readKeys(bytes);
      expect(key).toMatchObject({ fingerprint: one.keySet.fingerprint });
      expect(key!.privateArmored).toBeUndefined();
      expect(key!.keySet.hasPrivateKey).toBe(false);
    }
    for (const bytes of [Buffer.from(one.privateArmored), await binary(one.privateArmored)]) {
      const [key] = await readKeys(bytes);
      expect(key!.publicArmored).toContain('BEGIN PGP PUBLIC KEY BLOCK');
      await expect(unlockKey(key!.privateArmored!, PASSPHRASE)).resolves.toMatchObject({
        fingerprint: one.keySet.fingerprint,
      });
    }
  });

  test('reads several keys in one file, with text around them', async () => {
    const fingerprints = async (bytes: Uint8Array) =>
      (await readKeys(bytes)).map((key) => key.fingerprint);
    const expected = [one.keySet.fingerprint, two.keySet.fingerprint];
    const armored = `\ufeffHello,\r\n${one.publicArmored}\nand\n${two.privateArmored}-- \nE.`;
    expect(await fingerprints(Buffer.from(armored))).toEqual(expected);
    const parts = [await binary(one.publicArmored), await binary(two.publicArmored)];
    expect(await fingerprints(Buffer.concat(parts))).toEqual(expected);
  });

  test('says what else it was given', async () => {
    const refused = (bytes: Uint8Array) => expect(readKeys(bytes)).rejects;
    const unreadable = (reason: string) => ({ code: 'KEY_UNREADABLE', params: { reason } });
    await refused(Buffer.from('-----BEGIN PGP MESSAGE-----\n\nx\n')).toMatchObject(
      unreadable('it is a PGP message'),
    );
    const sshKeys = ['ssh-ed25519 AAAA', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'];
    for (const key of sshKeys) {
      await refused(Buffer.from(key)).toMatchObject(unreadable('it is an SSH key'));
    }
    await refused(Buffer.from(one.publicArmored.slice(0, 200))).toMatchObject(
      unreadable('it is damaged or incomplete'),
    );
    await refused(Buffer.alloc(0)).toMatchObject(unreadable('no key was found in it'));
    await refused(Buffer.alloc(11_000_000)).toMatchObject({ code: 'KEY_FILE_TOO_LARGE' });
    const garbage = one.publicArmored.replace(/\n\n[\s\S]*\n=/, '\n\nAAAA\n=');
    await refused(Buffer.from(garbage)).toMatchObject(unreadable('it is damaged'));
  });

  test.each([3, 5])('refuses keys of version %i by name', async (version) => {
    const bytes = Buffer.from(await binary(one.publicArmored));
    bytes[2] = version;
    await expect(readKeys(bytes)).rejects.toMatchObject({
      code: 'KEY_VERSION_UNSUPPORTED',
      params: { version },
    });
  });

  test('drops deceiving characters from user IDs', async () => {
    const { publicKey } = await openpgp.generateKey({
      type: 'ecc',
      curve: 'curve25519Legacy',
      userIDs: { name: 'A\u202egpj.exe\u0007', email: 'a@example.com' },
      format: 'armored',
    });
    const [key] = await readKeys(Buffer.from(publicKey));
    expect(key!.keySet.userId).toBe('Agpj.exe <a@example.com>');
  });

  test('never fails with anything but an expected error', async () => {
    const bytes = await binary(one.privateArmored);
    const flip = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 3 }), async (flips) => {
        const damaged = Buffer.from(bytes);
        for (const { at, bit } of flips) damaged[at]! ^= 1 << bit;
        const error: unknown = await readKeys(damaged).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error === undefined || error instanceof AppError).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('unlockKey', () => {
  test('tells a wrong passphrase from a missing one and a public key from a private', async () => {
    const refused = (key: string, passphrase?: string) =>
      expect(unlockKey(key, passphrase)).rejects;
    await refused(one.privateArmored, 'wrong').toMatchObject({ code: 'PASSPHRASE_WRONG' });
    await refused(one.privateArmored).toMatchObject({ code: 'PASSPHRASE_NEEDED' });
    await refused(one.publicArmored, PASSPHRASE).toMatchObject({ code: 'KEY_IS_PUBLIC' });
  });

  test('refuses a private key whose public half was exchanged', async () => {
    const mine = await openpgp.readPrivateKey({ armoredKey: one.privateArmored });
    const other = await openpgp.readPrivateKey({ armoredKey: two.privateArmored });
    mine.subkeys[0]!.keyPacket.publicParams = other.subkeys[0]!.keyPacket.publicParams;
    await expect(unlockKey(mine.armor(), PASSPHRASE)).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
  });

  test('gives a key that cannot be written out', async () => {
    const key = await unlockKey(one.privateArmored, PASSPHRASE);
    expect(() => JSON.stringify(key)).toThrow();
    expect(Object.values(key)).toEqual([one.keySet.fingerprint]);
    expect(inspect(key, { depth: null, showHidden: true })).not.toContain('privateParams');
  });
});
