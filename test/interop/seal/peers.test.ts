/**
 * What we seal is opened by gpg, sq and rnp; what they write is opened by us. Judged by the content
 * that comes out, never by an exit status alone.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile, sealFile } from '../../../main/seal/seal-file.ts';
import type { Compression } from '../../../main/seal/seal.ts';
import { PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { mixedBytes } from '../../unit/seal/streams.ts';
import { PEER_COMPRESSIONS, PEERS, Peers } from './peers.ts';
import type { PeerKey } from './peers.ts';

const MIB = 1024 * 1024;
/** Where length encodings, our chunks and the peers' buffers change. */
const SIZES = [0, 1, 191, 192, 8383, 8384, 65_535, 65_536, MIB - 1, MIB, MIB + 1];
const COMPRESSIONS: readonly Compression[] = ['none', 1, 6, 9];

let peers: Peers;
let keys: UnlockedKey[];

beforeAll(async () => {
  peers = await Peers.start();
  keys = await Promise.all(peers.keys.map((key) => unlockKey(key.privateArmored, PASSPHRASE)));
});
afterAll(() => peers.stop());

async function writePlain(size: number): Promise<{ path: string; bytes: Buffer }> {
  const bytes = mixedBytes(size);
  const path = peers.path('data.csv');
  await writeFile(path, bytes);
  return { path, bytes };
}

async function sealTo(key: PeerKey, inputPath: string, compress: Compression): Promise<string> {
  const outputPath = peers.path('data.csv.asc');
  const recipient = await chooseRecipient(key.publicArmored);
  await sealFile({ inputPath, outputPath, recipient, compress, overwrite: true });
  return outputPath;
}

async function openOurs(inputPath: string): Promise<{ bytes: Buffer; fileName: string }> {
  const outputPath = peers.path('opened');
  await rm(outputPath, { force: true });
  const { fileName } = await openFile({ inputPath, outputPath, keys });
  return { bytes: await readFile(outputPath), fileName };
}

/** Compares without printing megabytes when it fails. */
function expectSame(actual: Buffer, expected: Buffer): void {
  expect(actual.length).toBe(expected.length);
  expect(actual.equals(expected)).toBe(true);
}

describe('sealed by us', () => {
  test.each(SIZES)('%i bytes are opened by gpg, sq and rnp', async (size) => {
    const plain = await writePlain(size);
    for (const [i, compress] of COMPRESSIONS.entries()) {
      const key = peers.keys[(i + SIZES.indexOf(size)) % 2]!;
      const message = await sealTo(key, plain.path, compress);
      for (const peer of PEERS) {
        expectSame(await peers.openWith(peer, message, key), plain.bytes);
      }
    }
  });

  test('64 MiB are opened by gpg, sq and rnp', async () => {
    const plain = await writePlain(64 * MIB);
    for (const [compress, key] of [
      ['none', peers.rsa],
      [1, peers.curve],
    ] as const) {
      const message = await sealTo(key, plain.path, compress);
      for (const peer of PEERS) {
        expectSame(await peers.openWith(peer, message, key), plain.bytes);
      }
    }
  });

  test('the message has the form that the spec fixes', async () => {
    const { path } = await writePlain(200_000);
    const message = await sealTo(peers.rsa, path, 6);
    const { stdout } = await peers.gpg('--list-packets', '--show-session-key', message);
    expect(stdout).toMatch(/:pubkey enc packet: version 3, algo 1, keyid [0-9A-F]{16}/);
    expect(stdout).toMatch(/:encrypted data packet:[\s\S]*mdc_method: 2/);
    expect(stdout).toContain(':compressed packet: algo=1');
    expect(stdout).toMatch(
      /:literal data packet:\s+mode b \([0-9A-F]{2}\), created \d+, name="data.csv"/,
    );
  });
});

describe('written by others', () => {
  test.each(SIZES)('%i bytes are opened by us', async (size) => {
    const plain = await writePlain(size);
    let turn = SIZES.indexOf(size);
    for (const peer of PEERS) {
      for (const compression of PEER_COMPRESSIONS) {
        const form = { compression, armored: turn % 2 === 0 };
        const key = peers.keys[Math.floor(turn / 2) % 2]!;
        turn += 1;
        const opened = await openOurs(await peers.writeWith(peer, plain.path, key, form));
        expectSame(opened.bytes, plain.bytes);
      }
    }
  });

  test.each([
    ['gpg', 'zip'],
    ['gpg', 'bzip2'],
    ['sq', 'zlib'],
    ['rnp', 'none'],
  ] as const)('64 MiB by %s with %s are opened by us', async (peer, compression) => {
    const plain = await writePlain(64 * MIB);
    const form = { compression, armored: peer === 'rnp' };
    const opened = await openOurs(await peers.writeWith(peer, plain.path, peers.curve, form));
    expectSame(opened.bytes, plain.bytes);
  });

  const gpgForms: readonly (readonly [string, ...string[]])[] = [
    ['signed', '--sign', '-u', 'curve25519@example.com', '-r', 'rsa3072@example.com'],
    ['for several keys', '-r', 'curve25519@example.com', '-r', 'rsa3072@example.com'],
    ['for an unnamed recipient', '-R', 'curve25519@example.com'],
    ['with AES-128', '--cipher-algo', 'AES', '-r', 'rsa3072@example.com'],
    ['with AES-192', '--cipher-algo', 'AES192', '-r', 'rsa3072@example.com'],
    ['with triple DES', '--cipher-algo', '3DES', '-r', 'rsa3072@example.com'],
    ['with a password as well', '--symmetric', '-r', 'curve25519@example.com'],
    ['with text mode line ends', '--textmode', '-r', 'rsa3072@example.com'],
  ];

  test.each(gpgForms)('by gpg %s is opened by us', async (_what, ...args) => {
    const bytes = Buffer.from('identity,evtName\r\na,b\r\n');
    const path = peers.path('data.csv');
    await writeFile(path, bytes);
    const message = peers.path('form.gpg');
    await peers.gpg('--output', message, ...args, '--encrypt', path);
    expectSame((await openOurs(message)).bytes, bytes);
  });

  test.each([
    ['OCB', 0],
    ['OCB', 1],
    ['EAX', 3 * MIB + 5],
  ])('by rnp with AEAD (%s, tag 20, %i bytes) is opened by us', async (mode, size) => {
    const plain = await writePlain(size);
    const message = peers.path('aead.pgp');
    const key = ['--keyfile', peers.path('rsa3072@example.com.public'), '-r', peers.rsa.email];
    await peers.rnp(...key, `--aead=${mode}`, '--output', message, '-e', plain.path);
    const { stdout } = await peers.gpg('--list-packets', message).catch((error: object) => ({
      stdout: 'stdout' in error ? String(error.stdout) : '',
    }));
    expect(stdout).toMatch(/tag=20|aead/);
    expectSame((await openOurs(message)).bytes, plain.bytes);
  });
});
