/** OpenPGP packet framing, writing side (RFC 9580, section 4.2). No cryptography, no files. */
import type { ByteSource, ByteStream } from './bytes.ts';

/** Packet type ids (RFC 9580, section 5; `gnupgAead` is GnuPG's own). */
export const TAG = {
  pkesk: 1,
  signature: 2,
  skesk: 3,
  onePassSignature: 4,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressed: 8,
  encryptedWithoutIntegrity: 9,
  marker: 10,
  literal: 11,
  publicSubkey: 14,
  seipd: 18,
  gnupgAead: 20,
  padding: 21,
} as const;

/** Bytes in each partial-length chunk but the last: a power of two, at least 512 (section 4.2.1.4). */
export const PARTIAL_CHUNK_BITS = { least: 9, usual: 18 } as const;

/** A definite body length in the shortest of its three forms: below 192, below 8384, below 2³². */
export function bodyLength(sizeBytes: number): Uint8Array {
  if (sizeBytes < 192) return Uint8Array.of(sizeBytes);
  if (sizeBytes < 8384) {
    const above = sizeBytes - 192;
    return Uint8Array.of((above >> 8) + 192, above & 0xff);
  }
  const octets = Buffer.alloc(5, 0xff);
  octets.writeUInt32BE(sizeBytes, 1);
  return octets;
}

function tagOctet(tag: number): Uint8Array {
  return Uint8Array.of(0xc0 | tag);
}

/** A whole packet with a body that is at hand. */
export function packet(tag: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([tagOctet(tag), bodyLength(body.length), body]);
}

/**
 * A packet with a body of unknown length: partial-length chunks, then the rest under a definite
 * length. A body shorter than one chunk gets an ordinary header, as the standard demands.
 *
 * @param chunkBits chunks have 2^chunkBits bytes, and up to as many are held back
 */
export async function* streamedPacket(
  tag: number,
  body: ByteSource,
  chunkBits: number = PARTIAL_CHUNK_BITS.usual,
): ByteStream {
  yield tagOctet(tag);
  // The length octet, and room for a chunk behind it: later stages see few and large pieces.
  const chunk = Buffer.allocUnsafeSlow(1 + 2 ** chunkBits);
  chunk[0] = 0xe0 | chunkBits;
  let filled = 1;
  for await (const bytes of body) {
    for (let taken = 0; taken < bytes.length;) {
      // A full chunk is held until more arrives: the last one must have a definite length.
      if (filled === chunk.length) {
        yield chunk;
        filled = 1;
      }
      const part = bytes.subarray(taken, taken + chunk.length - filled);
      chunk.set(part, filled);
      filled += part.length;
      taken += part.length;
    }
  }
  yield bodyLength(filled - 1);
  if (filled > 1) yield chunk.subarray(1, filled);
}

/** At most so many bytes a streamed packet with a body of `bodyBytes` has. */
export function streamedPacketBound(bodyBytes: number, chunkBits: number): number {
  const lengthOctets = Math.floor(bodyBytes / 2 ** chunkBits) + 5;
  return 1 + lengthOctets + bodyBytes;
}

const LITERAL_BINARY = 0x62;
const MAX_FILE_NAME_BYTES = 255;

/**
 * What precedes the data in a literal packet (section 5.9).
 *
 * @param fileName base name; cut at a character boundary to the 255 bytes that the format has room for
 */
export function literalHeader(fileName: string, date: Date): Uint8Array {
  const name = cutUtf8(fileName, MAX_FILE_NAME_BYTES);
  const header = Buffer.alloc(2 + name.length + 4);
  header[0] = LITERAL_BINARY;
  header[1] = name.length;
  header.set(name, 2);
  header.writeUInt32BE(Math.floor(date.getTime() / 1000), 2 + name.length);
  return header;
}

function cutUtf8(text: string, maxBytes: number): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.min(bytes.length, maxBytes);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
