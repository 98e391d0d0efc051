/** The deflater in AssemblyScript, held against zlib's inflater. */
import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BlockDeflater,
  DEFLATE_BLOCK_BYTES,
  newBlockMemory,
} from '../../../main/seal/deflate-block.ts';
import { Deflation } from '../../../main/seal/deflation.ts';
import { pseudoRandom } from '../../helpers/pseudo-random.ts';

const deflater = new BlockDeflater(newBlockMemory());

function deflate(bytes: Uint8Array): Buffer {
  deflater.input.set(bytes);
  return Buffer.from(deflater.output.subarray(0, deflater.run(bytes.length)));
}

function requireRoundTrip(bytes: Uint8Array): Buffer {
  const deflated = deflate(bytes);
  const whole = Buffer.concat([deflated, Uint8Array.of(0x03, 0x00)]);
  if (!inflateRawSync(whole).equals(bytes)) throw new Error('other bytes come back');
  expect(deflated.subarray(-4)).toEqual(Buffer.of(0x00, 0x00, 0xff, 0xff));
  expect(whole.length).toBeLessThanOrEqual(Deflation.bound(bytes.length));
  return deflated;
}

/** Pieces of earlier bytes at any distance, between new ones. */
function mixture(bytes: number, random: (below: number) => number): Buffer {
  const out = Buffer.alloc(bytes);
  for (let at = 0; at < bytes;) {
    const length = Math.min(1 + random(400), bytes - at);
    const distance = 1 + random(40_000);
    for (let end = at + length; at < end; at += 1) {
      out[at] = distance <= at && length > 4 ? out[at - distance]! : random(256);
    }
  }
  return out;
}

test.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 18, 31, 33, 258, 259, 274, 275])(
  '%d bytes, alike and different',
  (length) => {
    requireRoundTrip(Buffer.alloc(length, 'a'));
    requireRoundTrip(randomBytes(length));
    requireRoundTrip(Buffer.from('abcdefghijk'.repeat(30)).subarray(0, length));
  },
);

test.each([1, 2, 3, 4, 5, 8, 9, 257, 258, 259, 32_767, 32_768, 32_769])(
  'what repeats after %d bytes, up to a full block',
  (period) => {
    const once = randomBytes(period);
    const bytes = Buffer.alloc(DEFLATE_BLOCK_BYTES, once);
    const deflated = requireRoundTrip(bytes);
    if (period <= 32_768) expect(deflated.length).toBeLessThan(2 * period + 12_000);
  },
);

test('a full block that does not deflate is stored', () => {
  const deflated = requireRoundTrip(randomBytes(DEFLATE_BLOCK_BYTES));
  expect(deflated.length).toBeLessThan(DEFLATE_BLOCK_BYTES + 100);
});

test.each([61_439, 61_440, 61_441, 61_700, 122_880, DEFLATE_BLOCK_BYTES])(
  'matches across the borders of Huffman blocks (%d bytes)',
  (length) => {
    for (let seed = 1; seed <= 5; seed += 1) requireRoundTrip(mixture(length, pseudoRandom(seed)));
  },
);

test('codes that would be too long are cut', () => {
  // Fibonacci's numbers give the deepest tree.
  const counts = [1, 1];
  while (counts.length < 22) counts.push(counts.at(-1)! + counts.at(-2)!);
  const symbols = counts.flatMap((count, symbol) => Array<number>(count).fill(200 - symbol));
  const random = pseudoRandom(7);
  // Mixed, so that nothing repeats and all of it are literals.
  for (let i = symbols.length - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    [symbols[i], symbols[j]] = [symbols[j]!, symbols[i]!];
  }
  requireRoundTrip(Buffer.from(symbols.slice(0, 60_000)));
  requireRoundTrip(Buffer.from(symbols));
});

test('any bytes come back', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 3000 }),
    fc.string({ minLength: 1, maxLength: 3000, unit: 'binary' }).map((text) => Buffer.from(text)),
    fc
      .array(fc.constantFrom('a', 'bc', 'def,', '"ghij', 'klmnopqrst\r\n', '0'), { minLength: 1 })
      .map((words) => Buffer.from(words.join(''))),
    fc
      .tuple(fc.integer({ min: 1, max: 70_000 }), fc.integer())
      .map(([length, seed]) => mixture(length, pseudoRandom(seed))),
  );
  fc.assert(
    fc.property(bytes, (input) => requireRoundTrip(input).length > 0),
    { numRuns: 300 },
  );
});

test('the same bytes give the same output, whatever was there before', () => {
  const bytes = mixture(100_000, pseudoRandom(3));
  const first = deflate(bytes);
  deflate(randomBytes(DEFLATE_BLOCK_BYTES));
  expect(deflate(bytes).equals(first)).toBe(true);
});

test('rows of text become about as small as by zlib at its level 1', () => {
  const random = pseudoRandom(11);
  const words = ['Product Viewed', 'Bought', 'Berlin', 'Lagos', 'Books', 'example.com'];
  const row = () =>
    `user-${random(900_000)},${words[random(6)]},"${words[random(6)]}, red",${random(99_999)}\r\n`;
  const text = Buffer.from(Array.from({ length: 10_000 }, row).join(''));
  expect(requireRoundTrip(text).length).toBeLessThan(
    deflateRawSync(text, { level: 1 }).length * 1.05,
  );
});
