/** Which key a file is sealed to, and each reason not to. */
import * as openpgp from 'openpgp';
import type { KeyOptions, SecretKeyPacket } from 'openpgp';
import { describe, expect, test } from 'vitest';
import { chooseRecipient } from '../../../main/keys/openpgp-keys.ts';
import { makeTestKey } from './test-keys.ts';

const DAY_MS = 86_400_000;
const now = new Date();
const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
const userIDs = { name: 'T', email: 't@example.com' };
const ecc = { type: 'ecc', curve: 'curve25519Legacy', userIDs, format: 'object' } as const;

async function generate(options: Partial<KeyOptions> = {}) {
  return (await openpgp.generateKey({ ...ecc, ...options, format: 'object' })).privateKey;
}

describe('the choice', () => {
  test('is the newest valid encryption subkey', async () => {
    const old = await generate({ date: ago(20) });
    const key = await old.addSubkey({ type: 'ecc', curve: 'curve25519Legacy', date: ago(1) });
    const newest = key.subkeys[1]!;
    const recipient = await chooseRecipient(key.toPublic().armor());
    expect(recipient).toMatchObject({
      fingerprint: key.getFingerprint().toUpperCase(),
      encryptionFingerprint: newest.getFingerprint().toUpperCase(),
      encryptionKeyId: newest.getKeyID().toHex().toUpperCase(),
      userId: 'T <t@example.com>',
      warnings: [],
    });
    expect(recipient.expiresAt).toBeUndefined();
  });

  test('passes over a newer subkey that is revoked or expired', async () => {
    const first = await generate({ date: ago(20) });
    const two = await first.addSubkey({ type: 'ecc', curve: 'curve25519Legacy', date: ago(5) });
    two.subkeys[1] = await two.subkeys[1]!.revoke(two.keyPacket as SecretKeyPacket);
    const key = await two.addSubkey({
      type: 'ecc',
      curve: 'curve25519Legacy',
      date: ago(3),
      keyExpirationTime: 86_400,
    });
    const recipient = await chooseRecipient(key.toPublic().write());
    expect(recipient.encryptionFingerprint).toBe(key.subkeys[0]!.getFingerprint().toUpperCase());
  });

  test('warns in the last 30 days', async () => {
    const key = await generate({ date: ago(1), keyExpirationTime: 29.5 * 86_400 });
    const recipient = await chooseRecipient(key.toPublic().armor(), now);
    expect(recipient.warnings).toHaveLength(1);
    expect(recipient.warnings[0]).toMatch(/^The key expires in 28 days, on \d{4}-\d\d-\d\d\.$/);
  });
});

describe('the refusal', () => {
  const refused = (key: string | Uint8Array) => expect(chooseRecipient(key)).rejects;

  test('of an expired key names the day', async () => {
    const key = await generate({ date: ago(10), keyExpirationTime: 86_400 });
    await refused(key.toPublic().armor()).toMatchObject({
      code: 'KEY_EXPIRED',
      params: { date: ago(9).toISOString().slice(0, 10) },
    });
  });

  test('of an expired encryption subkey names the subkey', async () => {
    const key = await generate({ date: ago(10), subkeys: [{ keyExpirationTime: 86_400 }] });
    await refused(key.toPublic().armor()).toMatchObject({
      code: 'KEY_EXPIRED',
      params: { fingerprint: key.subkeys[0]!.getFingerprint().toUpperCase() },
    });
  });

  test('of a revoked key', async () => {
    const { publicKey } = await openpgp.revokeKey({ key: await generate(), format: 'object' });
    await refused(publicKey.armor()).toMatchObject({ code: 'KEY_REVOKED' });
  });

  test('of a revoked encryption subkey', async () => {
    const key = await generate({ date: ago(2) });
    const revoked = await key.subkeys[0]!.revoke(key.keyPacket as SecretKeyPacket);
    key.subkeys[0] = revoked;
    await refused(key.toPublic().armor()).toMatchObject({
      code: 'KEY_REVOKED',
      params: { fingerprint: revoked.getFingerprint().toUpperCase() },
    });
  });

  test('of a key without an encryption subkey', async () => {
    const key = await generate({ subkeys: [{ sign: true }] });
    await refused(key.toPublic().armor()).toMatchObject({ code: 'KEY_CANNOT_ENCRYPT' });
  });

  test('of a weak key', async () => {
    const config = { minRSABits: 1024 };
    const key = await generate({ type: 'rsa', rsaBits: 1024, config });
    await refused(key.toPublic().armor()).toMatchObject({
      code: 'KEY_TOO_WEAK',
      params: { algorithm: 'RSA 1024' },
    });
  });

  test('of a key whose self-signature was changed', async () => {
    const key = (await generate()).toPublic();
    key.users[0]!.selfCertifications[0]!.keyFlags = null;
    const bytes = Buffer.from(key.write());
    // The user ID's text is covered by the self-signature.
    bytes.write('X', bytes.indexOf('T <t@'));
    await refused(bytes).toMatchObject({ code: 'KEY_INVALID' });
  });

  test('of a private key, of several keys, of another version', async () => {
    const [one, two] = await Promise.all([makeTestKey(), makeTestKey()]);
    await refused(one.privateArmored).toMatchObject({ code: 'KEY_IS_PRIVATE' });
    await refused(one.publicArmored + two.publicArmored).toMatchObject({
      code: 'KEY_SEVERAL',
      params: { count: 2 },
    });
    const six = await openpgp.generateKey({
      userIDs,
      type: 'curve25519',
      format: 'armored',
      config: { v6Keys: true },
    });
    await refused(six.publicKey).toMatchObject({
      code: 'KEY_VERSION_UNSUPPORTED',
      params: { version: 6 },
    });
  });
});
