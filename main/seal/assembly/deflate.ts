/**
 * Deflates a block of at most 512 KiB by itself, quickly rather than densely: the first match that is found is
 * taken. AssemblyScript, compiled by scripts/assembly.mjs into deflate-wasm.ts; how it is called and tested is
 * in deflate-block.ts.
 *
 * Real rows are a mixture of words that were there before and digits that never were, so nearly each branch is
 * guessed wrongly half of the time; what is fast here is what has few. Hence matches from five bytes on (one
 * comparison of a word finds and measures most of them; a shorter one saves next to nothing over its literals),
 * one candidate, and sequences that are written without looking at what they are.
 */
import { flush, outputEnd, put, putBytes, startOutput, toByte } from './bits';
import { matchSymbol, writeBlock } from './block';
import {
  DISTANCE_CODES,
  DISTANCE_USE,
  END_OF_BLOCK,
  HASH,
  HASH_BITS,
  INPUT,
  INPUT_BYTES,
  LITERAL_CODES,
  LITERAL_USE,
  MAX_DISTANCE,
  MAX_MATCH,
  MIN_MATCH,
  OUTPUT,
  SEQUENCES,
  SUB_BLOCK_BYTES,
} from './memory';

export { INPUT, INPUT_BYTES, OUTPUT };

const WORD_BYTES: u32 = 8;
const MULTIPLIER: u64 = 0x9e3779b185ebca87;
/** After so many literals in a row one more is taken without looking at each turn, after twice as many two … */
const PATIENCE: u32 = 32;
const MOST_SKIPPED: u32 = 16;
/** What ends a block that is flushed: an empty stored one. */
const FLUSH_MARK: usize = memory.data<u8>([0x00, 0x00, 0xff, 0xff]);

/** @returns bytes of output: deflated blocks, none of them the last one, ended at a byte boundary */
export function deflate(bytes: u32): u32 {
  // The same input gives the same output, whatever was there before.
  memory.fill(HASH, 0, 4 << HASH_BITS);
  startOutput();
  const end = INPUT + bytes;
  for (let at = INPUT; at < end;) at = deflateSubBlock(at, end);
  put(0, 3);
  toByte();
  putBytes(FLUSH_MARK, 4);
  return (outputEnd() - OUTPUT) as u32;
}

/** @returns where the next one begins */
function deflateSubBlock(start: usize, end: usize): usize {
  memory.fill(LITERAL_USE, 0, LITERAL_CODES * 4);
  memory.fill(DISTANCE_USE, 0, DISTANCE_CODES * 4);
  // The last bytes are literals: a word is read at once.
  const lastSearched = end - INPUT > 2 * WORD_BYTES ? end - 2 * WORD_BYTES : INPUT;
  const stop = min(start + SUB_BLOCK_BYTES, lastSearched);
  let sequence = SEQUENCES;
  let literals = start;
  let at = start;
  let misses: u32 = 0;
  while (at < stop) {
    const word = load<u64>(at);
    const slot = slotOf(word);
    const candidate: usize = load<u32>(slot);
    store<u32>(slot, at as u32);
    const distance = (at - candidate) as u32;
    let length = sameBytes(word ^ load<u64>(candidate));
    // An empty slot leads to address 0, which is too far away from everywhere.
    if ((length >= MIN_MATCH) & (distance <= MAX_DISTANCE)) {
      if (length === WORD_BYTES) length = measure(at, candidate, end);
      store<u64>(sequence, sequenceOf((at - literals) as u32, length, distance));
      sequence += 8;
      store<u32>(slotOf(load<u64>(at + 1)), (at + 1) as u32);
      at += length;
      literals = at;
      misses = 0;
    } else {
      count(LITERAL_USE, word as u32 & 0xff);
      at++;
      misses++;
      if (misses >= PATIENCE) {
        const next = min(at + min(misses / PATIENCE, MOST_SKIPPED), stop);
        for (; at < next; at++) count(LITERAL_USE, load<u8>(at));
      }
    }
  }
  if (at >= lastSearched) {
    for (; at < end; at++) count(LITERAL_USE, load<u8>(at));
  }
  count(LITERAL_USE, END_OF_BLOCK);
  writeBlock(start, at, SEQUENCES, sequence, (at - literals) as u32);
  return at;
}

function slotOf(word: u64): usize {
  const hash = ((word << (64 - 8 * MIN_MATCH)) * MULTIPLIER) >> (64 - HASH_BITS);
  return HASH + ((hash as usize) << 2);
}

/** How many bytes two words have in common from their beginning, told by their difference. */
function sameBytes(difference: u64): u32 {
  return (ctz(difference) >> 3) as u32;
}

/** The length of a match whose first word is known. Reads behind the end, and takes nothing from there. */
function measure(at: usize, candidate: usize, end: usize): u32 {
  let length = WORD_BYTES;
  while (length < MAX_MATCH) {
    const same = sameBytes(load<u64>(at + length) ^ load<u64>(candidate + length));
    length += same;
    if (same < WORD_BYTES) break;
  }
  return min(min(length, MAX_MATCH), (end - at) as u32);
}

/**
 * Counts a match, and packs it with the number of literals before it: from bit 0 these, from 17 the length, from
 * 26 the distance code, from 32 its extra bits, from 48 how many these are.
 */
function sequenceOf(literals: u32, length: u32, distance: u32): u64 {
  const before = distance - 1;
  let symbol = before;
  let extraBits: u32 = 0;
  if (before >= 4) {
    const highest: u32 = 31 - clz(before);
    extraBits = highest - 1;
    symbol = (highest << 1) + ((before >> extraBits) & 1);
  }
  count(LITERAL_USE, matchSymbol(length));
  count(DISTANCE_USE, symbol);
  const head = literals | (length << 17) | (symbol << 26);
  const extra = (before & ((1 << extraBits) - 1)) | (extraBits << 16);
  return (head as u64) | ((extra as u64) << 32);
}

function count(use: usize, symbol: u32): void {
  const at = use + (symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}
