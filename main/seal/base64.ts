/**
 * Base64 as it stands in armor, reading side. Runs of lines of one length, which is nearly everything, are
 * decoded by Node; whatever is odd about the rest is judged character by character.
 */
import { MalformedError } from './bytes.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLANKS: ReadonlySet<number> = new Set(Buffer.from(' \t\n\v\f\r', 'latin1'));
/** Where the body ends: at padding, at the checksum, or at the armor's last line. */
const ENDINGS: ReadonlySet<number> = new Set(Buffer.from('=-', 'latin1'));
const LF = 0x0a;
const CR = 0x0d;
/** Of the URL-safe alphabet, which Node takes for base64 too. */
const UNDERSCORE = 0x5f;
/** Longer strings are outside the part of the heap that is cheap to allocate from. */
const MAX_RUN_BYTES = 64 * 1024;

/** A character's bits; negative for what is no character. */
const BITS = new Int8Array(256).fill(-1);
for (let bits = 0; bits < 64; bits += 1) BITS[ALPHABET.charCodeAt(bits)] = bits;

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
    let at = 0;
    let to = 0;
    /** Lines up to here did not decode as such. */
    let slowUntil = 0;
    while (at < text.length) {
      if (this.#count === 0 && at >= slowUntil) {
        const lines = evenLines(text, at);
        const bytes = lines && decodeLines(text.subarray(at, lines.end), lines, this.#out, to);
        if (bytes !== undefined) {
          to += bytes;
          at = lines!.end;
          continue;
        }
        slowUntil = lines?.end ?? text.length;
      }
      if (ENDINGS.has(text[at]!)) break;
      if (this.#take(text[at]!)) {
        this.#out.writeUIntBE(this.#bits & 0xffffff, to, 3);
        to += 3;
      }
      at += 1;
    }
    return { used: at, bytes: this.#out.subarray(0, to) };
  }

  /** @returns true when a quantum is whole */
  #take(character: number): boolean {
    const bits = BITS[character]!;
    if (bits < 0) {
      if (BLANKS.has(character)) return false;
      throw new MalformedError('not base64');
    }
    this.#bits = (this.#bits << 6) | bits;
    this.#count = (this.#count + 1) % 4;
    return this.#count === 0;
  }
}

interface EvenLines {
  /** Behind the last line's end. */
  readonly end: number;
  /** Base64 between the line ends, when nothing else is there. */
  readonly characters: number;
}

/** Lines of whole quanta: what is left of one, then some of one length. Undefined where there are none. */
function evenLines(text: Uint8Array, from: number): EvenLines | undefined {
  const first = text.indexOf(LF, from);
  const second = first < 0 ? -1 : text.indexOf(LF, first + 1);
  if (second < 0 || second - from > MAX_RUN_BYTES) return undefined;
  const lineBytes = second - first;
  const endBytes = text[second - 1] === CR ? 2 : 1;
  let last = second;
  while (text[last + lineBytes] === LF && last + lineBytes - from < MAX_RUN_BYTES)
    last += lineBytes;
  const lines = 1 + (last - first) / lineBytes;
  const end = last + 1;
  const characters = end - from - lines * endBytes;
  return characters % 4 === 0 ? { end, characters } : undefined;
}

/** @returns the bytes written; undefined when anything but base64 and the ends of the lines was there */
function decodeLines(
  text: Uint8Array,
  { characters }: EvenLines,
  out: Buffer,
  at: number,
): number | undefined {
  if (text.includes(UNDERSCORE) || [...ENDINGS].some((ending) => text.includes(ending))) {
    return undefined;
  }
  const run = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
  // Node skips what is not base64; the count of bytes tells.
  const bytes = out.write(run, at, 'base64');
  return bytes === (characters / 4) * 3 ? bytes : undefined;
}
