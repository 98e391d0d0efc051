/** Keys we make: the kinds, flags and protection that the spec fixes. */
import * as openpgp from 'openpgp';
import type { SecretKeyPacket } from 'openpgp';
import { describe, expect, test } from 'vitest';
import type { NewKey } from '../../../main/keys/openpgp-keys.ts';
import { makeTestKey, PASSPHRASE } from './test-keys.ts';

/** Fields that OpenPGP.js keeps without declaring them. */
interface SecretInternals {
  s2kUsage: number;
  symmetric: number;
  s2k: { type: string; algorithm: number; c: number };
}

async function inspect(key: NewKey) {
  const publicKey = await openpgp.readKey({ armoredKey: key.publicArmored });
  const privateKey = await openpgp.readPrivateKey({ armoredKey: key.privateArmored });
  return { publicKey, privateKey, certification: publicKey.users[0]!.selfCertifications[0]! };
}

describe('a Curve25519 key', async () => {
  const key = await makeTestKey({ comment: 'weekly', expires: { days: 90 } });
  const { publicKey, privateKey, certification } = await inspect(key);

  test('is a version 4 EdDSA key with an ECDH subkey', () => {
    expect(publicKey.keyPacket.version).toBe(4);
    expect(publicKey.keyPacket.algorithm).toBe(22);
    expect(publicKey.subkeys.map((subkey) => subkey.keyPacket.algorithm)).toEqual([18]);
  });

  test('announces MDC and nothing newer', async () => {
    expect([...certification.features!]).toEqual([0x01]);
    expect(certification.preferredSymmetricAlgorithms).toEqual([9, 7]);
    expect(certification.preferredHashAlgorithms).toEqual([10, 8]);
    expect(certification.preferredCompressionAlgorithms![0]).toBe(1);
    expect(certification.preferredAEADAlgorithms).toBeNull();
    await expect(publicKey.verifyPrimaryKey()).resolves.toBeUndefined();
  });

  test('protects every secret part with iterated SHA-256 and AES-256', () => {
    for (const { keyPacket } of privateKey.getKeys()) {
      const packet = keyPacket as SecretKeyPacket;
      expect(packet.isDecrypted()).toBe(false);
      const { s2kUsage, symmetric, s2k } = packet as unknown as SecretInternals;
      expect({ s2kUsage, symmetric, type: s2k.type, hash: s2k.algorithm }).toEqual({
        s2kUsage: 254,
        symmetric: 9,
        type: 'iterated',
        hash: 8,
      });
    }
  });

  test('opens with its passphrase and with no other', async () => {
    const open = (passphrase: string) => openpgp.decryptKey({ privateKey, passphrase });
    await expect(open('wrong')).rejects.toThrow();
    expect((await open(PASSPHRASE)).isDecrypted()).toBe(true);
  });

  test('carries name, comment, e-mail and expiry', () => {
    const { userId, expiresAt, createdAt, algorithm, use, hasPrivateKey } = key.keySet;
    expect(userId).toBe('Test Sender (weekly) <sender@example.com>');
    expect(Date.parse(expiresAt!) - Date.parse(createdAt)).toBe(90 * 86_400_000);
    expect({ algorithm, use, hasPrivateKey }).toEqual({
      algorithm: 'Curve25519',
      use: 'ready',
      hasPrivateKey: true,
    });
  });

  test('comes with a certificate that revokes it', async () => {
    const { publicKey: revoked } = await openpgp.revokeKey({
      key: publicKey,
      revocationCertificate: key.revocationArmored,
      format: 'object',
    });
    expect(await revoked.isRevoked()).toBe(true);
  });
});

test('RSA keys have the size in their name', async () => {
  const key = await makeTestKey({ type: 'rsa3072' });
  const { publicKey } = await inspect(key);
  expect(publicKey.getAlgorithmInfo()).toMatchObject({ algorithm: 'rsaEncryptSign', bits: 3072 });
  expect(publicKey.subkeys[0]!.getAlgorithmInfo()).toMatchObject({ bits: 3072 });
  expect(key.keySet.algorithm).toBe('RSA 3072');
});

test.each([
  ['an empty name', { name: ' ' }],
  ['a name that would forge the e-mail', { name: 'Eve <ceo@example.com>' }],
  ['a control character', { name: 'A\nB' }],
  ['a comment that closes itself', { comment: 'x) <y' }],
  ['no e-mail address', { email: 'nobody' }],
  ['an e-mail address with a bracket', { email: 'a@b.c>' }],
  ['no passphrase', { passphrase: '' }],
  ['an expiry in the past', { expires: { days: -1 } }],
  ['an expiry of half a day', { expires: { days: 0.5 } }],
] as const)('refuses %s', async (_what, request) => {
  await expect(makeTestKey(request)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});
