/**
 * Our engine against OpenPGP.js, byte for byte: what we seal it opens, and what it seals we open, around every
 * size at which a block, a chunk or a piece of ours ends, for data that deflates and data that does not.
 */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { describe, expect, test } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { ARMOR_BLOCK_BYTES } from '../../../main/seal/armor-encoder.ts';
import { DEFLATE_BLOCK_BYTES } from '../../../main/seal/deflate-block.ts';
import { open } from '../../../main/seal/open.ts';
import { PARTIAL_CHUNK_BITS } from '../../../main/seal/packets.ts';
import { seal } from '../../../main/seal/seal.ts';
import type { Compression } from '../../../main/seal/seal.ts';
import { makeTestKey, PASSPHRASE } from '../keys/test-keys.ts';
import { chunked, Collector, mixedBytes } from './streams.ts';

const made = await makeTestKey();
const recipient = await chooseRecipient(made.publicArmored);
const keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
const encryptionKeys = await openpgp.readKey({ armoredKey: made.publicArmored });

const EDGES = [
  ARMOR_BLOCK_BYTES,
  2 ** PARTIAL_CHUNK_BITS.usual,
  DEFLATE_BLOCK_BYTES,
  2 * DEFLATE_BLOCK_BYTES,
];
/** More than what stands around the data: key packet, headers, checksum. */
const AROUND = 600;

const contents: Readonly<Record<string, (size: number) => Buffer>> = {
  rows: (size) => Buffer.alloc(size, 'user-1,Bought,1760000000,12.50,"Zoë, ""so"""\r\n'),
  noise: (size) => randomBytes(size),
  mixed: mixedBytes,
};
const content = fc.constantFrom(...Object.keys(contents));
const size = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc
    .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -AROUND, max: 3 }))
    .map(([edge, offset]) => edge + offset),
  fc.integer({ min: 0, max: 3 * DEFLATE_BLOCK_BYTES }),
);
const cuts = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 4 });
const compress = fc.constantFrom<Compression>('none', 1, 2, 6);

/** Compares without printing megabytes when it fails. */
function expectSame(actual: Uint8Array, expected: Buffer): void {
  expect(actual.length).toBe(expected.length);
  expect(expected.equals(actual)).toBe(true);
}

async function openByPeer(armored: Buffer): Promise<Uint8Array> {
  const { data } = await openpgp.decrypt({
    message: await openpgp.readMessage({ armoredMessage: armored.toString('latin1') }),
    decryptionKeys: keys[0]!.openpgpKey(),
    format: 'binary',
  });
  return data as Uint8Array;
}

describe('OpenPGP.js opens what we seal', () => {
  const sealAndCompare = async (bytes: Buffer, level: Compression, sizes: readonly number[]) => {
    const sink = new Collector();
    const source = chunked(bytes, ...sizes);
    await seal({ source, fileName: 'd.csv', recipient, compress: level }, sink);
    expectSame(await openByPeer(sink.bytes), bytes);
  };

  test.each(EDGES)('around %i bytes', { timeout: 120_000 }, async (edge) => {
    for (const offset of [-1, 0, 1]) {
      for (const level of ['none', 1] as const) {
        await sealAndCompare(mixedBytes(edge + offset), level, [100_000]);
      }
    }
  });

  test('whatever it is and however it comes', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(content, size, compress, cuts, async (kind, bytes, level, sizes) => {
        await sealAndCompare(contents[kind]!(bytes), level, sizes);
      }),
      { numRuns: 12 },
    );
  });
});

describe('we open what OpenPGP.js seals', () => {
  const algorithms = openpgp.enums.compression;
  const compression = fc.constantFrom(algorithms.uncompressed, algorithms.zip, algorithms.zlib);

  test('whatever it is and however it comes', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(content, size, compression, cuts, async (kind, bytes, algorithm, sizes) => {
        const plain = contents[kind]!(bytes);
        const armored = (await openpgp.encrypt({
          message: await openpgp.createMessage({ binary: plain }),
          encryptionKeys,
          config: { preferredCompressionAlgorithm: algorithm },
        })) as string;
        const sink = new Collector();
        const source = chunked(Buffer.from(armored, 'latin1'), ...sizes);
        await open({ source, file: 'm', keys }, sink);
        expectSame(sink.bytes, plain);
      }),
      { numRuns: 12 },
    );
  });
});
