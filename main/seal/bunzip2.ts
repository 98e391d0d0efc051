/**
 * Streaming BZIP2 decoder, which Node lacks: one block (at most 900 kB) in memory at a time.
 * Input is hostile: every index is checked, and anything odd is a MalformedError.
 */
import type { ByteSource, ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';
import { ByteReader } from './byte-reader.ts';

const BLOCK_UNIT_BYTES = 100_000;
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** A block of 900,000 symbols of at most 20 bits, with its tables, is shorter than this. */
const MAX_PACKED_BLOCK_BYTES = 2_400_000;
const MAX_CODE_BITS = 20;
const GROUP_SYMBOLS = 50;
const RUN_A = 0;
const RUN_B = 1;

/** @throws MalformedError for anything that is not one whole BZIP2 stream */
export async function* bunzip2(source: ByteSource): ByteStream {
  const bits = new BitReader(new ByteReader(source));
  await bits.refill();
  const level = bits.read(32) - 0x425a6830;
  if (level < 1 || level > 9) throw new MalformedError('not bzip2');
  let combinedCrc = 0;
  for (;;) {
    await bits.refill();
    const magic = bits.read(24) * 2 ** 24 + bits.read(24);
    const storedCrc = bits.read(32);
    if (magic === END_MAGIC) {
      if (storedCrc !== combinedCrc >>> 0) throw new MalformedError('bzip2 checksum is wrong');
      break;
    }
    if (magic !== BLOCK_MAGIC) throw new MalformedError('not a bzip2 block');
    const block = readBlock(bits, level * BLOCK_UNIT_BYTES);
    let crc = 0xffffffff;
    for (const chunk of undoRuns(block)) {
      crc = updateCrc32(crc, chunk);
      yield chunk;
    }
    if (~crc >>> 0 !== storedCrc) throw new MalformedError('bzip2 checksum is wrong');
    combinedCrc = ((combinedCrc << 1) | (combinedCrc >>> 31)) ^ storedCrc;
  }
  if (await bits.bytesLeft())
    throw new MalformedError('bytes after the end of the compressed content');
}

/** Undoes Huffman coding, move-to-front and the block sort; what remains is run-length coded. */
function readBlock(bits: BitReader, maxSymbols: number): Uint8Array {
  if (bits.read(1) !== 0) throw new MalformedError('randomised bzip2 block');
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const tables = bits.read(3);
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCode(bits, alphabet.length + 2));

  const endOfBlock = alphabet.length + 1;
  const counts = new Uint32Array(256);
  const sorted = new Uint32Array(maxSymbols);
  let size = 0;
  let run = 0;
  let runWeight = 1;
  for (let read = 0; ; read += 1) {
    const code = codes[selectors[Math.floor(read / GROUP_SYMBOLS)] ?? tables];
    if (!code) throw new MalformedError('bzip2 selectors run out');
    const symbol = code.next(bits);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += runWeight << symbol;
      runWeight <<= 1;
      if (run > maxSymbols) throw new MalformedError('bzip2 block overflows');
      continue;
    }
    if (run > 0) {
      if (size + run > maxSymbols) throw new MalformedError('bzip2 block overflows');
      counts[alphabet[0]!]! += run;
      sorted.fill(alphabet[0]!, size, size + run);
      size += run;
      run = 0;
      runWeight = 1;
    }
    if (symbol === endOfBlock) break;
    const byte = alphabet[symbol - 1]!;
    alphabet.copyWithin(1, 0, symbol - 1);
    alphabet[0] = byte;
    if (size === maxSymbols) throw new MalformedError('bzip2 block overflows');
    counts[byte]! += 1;
    sorted[size] = byte;
    size += 1;
  }
  return unsort(sorted, size, counts, origin);
}

/** The inverse Burrows–Wheeler transform. `sorted` holds the bytes; its upper bits take the links. */
function unsort(
  sorted: Uint32Array,
  size: number,
  counts: Uint32Array,
  origin: number,
): Uint8Array {
  if (origin >= size) throw new MalformedError('bzip2 origin out of range');
  const starts = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte += 1) starts[byte] = starts[byte - 1]! + counts[byte - 1]!;
  for (let i = 0; i < size; i += 1) {
    const byte = sorted[i]! & 0xff;
    sorted[starts[byte]!]! |= i << 8;
    starts[byte]! += 1;
  }
  const out = new Uint8Array(size);
  let at = sorted[origin]! >>> 8;
  for (let i = 0; i < size; i += 1) {
    out[i] = sorted[at]! & 0xff;
    at = sorted[at]! >>> 8;
  }
  return out;
}

/** The bytes that occur, from a bitmap of sixteen ranges of sixteen. */
function readAlphabet(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const bytes: number[] = [];
  for (let range = 0; range < 16; range += 1) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const used = bits.read(16);
    for (let i = 0; i < 16; i += 1) if (used & (0x8000 >> i)) bytes.push(range * 16 + i);
  }
  if (bytes.length === 0) throw new MalformedError('bzip2 block without symbols');
  return Uint8Array.from(bytes);
}

function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const count = bits.read(15);
  if (tables < 2 || tables > 6 || count === 0)
    throw new MalformedError('bzip2 tables out of range');
  const recent = Uint8Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let position = 0;
    while (bits.read(1) === 1) position += 1;
    if (position >= tables) throw new MalformedError('bzip2 selector out of range');
    const table = recent[position]!;
    recent.copyWithin(1, 0, position);
    recent[0] = table;
    return table;
  });
}

function readCode(bits: BitReader, symbols: number): HuffmanCode {
  let length = bits.read(5);
  const lengths = Uint8Array.from({ length: symbols }, () => {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (length < 1 || length > MAX_CODE_BITS) break;
    }
    if (length < 1 || length > MAX_CODE_BITS) throw new MalformedError('bzip2 code out of range');
    return length;
  });
  return new HuffmanCode(lengths);
}

/** Canonical Huffman code: symbols by length, decoded by comparing with the last code of each length. */
class HuffmanCode {
  readonly #symbols: Uint16Array;
  readonly #shortest: number;
  /** For each length: the first value beyond its codes, and what turns a code into an index. */
  readonly #limits = new Int32Array(MAX_CODE_BITS + 1);
  readonly #offsets = new Int32Array(MAX_CODE_BITS + 1);

  constructor(lengths: Uint8Array) {
    const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
    this.#symbols = Uint16Array.from(order);
    this.#shortest = lengths[order[0]!]!;
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
      this.#offsets[length] = index - code;
      while (index < order.length && lengths[order[index]!] === length) {
        index += 1;
        code += 1;
      }
      this.#limits[length] = code;
      code <<= 1;
    }
  }

  next(bits: BitReader): number {
    let length = this.#shortest;
    let code = bits.read(length);
    while (code >= this.#limits[length]!) {
      if (length === MAX_CODE_BITS) throw new MalformedError('bzip2 code unknown');
      code = (code << 1) | bits.read(1);
      length += 1;
    }
    const symbol = this.#symbols[code + this.#offsets[length]!];
    if (symbol === undefined) throw new MalformedError('bzip2 code unknown');
    return symbol;
  }
}

const RUN_OUT_BYTES = 64 * 1024;

/** The outer run-length code: four equal bytes, then how many more. */
function* undoRuns(block: Uint8Array): Generator<Uint8Array> {
  let out = Buffer.allocUnsafe(RUN_OUT_BYTES);
  let filled = 0;
  let last = -1;
  let equal = 0;
  for (const byte of block) {
    // Room for the longest run that one byte of input can stand for.
    if (filled + 256 > RUN_OUT_BYTES) {
      yield out.subarray(0, filled);
      out = Buffer.allocUnsafe(RUN_OUT_BYTES);
      filled = 0;
    }
    if (equal === 4) {
      out.fill(last, filled, filled + byte);
      filled += byte;
      equal = 0;
      last = -1;
      continue;
    }
    equal = byte === last ? equal + 1 : 1;
    last = byte;
    out[filled] = byte;
    filled += 1;
  }
  if (filled > 0) yield out.subarray(0, filled);
}

/** Bits from the highest down. Reads are synchronous; `refill` makes sure that a block is at hand. */
class BitReader {
  readonly #reader: ByteReader;
  #window: Uint8Array = new Uint8Array(0);
  #position = 0;
  #buffer = 0;
  #bits = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  async refill(): Promise<void> {
    const parts = [this.#window.subarray(this.#position)];
    let size = parts[0]!.length;
    while (size < MAX_PACKED_BLOCK_BYTES) {
      const part = await this.#reader.some(MAX_PACKED_BLOCK_BYTES);
      if (!part) break;
      parts.push(Buffer.from(part));
      size += part.length;
    }
    if (parts.length > 1) {
      this.#window = Buffer.concat(parts);
      this.#position = 0;
    }
  }

  /** True when whole bytes follow the last one that was begun. */
  async bytesLeft(): Promise<boolean> {
    return this.#position < this.#window.length || (await this.#reader.byte()) !== undefined;
  }

  /** @param count 1 to 32 */
  read(count: number): number {
    if (count > 24) return this.read(count - 16) * 65536 + this.read(16);
    while (this.#bits < count) {
      const byte = this.#window[this.#position];
      if (byte === undefined) throw new MalformedError('unexpected end');
      this.#position += 1;
      this.#buffer = (this.#buffer << 8) | byte;
      this.#bits += 8;
    }
    this.#bits -= count;
    return (this.#buffer >>> this.#bits) & (2 ** count - 1);
  }
}

/** CRC-32 as BZIP2 has it: the usual polynomial, most significant bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

function updateCrc32(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (const byte of bytes) value = (value << 8) ^ CRC_TABLE[((value >>> 24) ^ byte) & 0xff]!;
  return value;
}
