/** ASCII armor, writing side (RFC 9580, section 6): base64 in lines of 64, with the CRC-24. */
import type { ByteSource, ByteStream } from './bytes.ts';
import { Crc24 } from './crc24.ts';

const LINE_BYTES = 48;
const LINE_CHARACTERS = 64;
const NEWLINE = 0x0a;
const HEAD = '-----BEGIN PGP MESSAGE-----\n\n';
const FOOT = '-----END PGP MESSAGE-----\n';
/** `=`, four characters, and the line's end. */
const CRC_LINE_BYTES = 6;

/** Armors a message. No `Version` or `Comment` header: they would tell about the sender only. */
export async function* armor(source: ByteSource): ByteStream {
  yield Buffer.from(HEAD, 'latin1');
  const crc = new Crc24();
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of source) {
    crc.update(chunk);
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % LINE_BYTES);
    if (whole > 0) yield lines(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  }
  const lastLine = rest.length > 0 ? `${base64(rest)}\n` : '';
  yield Buffer.from(`${lastLine}=${base64(crc.digest())}\n${FOOT}`, 'latin1');
}

/** Bytes of the armor around a message of `messageBytes`. */
export function armoredBytes(messageBytes: number): number {
  const lineEnds = Math.ceil(messageBytes / LINE_BYTES);
  return HEAD.length + 4 * Math.ceil(messageBytes / 3) + lineEnds + CRC_LINE_BYTES + FOOT.length;
}

/** @param bytes a whole number of lines */
function lines(bytes: Uint8Array): Uint8Array {
  const characters = Buffer.from(base64(bytes), 'latin1');
  const count = bytes.length / LINE_BYTES;
  const out = Buffer.allocUnsafe(count * (LINE_CHARACTERS + 1));
  for (let line = 0, from = 0, to = 0; line < count; line += 1) {
    characters.copy(out, to, from, from + LINE_CHARACTERS);
    from += LINE_CHARACTERS;
    to += LINE_CHARACTERS;
    out[to] = NEWLINE;
    to += 1;
  }
  return out;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
