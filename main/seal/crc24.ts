/** CRC-24 of OpenPGP's ASCII armor (RFC 9580, section 6.1), four bytes a step. */

const POLYNOMIAL = 0x864cfb00;
const INITIAL = 0xb704ce00;

/**
 * The 24-bit register is kept in the upper bits of a 32-bit one, so that four input bytes can be
 * folded in at once: `TABLES[k][b]` is the effect of byte `b` followed by `k` zero bytes.
 */
const TABLES = makeTables();

function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const tables = [0, 1, 2, 3].map(() => new Int32Array(256)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
    tables[0][byte] = value;
  }
  for (let zeros = 1; zeros < 4; zeros += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const before = tables[zeros - 1]![byte]!;
      tables[zeros]![byte] = (before << 8) ^ tables[0][before >>> 24]!;
    }
  }
  return tables;
}

export class Crc24 {
  #register = INITIAL | 0;

  update(bytes: Uint8Array): void {
    const [t0, t1, t2, t3] = TABLES;
    const whole = bytes.length - (bytes.length % 4);
    let register = this.#register;
    let i = 0;
    for (; i < whole; i += 4) {
      register ^= (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
      register =
        t3[register >>> 24]! ^
        t2[(register >>> 16) & 0xff]! ^
        t1[(register >>> 8) & 0xff]! ^
        t0[register & 0xff]!;
    }
    for (; i < bytes.length; i += 1) {
      register = (register << 8) ^ t0[(register >>> 24) ^ bytes[i]!]!;
    }
    this.#register = register;
  }

  /** The checksum in its three octets. */
  digest(): Uint8Array {
    const value = this.#register;
    return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff);
  }
}
