/** Writes one block (RFC 1951, section 3.2.3): with codes of its own, with the fixed ones, or stored, whatever is least. */
import {
  flush,
  outputEnd,
  put,
  putBytes,
  putCode,
  resume,
  toByte,
  waitingBits,
  waitingCount,
} from './bits';
import { assignCodes, chooseLengths } from './huffman';
import {
  DISTANCE_BITS,
  DISTANCE_CODE,
  DISTANCE_CODES,
  DISTANCE_USE,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_BITS,
  LENGTH_CODE,
  LENGTH_CODES,
  LENGTH_USE,
  LITERAL_BITS,
  LITERAL_CODE,
  LITERAL_CODES,
  LITERAL_USE,
  MAX_MATCH,
} from './memory';

/** The kinds of blocks, each behind a bit that says whether it is the last one: it never is. */
const STORED: u32 = 0;
const FIXED: u32 = 1 << 1;
const DYNAMIC: u32 = 2 << 1;
const MAX_CODE_BITS: u32 = 15;
const MAX_LENGTH_CODE_BITS: u32 = 7;
/** The code lengths' own lengths come in this order (section 3.2.7). */
const LENGTH_ORDER: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);
/** The shortest match of each length code, and how many extra bits tell the rest (section 3.2.5). */
const MATCH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]);
const MATCH_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0, 0, 0,
]);
const MATCH_CODES: u32 = 29;
/** The length code of each length, u8. */
const MATCH_SYMBOL: usize = memory.data(260);
/** In the block in hand, all bits of each length, u32: how many from bit 24 on. */
const MATCH_WORD: usize = memory.data(260 * 4);
/** Bits of the fixed codes (section 3.2.6), u8. */
const FIXED_LITERAL_BITS: usize = memory.data(LITERAL_CODES);
const FIXED_DISTANCE_BITS: usize = memory.data(DISTANCE_CODES);
/** The code lengths of the block, run-length coded, u16: the code, and what follows it from bit 5 on. */
const RUNS: usize = memory.data((LITERAL_CODES + DISTANCE_CODES) * 2);
let runs: u32 = 0;

for (let symbol: u32 = 0; symbol < MATCH_CODES; symbol++) {
  const base: u32 = load<u16>(MATCH_BASE + (symbol << 1));
  const lengths: u32 = 1 << load<u8>(MATCH_EXTRA + symbol);
  // The last code is only for the length that the one before could have told as well.
  memory.fill(MATCH_SYMBOL + base, symbol as u8, lengths);
}
memory.fill(FIXED_LITERAL_BITS, 8, 144);
memory.fill(FIXED_LITERAL_BITS + 144, 9, 256 - 144);
memory.fill(FIXED_LITERAL_BITS + 256, 7, 280 - 256);
memory.fill(FIXED_LITERAL_BITS + 280, 8, LITERAL_CODES - 280);
memory.fill(FIXED_DISTANCE_BITS, 5, DISTANCE_CODES);

/** The length code of a match, as a literal code. */
export function matchSymbol(length: u32): u32 {
  return FIRST_LENGTH + (load<u8>(MATCH_SYMBOL + length) as u32);
}

/**
 * @param start of the input, `end` behind it
 * @param sequences up to `sequencesEnd`, then come `tail` literals
 */
export function writeBlock(
  start: usize,
  end: usize,
  sequences: usize,
  sequencesEnd: usize,
  tail: u32,
): void {
  chooseLengths(LITERAL_USE, LITERAL_CODES, LITERAL_BITS, MAX_CODE_BITS);
  chooseLengths(DISTANCE_USE, DISTANCE_CODES, DISTANCE_BITS, MAX_CODE_BITS);
  const headerBits = describeLengths();
  const ownBits = headerBits + contentBits(LITERAL_BITS, DISTANCE_BITS);
  const fixedBits = contentBits(FIXED_LITERAL_BITS, FIXED_DISTANCE_BITS);
  const bytes = (end - start) as u32;
  if (min(ownBits, fixedBits) > (bytes + 4) << 3) {
    writeStored(start, bytes);
    return;
  }
  if (fixedBits <= ownBits) {
    memory.copy(LITERAL_BITS, FIXED_LITERAL_BITS, LITERAL_CODES);
    memory.copy(DISTANCE_BITS, FIXED_DISTANCE_BITS, DISTANCE_CODES);
    put(FIXED, 3);
    flush();
  } else {
    writeLengths();
  }
  assignCodes(LITERAL_BITS, LITERAL_CODES, LITERAL_CODE);
  assignCodes(DISTANCE_BITS, DISTANCE_CODES, DISTANCE_CODE);
  writeSequences(start, sequences, sequencesEnd, tail);
  putCode(load<u32>(LITERAL_CODE + (END_OF_BLOCK << 2)));
  flush();
}

/** Of all literals and matches in the block, with codes of these lengths. */
function contentBits(literalBits: usize, distanceBits: usize): u32 {
  let bits: u32 = 0;
  for (let s: u32 = 0; s < LITERAL_CODES; s++) {
    let each: u32 = load<u8>(literalBits + s);
    if (s >= FIRST_LENGTH) each += load<u8>(MATCH_EXTRA + s - FIRST_LENGTH);
    bits += load<u32>(LITERAL_USE + (s << 2)) * each;
  }
  for (let s: u32 = 0; s < DISTANCE_CODES; s++) {
    let each: u32 = load<u8>(distanceBits + s);
    if (s >= 4) each += (s >> 1) - 1;
    bits += load<u32>(DISTANCE_USE + (s << 2)) * each;
  }
  return bits;
}

function writeStored(start: usize, bytes: u32): void {
  put(STORED, 3);
  toByte();
  put(bytes, 16);
  put(~bytes & 0xffff, 16);
  flush();
  putBytes(start, bytes);
}

function literalCodes(): u32 {
  let count = LITERAL_CODES;
  while (count > FIRST_LENGTH && load<u8>(LITERAL_BITS + count - 1) === 0) count--;
  return count;
}

function distanceCodes(): u32 {
  let count = DISTANCE_CODES;
  while (count > 1 && load<u8>(DISTANCE_BITS + count - 1) === 0) count--;
  return count;
}

function lengthCodes(): u32 {
  let count = LENGTH_CODES;
  while (count > 4 && load<u8>(LENGTH_BITS + load<u8>(LENGTH_ORDER + count - 1)) === 0) count--;
  return count;
}

/** Run-length codes the lengths of both codes, and chooses codes for that. @returns bits of the header */
function describeLengths(): u32 {
  const literals = literalCodes();
  const all = literals + distanceCodes();
  memory.fill(LENGTH_USE, 0, LENGTH_CODES * 4);
  runs = 0;
  for (let i: u32 = 0; i < all;) {
    const length = codeLength(i, literals);
    let run: u32 = 1;
    while (i + run < all && codeLength(i + run, literals) === length) run++;
    i += run;
    if (length > 0) {
      addRun(length, 0);
      run--;
    }
    const longest: u32 = length > 0 ? 6 : 138;
    for (; run >= 3; run -= min(run, longest)) {
      const part = min(run, longest);
      if (length > 0) addRun(16, part - 3);
      else if (part < 11) addRun(17, part - 3);
      else addRun(18, part - 11);
    }
    for (; run > 0; run--) addRun(length, 0);
  }
  chooseLengths(LENGTH_USE, LENGTH_CODES, LENGTH_BITS, MAX_LENGTH_CODE_BITS);
  let bits: u32 = 14 + 3 * lengthCodes();
  for (let s: u32 = 0; s < LENGTH_CODES; s++) {
    bits += load<u32>(LENGTH_USE + (s << 2)) * ((load<u8>(LENGTH_BITS + s) as u32) + runBits(s));
  }
  return bits;
}

function codeLength(index: u32, literals: u32): u32 {
  return index < literals
    ? load<u8>(LITERAL_BITS + index)
    : load<u8>(DISTANCE_BITS + index - literals);
}

function addRun(code: u32, rest: u32): void {
  store<u16>(RUNS + (runs << 1), (code | (rest << 5)) as u16);
  runs++;
  const use = LENGTH_USE + (code << 2);
  store<u32>(use, load<u32>(use) + 1);
}

/** Bits that follow a code for code lengths. */
function runBits(code: u32): u32 {
  if (code < 16) return 0;
  if (code === 18) return 7;
  return code - 14;
}

function writeLengths(): void {
  const order = lengthCodes();
  assignCodes(LENGTH_BITS, LENGTH_CODES, LENGTH_CODE);
  put(DYNAMIC, 3);
  put(literalCodes() - FIRST_LENGTH, 5);
  put(distanceCodes() - 1, 5);
  put(order - 4, 4);
  flush();
  for (let i: u32 = 0; i < order; i++) {
    put(load<u8>(LENGTH_BITS + load<u8>(LENGTH_ORDER + i)), 3);
    flush();
  }
  for (let i: u32 = 0; i < runs; i++) {
    const run: u32 = load<u16>(RUNS + (i << 1));
    const code = run & 31;
    putCode(load<u32>(LENGTH_CODE + (code << 2)));
    put(run >> 5, runBits(code));
    flush();
  }
}

function chooseMatchWords(): void {
  for (let length: u32 = 3; length <= MAX_MATCH; length++) {
    const symbol: u32 = load<u8>(MATCH_SYMBOL + length);
    const code = load<u32>(LITERAL_CODE + ((FIRST_LENGTH + symbol) << 2));
    const bits = code >> 16;
    const rest = length - load<u16>(MATCH_BASE + (symbol << 1));
    const all = bits + (load<u8>(MATCH_EXTRA + symbol) as u32);
    store<u32>(MATCH_WORD + (length << 2), (code & 0xffff) | (rest << bits) | (all << 24));
  }
}

function literalCode(at: usize): u32 {
  return load<u32>(LITERAL_CODE + ((load<u8>(at) as u32) << 2));
}

/**
 * The loop for which the rest is there: no branch in it depends on the data, but for runs of more than three
 * literals. A branch that is guessed wrongly costs as much as writing three of them.
 */
function writeSequences(start: usize, sequences: usize, sequencesEnd: usize, tail: u32): void {
  chooseMatchWords();
  let from = start;
  let at = outputEnd();
  let bits = waitingBits();
  let count = waitingCount();
  let code: u32 = 0;
  for (let sequence = sequences; sequence < sequencesEnd; sequence += 8) {
    const head = load<u32>(sequence);
    let literals = head & 0x1ffff;
    for (; literals > 3; literals -= 3) {
      code = literalCode(from);
      bits |= ((code & 0xffff) as u64) << (count as u64);
      count += code >> 16;
      code = literalCode(from + 1);
      bits |= ((code & 0xffff) as u64) << (count as u64);
      count += code >> 16;
      code = literalCode(from + 2);
      bits |= ((code & 0xffff) as u64) << (count as u64);
      count += code >> 16;
      from += 3;
      store<u64>(at, bits);
      at += count >> 3;
      bits >>= (count & ~7) as u64;
      count &= 7;
    }
    code = select<u32>(literalCode(from), 0, literals > 0);
    bits |= ((code & 0xffff) as u64) << (count as u64);
    count += code >> 16;
    code = select<u32>(literalCode(from + 1), 0, literals > 1);
    bits |= ((code & 0xffff) as u64) << (count as u64);
    count += code >> 16;
    code = select<u32>(literalCode(from + 2), 0, literals > 2);
    bits |= ((code & 0xffff) as u64) << (count as u64);
    count += code >> 16;
    store<u64>(at, bits);
    at += count >> 3;
    bits >>= (count & ~7) as u64;
    count &= 7;

    const length = (head >> 17) & 511;
    code = load<u32>(MATCH_WORD + (length << 2));
    bits |= ((code & 0xffffff) as u64) << (count as u64);
    count += code >> 24;
    code = load<u32>(DISTANCE_CODE + ((head >> 26) << 2));
    bits |= ((code & 0xffff) as u64) << (count as u64);
    count += code >> 16;
    code = load<u32>(sequence + 4);
    bits |= ((code & 0xffff) as u64) << (count as u64);
    count += code >> 16;
    from += literals + length;
    store<u64>(at, bits);
    at += count >> 3;
    bits >>= (count & ~7) as u64;
    count &= 7;
  }
  resume(at, bits, count);
  for (const end = from + tail; from < end; from++) {
    putCode(literalCode(from));
    flush();
  }
}
