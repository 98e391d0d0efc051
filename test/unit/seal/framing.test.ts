/** Packet framing: lengths at every boundary, written by us, read by us and by OpenPGP.js. */
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../main/seal/byte-reader.ts';
import { drain, nextPacket, readBody } from '../../../main/seal/packet-reader.ts';
import {
  bodyLength,
  literalHeader,
  packet,
  streamedPacket,
  TAG,
} from '../../../main/seal/packets.ts';
import { chunked, collect, mixedBytes } from './streams.ts';

const BOUNDARIES = [
  0, 1, 191, 192, 193, 8383, 8384, 8385, 262_143, 262_144, 262_145, 524_288, 524_289,
];

test.each([
  [0, '00'],
  [191, 'bf'],
  [192, 'c000'],
  [8383, 'dfff'],
  [8384, 'ff000020c0'],
  [100_000, 'ff000186a0'],
  [2 ** 32 - 1, 'ffffffffff'],
])('a body of %i bytes has the length octets %s', (size, octets) => {
  expect(Buffer.from(bodyLength(size)).toString('hex')).toBe(octets);
});

describe('a streamed packet', () => {
  const read = async (bytes: Uint8Array, ...sizes: number[]) => {
    const reader = new ByteReader(chunked(bytes, ...sizes));
    const first = (await nextPacket(reader))!;
    const body = await readBody(first.body, 10_000_000);
    expect(await nextPacket(reader)).toBeUndefined();
    return { tag: first.tag, body };
  };

  test.each(BOUNDARIES)('of %i bytes is read back', async (size) => {
    const body = mixedBytes(size);
    const written = await collect(streamedPacket(TAG.literal, chunked(body, 1000, 70_000)));
    const { tag, body: found } = await read(written);
    expect(tag).toBe(TAG.literal);
    expect(found.equals(body)).toBe(true);
    if (size < 262_145) expect(written.equals(packet(TAG.literal, body))).toBe(true);
  });

  test('is read back however it is cut', async () => {
    const size = fc.integer({ min: 0, max: 800_000 });
    const cuts = fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(size, cuts, cuts, async (bytes, writing, reading) => {
        const body = mixedBytes(bytes);
        const written = await collect(streamedPacket(TAG.seipd, chunked(body, ...writing)));
        expect((await read(written, ...reading)).body.equals(body)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test.each(BOUNDARIES)('with a literal of %i bytes is read by OpenPGP.js', async (size) => {
    const body = mixedBytes(size);
    const source = chunked(Buffer.concat([literalHeader('naïve.csv', new Date()), body]), 5, 5000);
    const binaryMessage = await collect(streamedPacket(TAG.literal, source));
    const message = await openpgp.readMessage({ binaryMessage });
    expect(Buffer.from(message.getLiteralData() ?? []).equals(body)).toBe(true);
    expect(message.getFilename()).toBe('naïve.csv');
  });
});

describe('the literal header', () => {
  test('cuts long names between characters', () => {
    const header = Buffer.from(literalHeader(`${'a'.repeat(254)}é.csv`, new Date(0)));
    expect(header[1]).toBe(254);
    expect(header.subarray(2, -4).toString()).toBe('a'.repeat(254));
    expect(literalHeader('é'.repeat(127) + 'a', new Date(0))[1]).toBe(255);
  });
});

describe('old packet headers', () => {
  const first = async (hex: string) => {
    const packet = (await nextPacket(new ByteReader(chunked(Buffer.from(hex, 'hex'), 1))))!;
    return { tag: packet.tag, body: (await readBody(packet.body, 100)).toString('hex') };
  };

  test.each([
    ['8403aabbcc', 1, 'aabbcc'],
    ['850003aabbcc', 1, 'aabbcc'],
    ['8600000003aabbcc', 1, 'aabbcc'],
    ['a3aabbcc', 8, 'aabbcc'],
    ['c103aabbccdd', 1, 'aabbcc'],
  ])('%s', async (hex, tag, body) => {
    expect(await first(hex)).toEqual({ tag, body });
  });

  test.each([
    ['no packet', '1f8b'],
    ['tag 0', 'c000'],
    ['an early end', 'c103aabb'],
    ['an early end in the length', 'c1ff0000'],
    ['an early end after a partial chunk', 'cbe1aabb'],
    ['a partial length where none is allowed', 'c1e1aabb00'],
    ['an indeterminate length where none is allowed', '87aabb'],
  ])('refuses %s', async (_what, hex) => {
    await expect(first(hex)).rejects.toMatchObject({ name: 'MalformedError' });
  });
});

test('a small packet is read up to its bound only', async () => {
  const reader = new ByteReader(chunked(packet(TAG.pkesk, Buffer.alloc(101)), 10));
  const { body } = (await nextPacket(reader))!;
  await expect(readBody(body, 100)).rejects.toMatchObject({ name: 'MalformedError' });
  await expect(drain(body)).resolves.toBeUndefined();
});
