/**
 * What we seal is opened by gpg, sq and rnp; what they write is opened by us. Every size and every compression
 * goes to and fro, in turn; each with each, and larger files, in peers.long.test.ts.
 */
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CASES, COMPRESSIONS, Exchange, expectSame, MIB } from './exchange.ts';
import { PEER_COMPRESSIONS, PEERS } from './peers.ts';

const exchange = Exchange.use();
/** Far more than any program holds at a time. */
const LARGE = 16 * MIB;

describe('sealed by us', () => {
  test.each(CASES)('$size bytes are opened by gpg, sq and rnp', ({ size, turn }) =>
    exchange.toPeers(size, COMPRESSIONS[turn % COMPRESSIONS.length]!, Math.floor(turn / 2)),
  );

  test('16 MiB are opened by gpg, sq and rnp', () => exchange.toPeers(LARGE, 1, 1));

  test('the message has the form that the spec fixes', async () => {
    const { path } = await exchange.writePlain(200_000);
    const message = await exchange.sealTo(exchange.peers.rsa, path, 6);
    const { stdout } = await exchange.peers.gpg('--list-packets', '--show-session-key', message);
    expect(stdout).toMatch(/:pubkey enc packet: version 3, algo 1, keyid [0-9A-F]{16}/);
    expect(stdout).toMatch(/:encrypted data packet:[\s\S]*mdc_method: 2/);
    expect(stdout).toContain(':compressed packet: algo=1');
    expect(stdout).toMatch(
      /:literal data packet:\s+mode b \([0-9A-F]{2}\), created \d+, name="data.csv"/,
    );
  });
});

describe('written by others', () => {
  test.each(CASES)('$size bytes are opened by us', async ({ size, turn }) => {
    for (const [index, peer] of PEERS.entries()) {
      const compression = PEER_COMPRESSIONS[(turn + index) % PEER_COMPRESSIONS.length]!;
      await exchange.fromPeer(peer, compression, size, turn + index);
    }
  });

  test('16 MiB by gpg are opened by us', () => exchange.fromPeer('gpg', 'zip', LARGE, 3));

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
    const path = exchange.peers.path('data.csv');
    await writeFile(path, bytes);
    const message = exchange.peers.path('form.gpg');
    await exchange.peers.gpg('--output', message, ...args, '--encrypt', path);
    expectSame((await exchange.openOurs(message)).bytes, bytes);
  });

  test.each([
    ['OCB', 0],
    ['OCB', 1],
    ['EAX', 3 * MIB + 5],
  ])('by rnp with AEAD (%s, tag 20, %i bytes) is opened by us', async (mode, size) => {
    const plain = await exchange.writePlain(size);
    const message = exchange.peers.path('aead.pgp');
    const key = [
      '--keyfile',
      exchange.peers.path('rsa3072@example.com.public'),
      '-r',
      exchange.peers.rsa.email,
    ];
    await exchange.peers.rnp(...key, `--aead=${mode}`, '--output', message, '-e', plain.path);
    const { stdout } = await exchange.peers
      .gpg('--list-packets', message)
      .catch((error: object) => ({
        stdout: 'stdout' in error ? String(error.stdout) : '',
      }));
    expect(stdout).toMatch(/tag=20|aead/);
    expectSame((await exchange.openOurs(message)).bytes, plain.bytes);
  });
});
