/**
 * The lines of an armored message, block by block, with the CRC-24 and the SHA-256 of what is written. Works
 * on memory that it is given and makes none, since it runs beside the sealing in a thread of its own.
 */
import { createHash } from 'node:crypto';
import { ARMOR, LINE_BYTES, LINE_CHARACTERS } from './armor.ts';
import { Crc24 } from './crc24.ts';

const NEWLINE = 0x0a;
/** Strings of 64 KiB: longer ones are outside the part of the heap that is cheap to allocate from. */
const PIECE_LINES = 1024;
const PIECE_BYTES = PIECE_LINES * LINE_BYTES;

/** Bytes of a block, a whole number of lines and of words. */
export const ARMOR_BLOCK_BYTES = 5 * PIECE_BYTES;
/** What a block can become: its lines, and the beginning and the end of the message around them. */
export const ARMORED_BLOCK_BYTES = 5 * PIECE_LINES * (LINE_CHARACTERS + 1) + 256;

/** Of a whole message. */
export interface ArmoredFacts {
  readonly sealedBytes: number;
  /** Lower-case hex. */
  readonly sealedSha256: string;
}

export class ArmorEncoder {
  readonly #crc = new Crc24();
  readonly #hash = createHash('sha256');
  #sealedBytes = 0;

  /**
   * @param block of ARMOR_BLOCK_BYTES; the last one may be shorter
   * @param out of ARMORED_BLOCK_BYTES
   * @returns how many bytes it has filled
   */
  encode(block: Uint8Array, out: Buffer, isLast: boolean): number {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
    let at = this.#sealedBytes === 0 ? out.write(ARMOR.head, 0, 'latin1') : 0;
    this.#crc.update(bytes);
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      at += writeLines(bytes.toString('base64', from, from + PIECE_BYTES), out, at);
    }
    if (isLast) {
      const checksum = Buffer.from(this.#crc.digest()).toString('base64');
      at += out.write(`=${checksum}\n${ARMOR.foot}`, at, 'latin1');
    }
    this.#hash.update(out.subarray(0, at));
    this.#sealedBytes += at;
    return at;
  }

  /** Once, after the last block. */
  finish(): ArmoredFacts {
    return { sealedBytes: this.#sealedBytes, sealedSha256: this.#hash.digest('hex') };
  }
}

/** Puts a line end behind every 64 characters, and behind the last one; returns the bytes written. */
function writeLines(characters: string, out: Buffer, at: number): number {
  const lines = Math.ceil(characters.length / LINE_CHARACTERS);
  out.write(characters, at, 'latin1');
  // From the last line backwards, so that none is overwritten before it has moved.
  out[at + characters.length + lines - 1] = NEWLINE;
  for (let line = lines - 1; line > 0; line -= 1) {
    const from = at + line * LINE_CHARACTERS;
    const end = Math.min(from + LINE_CHARACTERS, at + characters.length);
    out.copyWithin(from + line, from, end);
    out[from + line - 1] = NEWLINE;
  }
  return characters.length + lines;
}
