/** CRC-24 of OpenPGP's ASCII armor (RFC 9580, section 6.1), eight bytes a step. */

const POLYNOMIAL = 0x864cfb00;
const INITIAL = 0xb704ce00;
const STEP_BYTES = 8;

/**
 * The 24-bit register is kept in the upper bits of a 32-bit one, so that whole words can be folded in, and
 * with its bytes reversed, so that words are folded in as a little-endian machine reads them.
 * `TABLE[256 * k + b]` is the effect of byte `b` followed by `k` zero bytes.
 */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const plain = new Int32Array(256 * STEP_BYTES);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
    plain[byte] = value;
  }
  for (let i = 256; i < plain.length; i += 1) {
    const before = plain[i - 256]!;
    plain[i] = (before << 8) ^ plain[before >>> 24]!;
  }
  return plain.map(reversed);
}

function reversed(word: number): number {
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | ((word & 0xff) << 24);
}

export class Crc24 {
  #register = reversed(INITIAL);

  update(bytes: Uint8Array): void {
    const toWord = Math.min(-bytes.byteOffset & 3, bytes.length);
    const steps = Math.floor((bytes.length - toWord) / STEP_BYTES);
    this.#fold(bytes.subarray(0, toWord));
    if (steps > 0)
      this.#foldWords(new Int32Array(bytes.buffer, bytes.byteOffset + toWord, 2 * steps));
    this.#fold(bytes.subarray(toWord + steps * STEP_BYTES));
  }

  /** The checksum in its three octets. */
  digest(): Uint8Array {
    const value = this.#register;
    return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff);
  }

  #foldWords(words: Int32Array): void {
    const t = TABLE;
    let register = this.#register;
    for (let i = 0; i < words.length; i += 2) {
      const a = register ^ words[i]!;
      const b = words[i + 1]!;
      register =
        t[1792 + (a & 0xff)]! ^
        t[1536 + ((a >>> 8) & 0xff)]! ^
        t[1280 + ((a >>> 16) & 0xff)]! ^
        t[1024 + (a >>> 24)]! ^
        t[768 + (b & 0xff)]! ^
        t[512 + ((b >>> 8) & 0xff)]! ^
        t[256 + ((b >>> 16) & 0xff)]! ^
        t[b >>> 24]!;
    }
    this.#register = register;
  }

  #fold(bytes: Uint8Array): void {
    let register = this.#register;
    for (const byte of bytes) register = (register >>> 8) ^ TABLE[(register ^ byte) & 0xff]!;
    this.#register = register;
  }
}
