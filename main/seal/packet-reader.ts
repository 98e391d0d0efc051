/** OpenPGP packet framing, reading side: both header formats (RFC 9580, section 4.2). */
import type { ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';
import type { ByteReader } from './byte-reader.ts';
import { TAG } from './packets.ts';

export interface IncomingPacket {
  readonly tag: number;
  /** Must be read to its end before the next packet is asked for. */
  readonly body: ByteStream;
}

/** Where a packet should begin there is something else. */
export class NotAPacketError extends MalformedError {}

/** Partial and indeterminate lengths are for packets that hold data of any size (section 4.2.1.4). */
const STREAMED_TAGS: ReadonlySet<number> = new Set([
  TAG.compressed,
  TAG.encryptedWithoutIntegrity,
  TAG.literal,
  TAG.seipd,
  TAG.gnupgAead,
]);

/**
 * The next packet, or undefined at the end of the stream.
 *
 * @throws NotAPacketError for a header that is none; its body throws MalformedError at an early end
 */
export async function nextPacket(reader: ByteReader): Promise<IncomingPacket | undefined> {
  const header = await reader.byte();
  if (header === undefined) return undefined;
  if ((header & 0x80) === 0) throw new NotAPacketError('not a packet');
  const newFormat = (header & 0x40) !== 0;
  const tag = newFormat ? header & 0x3f : (header >> 2) & 0x0f;
  if (tag === 0) throw new NotAPacketError('reserved packet type');
  return { tag, body: newFormat ? newBody(reader, tag) : oldBody(reader, tag, header & 0x03) };
}

async function* newBody(reader: ByteReader, tag: number): ByteStream {
  for (;;) {
    const first = await lengthOctet(reader);
    const partial = first >= 224 && first < 255;
    if (partial && !STREAMED_TAGS.has(tag)) throw new MalformedError('partial length not allowed');
    yield* reader.stream(partial ? 2 ** (first & 0x1f) : await newLength(reader, first));
    if (!partial) return;
  }
}

async function newLength(reader: ByteReader, first: number): Promise<number> {
  if (first < 192) return first;
  if (first < 224) return ((first - 192) << 8) + (await lengthOctet(reader)) + 192;
  return (await reader.exactly(4)).readUInt32BE();
}

/** @param lengthType 0 to 2: a length of 1, 2 or 4 octets; 3: to the end of what surrounds it */
async function* oldBody(reader: ByteReader, tag: number, lengthType: number): ByteStream {
  if (lengthType < 3) {
    const octets = 2 ** lengthType;
    yield* reader.stream((await reader.exactly(octets)).readUIntBE(0, octets));
    return;
  }
  if (!STREAMED_TAGS.has(tag)) throw new MalformedError('indeterminate length not allowed');
  yield* reader.rest();
}

async function lengthOctet(reader: ByteReader): Promise<number> {
  const octet = await reader.byte();
  if (octet === undefined) throw new MalformedError('unexpected end');
  return octet;
}

/** Reads a small packet whole. @throws MalformedError beyond `maxBytes` */
export async function readBody(body: ByteStream, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxBytes) throw new MalformedError('packet too large');
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

/** Reads to the end and forgets. */
export async function drain(source: ByteStream): Promise<void> {
  for await (const part of source) void part;
}
