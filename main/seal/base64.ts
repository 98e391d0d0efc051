/** Base64 as it stands in armor, reading side: from bytes to bytes, without a string between them. */
import { MalformedError } from './bytes.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLANKS: ReadonlySet<number> = new Set(Buffer.from(' \t\n\v\f\r', 'latin1'));
/** Where the body ends: at padding, at the checksum, or at the armor's last line. */
const ENDINGS: ReadonlySet<number> = new Set(Buffer.from('=-', 'latin1'));
const NOT_BASE64 = 1 << 31;

/** For each of the four places: a character's bits where they belong; negative for what is no character. */
const [FIRST, SECOND, THIRD, FOURTH] = [18, 12, 6, 0].map(tableFor) as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function tableFor(shift: number): Int32Array {
  const table = new Int32Array(256).fill(NOT_BASE64);
  for (let bits = 0; bits < 64; bits += 1) table[ALPHABET.charCodeAt(bits)] = bits << shift;
  return table;
}

export interface Decoded {
  /** Characters used: all of them, or those before the one that ends the body. */
  readonly used: number;
  readonly bytes: Uint8Array;
}

export class Base64Decoder {
  #out = Buffer.alloc(0);
  /** Of a quantum that is not whole yet. */
  #bits = 0;
  #count = 0;

  /** The characters of the unfinished quantum. */
  get quantum(): string {
    const places = Array.from({ length: this.#count }, (_, i) => 6 * (this.#count - 1 - i));
    return places.map((shift) => ALPHABET[(this.#bits >> shift) & 63]).join('');
  }

  /**
   * Decodes whole quanta and keeps what is left over. The bytes are lent until the next call.
   * @throws MalformedError for anything but base64 and blanks before the end of the body
   */
  decode(text: Uint8Array): Decoded {
    const room = 3 * Math.ceil((text.length + 3) / 4);
    if (this.#out.length < room) this.#out = Buffer.allocUnsafeSlow(room);
    const out = this.#out;
    let at = 0;
    let to = 0;
    while (at < text.length) {
      if (this.#count === 0) {
        // Lines are long and blanks rare: four characters at a time as far as that goes.
        for (; at + 3 < text.length; at += 4, to += 3) {
          const quantum =
            FIRST[text[at]!]! |
            SECOND[text[at + 1]!]! |
            THIRD[text[at + 2]!]! |
            FOURTH[text[at + 3]!]!;
          if (quantum < 0) break;
          out[to] = quantum >> 16;
          out[to + 1] = quantum >> 8;
          out[to + 2] = quantum;
        }
        if (at === text.length) break;
      }
      if (ENDINGS.has(text[at]!)) break;
      if (this.#take(text[at]!)) {
        out.writeUIntBE(this.#bits & 0xffffff, to, 3);
        to += 3;
      }
      at += 1;
    }
    return { used: at, bytes: out.subarray(0, to) };
  }

  /** @returns true when a quantum is whole */
  #take(character: number): boolean {
    const bits = FOURTH[character]!;
    if (bits < 0) {
      if (BLANKS.has(character)) return false;
      throw new MalformedError('not base64');
    }
    this.#bits = (this.#bits << 6) | bits;
    this.#count = (this.#count + 1) % 4;
    return this.#count === 0;
  }
}
