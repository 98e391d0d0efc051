/**
 * A hostile message: every flipped bit and every truncation is refused or harmless, no output stays
 * behind, and standard output gets nothing before the integrity is known.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { Recipient, UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { ByteReader } from '../../../main/seal/byte-reader.ts';
import { open } from '../../../main/seal/open.ts';
import { drain, nextPacket, readBody } from '../../../main/seal/packet-reader.ts';
import {
  bodyLength,
  literalHeader,
  packet,
  PARTIAL_CHUNK_BITS,
  TAG,
} from '../../../main/seal/packets.ts';
import { openFile } from '../../../main/seal/seal-file.ts';
import { seal } from '../../../main/seal/seal.ts';
import type { Compression } from '../../../main/seal/seal.ts';
import { encryptWithMdc } from '../../../main/seal/seipd.ts';
import { newSession } from '../../../main/seal/session.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { chunked, collect, Collector } from '../../unit/seal/streams.ts';

const plain = Buffer.from('identity,evtName\r\nalice,Purchased\r\n'.repeat(6));
const made = await makeTestKey();
let recipient: Recipient;
let keys: UnlockedKey[];
let folder: string;

beforeAll(async () => {
  recipient = await chooseRecipient(made.publicArmored);
  keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-tamper-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function sealed(compress: Compression): Promise<{ armored: string; binary: Buffer }> {
  const sink = new Collector();
  await seal({ source: chunked(plain), fileName: 'd.csv', recipient, compress }, sink);
  const armored = sink.bytes.toString('latin1');
  return { armored, binary: Buffer.from((await openpgp.unarmor(armored)).data as Uint8Array) };
}

async function tryOpen(message: Uint8Array): Promise<{ content?: Buffer; error?: AppError }> {
  const sink = new Collector();
  try {
    await open({ source: chunked(message, 50), file: 'm', keys }, sink);
    return { content: sink.bytes };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { error };
  }
}

/** Offset of the encrypted container: it follows the one session key packet. */
const containerStart = (binary: Buffer): number => 2 + binary[1]!;

describe.each(['none', 6] as const)('a message with compression %s', (compress) => {
  test('is refused with any bit of the container flipped', async () => {
    const { binary } = await sealed(compress);
    expect((await tryOpen(binary)).content).toEqual(plain);
    for (let at = containerStart(binary); at < binary.length; at += 1) {
      const changed = Buffer.from(binary);
      changed[at]! ^= 1 << (at % 8);
      const { content } = await tryOpen(changed);
      expect(content, `byte ${at}`).toBeUndefined();
    }
  });

  test('is refused, or gives the same content, with a bit flipped before it', async () => {
    const { binary } = await sealed(compress);
    for (let at = 0; at < containerStart(binary); at += 1) {
      for (const bit of [0, 3, 7]) {
        const changed = Buffer.from(binary);
        changed[at]! ^= 1 << bit;
        const { content } = await tryOpen(changed);
        if (content) expect(content).toEqual(plain);
      }
    }
  });

  test('is refused, or gives the same content, with an armor character changed', async () => {
    const { armored } = await sealed(compress);
    for (let at = 0; at < armored.length; at += 1) {
      const changed = Buffer.from(armored);
      changed[at]! ^= 1 << (at % 7);
      const { content } = await tryOpen(changed);
      if (content) expect(content).toEqual(plain);
    }
  });

  test('is refused wherever it is cut off', async () => {
    const { binary, armored } = await sealed(compress);
    for (let length = 0; length < binary.length; length += 1) {
      expect((await tryOpen(binary.subarray(0, length))).content, `${length}`).toBeUndefined();
    }
    const lastLine = armored.indexOf('-----END PGP MESSAGE-----') + 24;
    for (let length = 0; length < lastLine; length += 7) {
      expect((await tryOpen(Buffer.from(armored.slice(0, length)))).content).toBeUndefined();
    }
  });

  test('is refused with data after it', async () => {
    const { binary } = await sealed(compress);
    for (const more of [Uint8Array.of(0), packet(TAG.literal, Buffer.alloc(9)), binary]) {
      expect((await tryOpen(Buffer.concat([binary, more]))).error?.code).toBe('DAMAGED');
    }
    const padding = packet(TAG.padding, Buffer.alloc(10));
    expect((await tryOpen(Buffer.concat([binary, padding]))).content).toEqual(plain);
  });
});

test('a large message cut between its chunks is refused', async () => {
  const sink = new Collector();
  const source = chunked(Buffer.alloc(1_200_000, 'x'));
  await seal({ source, fileName: '', recipient, compress: 'none' }, sink);
  const { data } = await openpgp.unarmor(sink.bytes.toString('latin1'));
  const binary = Buffer.from(data as Uint8Array);
  const first = containerStart(binary) + 1;
  const bits = PARTIAL_CHUNK_BITS.usual;
  const step = 1 + 2 ** bits;
  for (let at = first; at < binary.length; at += step) {
    expect(binary[at] === (0xe0 | bits) || at + step > binary.length).toBe(true);
    for (const cut of [at, at + 1, at + 100]) {
      expect((await tryOpen(binary.subarray(0, cut))).error).toBeDefined();
    }
  }
});

describe('a container made by someone who has the public key', () => {
  /** Seals any content, however odd: whoever has the public key can. */
  async function forge(content: Uint8Array): Promise<Buffer> {
    const { session, pkesk } = await newSession(recipient);
    const body = await collect(encryptWithMdc(chunked(content, 100), session));
    return Buffer.concat([pkesk, packet(TAG.seipd, body)]);
  }
  const literal = (size: number) =>
    packet(TAG.literal, Buffer.concat([literalHeader('x', new Date()), Buffer.alloc(size)]));
  const compressed = (algorithm: number, data: Uint8Array) =>
    packet(TAG.compressed, Buffer.concat([Uint8Array.of(algorithm), data]));

  test('with a good literal opens', async () => {
    expect((await tryOpen(await forge(literal(5)))).content).toEqual(Buffer.alloc(5));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no literal', packet(TAG.marker, Buffer.from('PGP'))],
    ['two literals', Buffer.concat([literal(1), literal(1)])],
    ['a literal shorter than its header', packet(TAG.literal, Buffer.from('b'))],
    ['a literal longer than the content', Buffer.concat([Uint8Array.of(0xcb), bodyLength(9)])],
    ['another encrypted message', packet(TAG.seipd, Buffer.alloc(50, 1))],
    ['garbage', Buffer.alloc(50, 0x7f)],
    ['an unknown compression', compressed(9, Buffer.alloc(9))],
    ['deflate that is none', compressed(1, Buffer.alloc(50, 0xff))],
    ['bzip2 that is none', compressed(3, Buffer.alloc(50, 0xff))],
    ['bzip2 that stops', compressed(3, Buffer.from('BZh9\x31\x41\x59\x26\x53\x59', 'latin1'))],
    ['compression four deep', [0, 0, 0, 0].reduce((data) => compressed(0, data), literal(1))],
  ])('with %s is DAMAGED', async (_what, content) => {
    expect((await tryOpen(await forge(content))).error?.code).toBe('DAMAGED');
  });

  test('that opens to more than allowed is stopped early', async () => {
    const sink = new Collector();
    const source = (async function* () {
      for (let i = 0; i < 2000; i += 1) yield Buffer.alloc(65_536);
    })();
    await seal({ source, fileName: '', recipient, compress: 9 }, sink);
    expect(sink.bytes.length).toBeLessThan(400_000);
    const out = new Collector();
    const maxOpenedBytes = 1_000_000;
    const request = { source: chunked(sink.bytes, 1000), file: 'bomb', keys, maxOpenedBytes };
    await expect(open(request, out)).rejects.toMatchObject({
      code: 'OPENED_TOO_LARGE',
      params: { limitBytes: maxOpenedBytes },
    });
    expect(out.bytes.length).toBeLessThanOrEqual(maxOpenedBytes);
  });

  test('with more session keys than any message has is refused', async () => {
    const { pkesk } = await newSession(recipient);
    const many = Buffer.concat(Array.from({ length: 300 }, () => pkesk));
    expect((await tryOpen(many)).error?.code).toBe('MESSAGE_UNSUPPORTED');
  });
});

test('a message without integrity protection is refused, however well it would decrypt', async () => {
  const { pkesk } = await newSession(recipient);
  const old = Buffer.concat([pkesk, packet(TAG.encryptedWithoutIntegrity, Buffer.alloc(100))]);
  expect((await tryOpen(old)).error?.code).toBe('NO_INTEGRITY');
});

test('an AEAD message is refused when it is changed or cut', async () => {
  const key = await openpgp.readKey({ armoredKey: made.publicArmored });
  const sessionKey = { data: Buffer.alloc(32, 1), algorithm: 'aes256', aeadAlgorithm: 'ocb' };
  const binary = Buffer.from(
    await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: new Uint8Array(Buffer.alloc(9000, 'x')) }),
      encryptionKeys: key,
      sessionKey: sessionKey as openpgp.SessionKey,
      format: 'binary',
      config: { aeadProtect: true, aeadChunkSizeByte: 6 },
    }),
  );
  const reader = new ByteReader(chunked(binary));
  await drain((await nextPacket(reader))!.body);
  const { tag, body } = (await nextPacket(reader))!;
  expect([tag, (await readBody(body, 20_000))[0]]).toEqual([TAG.seipd, 2]);
  expect((await tryOpen(binary)).content?.length).toBe(9000);
  for (let at = binary.length - 9000; at < binary.length; at += 431) {
    const changed = Buffer.from(binary);
    changed[at]! ^= 0x10;
    expect((await tryOpen(changed)).content, `byte ${at}`).toBeUndefined();
    expect((await tryOpen(binary.subarray(0, at))).content, `cut ${at}`).toBeUndefined();
  }
});

describe('openFile', () => {
  test('leaves neither output nor .part of a message that fails at its very end', async () => {
    const { binary } = await sealed('none');
    binary[binary.length - 1]! ^= 1;
    const inputPath = join(folder, 'm.gpg');
    const outputPath = join(folder, 'out.csv');
    await writeFile(inputPath, binary);
    await expect(openFile({ inputPath, outputPath, keys })).rejects.toMatchObject({
      code: 'DAMAGED',
      params: { file: inputPath },
    });
    expect(await readdir(folder)).toEqual(['m.gpg']);
    await writeFile(outputPath, 'what was there');
    await expect(openFile({ inputPath, outputPath, keys, overwrite: true })).rejects.toMatchObject({
      code: 'DAMAGED',
    });
    expect(await readFile(outputPath, 'utf8')).toBe('what was there');
  });

  test('never writes where the message says', async () => {
    const sink = new Collector();
    const fileName = '../../escape.csv';
    await seal({ source: chunked(plain), fileName, recipient, compress: 6 }, sink);
    const inputPath = join(folder, 'm.asc');
    await writeFile(inputPath, sink.bytes);
    const outcome = await openFile({ inputPath, outputPath: join(folder, 'out.csv'), keys });
    expect(outcome.fileName).toBe(fileName);
    expect((await readdir(folder)).sort()).toEqual(['m.asc', 'out.csv']);
  });
});
