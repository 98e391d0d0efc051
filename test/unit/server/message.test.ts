// Limits on what a message may make the server hold, whatever its sender wrote into it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, encrypt, encryptSessionKey, enums, generateKey, readKey } from 'openpgp';
import type { PublicKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMessage } from '../../../server/ingest/message.ts';
import type { SecretKeySet } from '../../../server/store/pgp-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-test-'));
const path = join(folder, 'message');
const MAX_BYTES = 200_000;
let keySet: SecretKeySet;
let recipient: PublicKey;

beforeAll(async () => {
  const passphrase = 'correct horse';
  const made = await generateKey({
    userIDs: { name: 'Test' },
    type: 'curve25519',
    passphrase,
    // Advertises SEIPD v2, so that messages to it are written so.
    config: { aeadProtect: true, s2kIterationCountByte: 0 },
  });
  recipient = await readKey({ armoredKey: made.publicKey });
  keySet = {
    keyId: 'key',
    fingerprint: recipient.getFingerprint(),
    publicArmored: made.publicKey,
    privateArmored: made.privateKey,
    passphrase,
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns how many bytes came out of the message at `path` */
async function open(): Promise<number> {
  let bytes = 0;
  for await (const chunk of openMessage(path, keySet, MAX_BYTES)) bytes += chunk.length;
  return bytes;
}

interface Sealing {
  readonly bytes: number;
  readonly chunkOctet?: number;
  readonly compression?: enums.compression;
}

/** SEIPD version 2 (RFC 9580, 5.13.2), armored. */
async function sealVersion2({ bytes, chunkOctet = 12, compression = 0 }: Sealing): Promise<void> {
  const armored = await encrypt({
    message: await createMessage({ binary: Buffer.alloc(bytes, 'x') }),
    encryptionKeys: recipient,
    config: {
      aeadProtect: true,
      aeadChunkSizeByte: chunkOctet,
      preferredCompressionAlgorithm: compression,
    },
  });
  writeFileSync(path, armored);
}

/** Tag 20, GnuPG's own form of AEAD, with nonsense in place of the encrypted data. */
async function writeTag20(chunkOctet: number): Promise<void> {
  const sessionKey = await encryptSessionKey({
    data: randomBytes(32),
    algorithm: 'aes256',
    encryptionKeys: recipient,
    format: 'binary',
  });
  const body = [1, enums.symmetric.aes256, enums.aead.ocb, chunkOctet, ...randomBytes(100)];
  writeFileSync(path, Buffer.from([...sessionKey, 0xc0 | 20, body.length, ...body]));
}

describe('chunks', () => {
  it.each([16, 0])('opens a message whose chunk size octet is %d', async (chunkOctet) => {
    await sealVersion2({ bytes: 1000, chunkOctet });
    expect(await open()).toBe(1000);
  });

  it('refuses chunks over 4 MiB', async () => {
    await sealVersion2({ bytes: 1000, chunkOctet: 17 });
    await expect(open()).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('tells large chunks from damage in tag 20 too', async () => {
    await writeTag20(17);
    await expect(open()).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await writeTag20(16);
    await expect(open()).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

describe('compressed data', () => {
  it('opens to the limit', async () => {
    await sealVersion2({ bytes: MAX_BYTES, compression: enums.compression.zip });
    expect(await open()).toBe(MAX_BYTES);
  });

  it('is refused beyond it', async () => {
    await sealVersion2({ bytes: 10 * MAX_BYTES, compression: enums.compression.zip });
    await expect(open()).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

it('gives up on a message of which nothing more comes', async () => {
  // OpenPGP.js waits for ever for some damaged messages; a pipe that stays silent does the same each time.
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const silent = openSync(pipe, 'r+');
  try {
    const opening = openMessage(pipe, keySet, MAX_BYTES, 300).next();
    await expect(opening).rejects.toMatchObject({ name: 'FileFailure', code: 'DAMAGED' });
  } finally {
    closeSync(silent);
  }
});
