/** Huffman codes of limited length for what a block uses (RFC 1951, section 3.2.2). */

const MOST_CODES: u32 = 288;
const MOST_BITS: u32 = 15;
/** A key's low bits: the symbol. */
const SYMBOL_BITS: u32 = 9;

/** The symbols in use, the rarest first: how often, and which. */
const KEYS: usize = memory.data(MOST_CODES * 4);
/** In the same order: how often; then parents of the tree; then depths. */
const TREE: usize = memory.data(MOST_CODES * 4);
const FIRST_CODE: usize = memory.data((MOST_BITS + 2) * 4);

function word(table: usize, index: u32): u32 {
  return load<u32>(table + (index << 2));
}

function setWord(table: usize, index: u32, value: u32): void {
  store<u32>(table + (index << 2), value);
}

/**
 * Bits for each of `count` symbols, by how often each is used; 0 for one that is not. A single one gets 1 bit.
 * Limiting the depth costs little: it is rarely met, and the tree is then shortened from its rarest leaves on.
 */
export function chooseLengths(use: usize, count: u32, bits: usize, maxBits: u32): void {
  const used = sortUsed(use, count);
  memory.fill(bits, 0, count);
  if (used < 2) {
    // With no code at all some readers refuse the block.
    store<u8>(bits + (used === 0 ? 0 : symbol(0)), 1);
    return;
  }
  measureDepths(used);
  limitDepths(used, maxBits);
  for (let i: u32 = 0; i < used; i++) store<u8>(bits + symbol(i), word(TREE, i) as u8);
}

function symbol(index: u32): u32 {
  return word(KEYS, index) & ((1 << SYMBOL_BITS) - 1);
}

/** By insertion: few symbols, and most of them nearly in order. @returns how many are used */
function sortUsed(use: usize, count: u32): u32 {
  let used: u32 = 0;
  for (let s: u32 = 0; s < count; s++) {
    const times = word(use, s);
    if (times === 0) continue;
    const key = (times << SYMBOL_BITS) | s;
    let i = used;
    for (; i > 0 && word(KEYS, i - 1) > key; i--) setWord(KEYS, i, word(KEYS, i - 1));
    setWord(KEYS, i, key);
    used++;
  }
  return used;
}

/** Depths of the optimal tree, in place: A. Moffat, J. Katajainen, "In-Place Calculation of Minimum-Redundancy Codes". */
function measureDepths(used: u32): void {
  for (let i: u32 = 0; i < used; i++) setWord(TREE, i, word(KEYS, i) >> SYMBOL_BITS);
  joinRarest(used);
  parentsToDepths(used);
  depthsOfLeaves(used);
}

/** Each inner node takes the place of a leaf that is joined, and says who its own parent is when that is known. */
function joinRarest(used: u32): void {
  let root: u32 = 0;
  let leaf: u32 = 0;
  for (let node: u32 = 0; node < used - 1; node++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= used || (root < node && word(TREE, root) < word(TREE, leaf))) {
        weight += word(TREE, root);
        setWord(TREE, root++, node);
      } else {
        weight += word(TREE, leaf++);
      }
    }
    setWord(TREE, node, weight);
  }
}

function parentsToDepths(used: u32): void {
  setWord(TREE, used - 2, 0);
  for (let node = (used as i32) - 3; node >= 0; node--) {
    setWord(TREE, node, word(TREE, word(TREE, node)) + 1);
  }
}

function depthsOfLeaves(used: u32): void {
  let free: i32 = 1;
  let depth: u32 = 0;
  let node = (used as i32) - 2;
  let leaf = (used as i32) - 1;
  while (free > 0) {
    let inner: i32 = 0;
    for (; node >= 0 && word(TREE, node) === depth; node--) inner++;
    for (; free > inner; free--) setWord(TREE, leaf--, depth);
    free = inner << 1;
    depth++;
  }
}

/** In units of the deepest leaf, a tree has room for 2^maxBits: what is cut takes too much, and is made up for. */
function limitDepths(used: u32, maxBits: u32): void {
  let over: i32 = -(1 << maxBits);
  for (let i: u32 = 0; i < used; i++) {
    if (word(TREE, i) > maxBits) setWord(TREE, i, maxBits);
    over += 1 << (maxBits - word(TREE, i));
  }
  for (let i: u32 = 0; over > 0;) {
    const depth = word(TREE, i);
    if (depth === maxBits) i++;
    else {
      over -= 1 << (maxBits - depth - 1);
      setWord(TREE, i, depth + 1);
    }
  }
  // The last step may have freed more than was needed: the most frequent ones get what fits.
  for (let i = (used as i32) - 1; i >= 0 && over < 0; i--) {
    const gain = 1 << (maxBits - word(TREE, i));
    if (gain > -over) continue;
    setWord(TREE, i, word(TREE, i) - 1);
    over += gain;
  }
}

/** The canonical codes of these lengths, mirrored, since they are written from their highest bit on. */
export function assignCodes(bits: usize, count: u32, codes: usize): void {
  memory.fill(FIRST_CODE, 0, (MOST_BITS + 2) * 4);
  for (let s: u32 = 0; s < count; s++) {
    const length: u32 = load<u8>(bits + s);
    if (length > 0) setWord(FIRST_CODE, length + 1, word(FIRST_CODE, length + 1) + 1);
  }
  let code: u32 = 0;
  for (let length: u32 = 1; length <= MOST_BITS; length++) {
    code = (code + word(FIRST_CODE, length)) << 1;
    setWord(FIRST_CODE, length, code);
  }
  for (let s: u32 = 0; s < count; s++) {
    const length: u32 = load<u8>(bits + s);
    const next = word(FIRST_CODE, length);
    setWord(FIRST_CODE, length, next + 1);
    setWord(codes, s, length === 0 ? 0 : mirrored(next, length) | (length << 16));
  }
}

function mirrored(code: u32, length: u32): u32 {
  let out: u32 = 0;
  for (let i: u32 = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i);
  return out;
}
