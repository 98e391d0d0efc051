/** Damages valid inputs in the ways in which files get damaged, and in those that a hostile sender would choose. */

import type { Random } from '../helpers/random.ts';

/** Inputs grow no further: enough to tell quadratic work from linear. */
const MAX_BYTES = 256 * 1024;
const MAX_PIECE_BYTES = 64;
const BYTES = [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x5c, 0x7f, 0x80, 0xc3, 0xff];

type Mutation = (bytes: Buffer, random: Random, words: readonly Buffer[]) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  // One bit, one byte.
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.next(8))),
  (bytes, random) => changed(bytes, random, () => random.pick(BYTES)),
  // A piece cut out, cut off, doubled, moved.
  (bytes, random) => {
    const { from, to } = piece(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => bytes.subarray(0, random.next(bytes.length + 1)),
  (bytes, random) => {
    const { from, to } = piece(bytes, random);
    return inserted(bytes, bytes.subarray(from, to), random);
  },
  // A word of the language put in, or over what is there.
  (bytes, random, words) => inserted(bytes, random.pick(words), random),
  (bytes, random, words) => {
    const word = random.pick(words);
    const at = random.next(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at + word.length)]);
  },
  // Very many of something.
  (bytes, random, words) => {
    const { from, to } = piece(bytes, random);
    const one = random.next(2) === 0 ? random.pick(words) : bytes.subarray(from, to);
    // Rarely enough to tell quadratic work from linear: such inputs take long even where all is well.
    const count = 1 << random.next(random.next(50) === 0 ? 18 : 7);
    const many = Buffer.alloc(Math.min(count * one.length, MAX_BYTES), one);
    return one.length === 0 ? bytes : inserted(bytes, many, random);
  },
];

/** One to four mutations of one of the inputs, sometimes of two cut together. */
export function mutate(
  inputs: readonly Buffer[],
  words: readonly Buffer[],
  random: Random,
): Buffer<ArrayBufferLike> {
  let bytes: Buffer = Buffer.from(random.pick(inputs));
  if (random.next(8) === 0) {
    const other = random.pick(inputs);
    const cut = random.next(bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, cut), other.subarray(random.next(other.length + 1))]);
  }
  for (let count = 1 + random.next(4); count > 0; count -= 1) {
    bytes = random.pick(MUTATIONS)(bytes, random, words).subarray(0, MAX_BYTES);
  }
  return bytes;
}

function piece(bytes: Buffer, random: Random): { from: number; to: number } {
  const from = random.next(bytes.length + 1);
  return { from, to: Math.min(bytes.length, from + 1 + random.next(MAX_PIECE_BYTES)) };
}

function inserted(bytes: Buffer, what: Buffer, random: Random): Buffer {
  const at = random.next(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

function changed(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = random.next(copy.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}
