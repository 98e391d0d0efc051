/** ASCII armor, reading side (RFC 9580, section 6). A message that is not armored passes as it is. */
import { AppError } from '../../shared/errors/index.ts';
import { Base64Decoder } from './base64.ts';
import type { ByteSource, ByteStream } from './bytes.ts';
import { MalformedError, prepend } from './bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { Crc24 } from './crc24.ts';

/** How much text may stand before the armor, in its headers and in its tail. */
const MAX_HEAD_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;

const BEGIN = /^-----BEGIN PGP MESSAGE-----[ \t]*\r?\n/m;
/** Header lines, then a blank one. */
const HEADERS = /^(?:[^\r\n:]{1,100}:[^\r\n]*\r?\n)*[ \t]*\r?\n/;
const OTHER_ARMOR = /^-----BEGIN PGP ([A-Z ]{1,40})-----/m;

/**
 * The binary message. Everything up to the armor's last line is checked: alphabet, padding, CRC-24
 * where there is one, and that there is a last line at all.
 *
 * @param file shown name, for errors
 * @throws AppError NOT_PGP, NOT_ENCRYPTED; MalformedError for damaged armor
 */
export async function* dearmor(source: ByteSource, file: string): ByteStream {
  const reader = new ByteReader(source);
  const first = await reader.byte();
  if (first === undefined) throw new AppError('NOT_PGP', { file });
  const rest = prepend(Uint8Array.of(first), reader.rest());
  // The first bit of a packet is set; 0xEF begins a UTF-8 mark, and no packet that starts a message.
  if ((first & 0x80) !== 0 && first !== 0xef) yield* rest;
  else yield* decodeArmor(new ByteReader(rest), file);
}

async function* decodeArmor(reader: ByteReader, file: string): ByteStream {
  const crc = new Crc24();
  const base64 = new Base64Decoder();
  let text: Uint8Array = Buffer.from(await skipHead(reader, file), 'latin1');
  for (;;) {
    const { used, bytes } = base64.decode(text);
    if (bytes.length > 0) {
      crc.update(bytes);
      yield bytes;
    }
    if (used < text.length) {
      const tail = await readTail(reader, latin1(text.subarray(used)));
      yield* decodeTail(base64.quantum, tail, crc);
      return;
    }
    text = await readText(reader);
  }
}

/** Skips text and armor headers; returns the first piece of the body. */
async function skipHead(reader: ByteReader, file: string): Promise<string> {
  let head = '';
  for (;;) {
    const chunk = await reader.some(MAX_HEAD_BYTES);
    head += Buffer.from(chunk ?? []).toString('latin1');
    const begin = BEGIN.exec(head.startsWith('\u00ef\u00bb\u00bf') ? head.slice(3) : head);
    const afterBegin = begin ? begin.input.slice(begin.index + begin[0].length) : '';
    const headers = HEADERS.exec(afterBegin);
    if (headers) return afterBegin.slice(headers[0].length);
    if (chunk && head.length < MAX_HEAD_BYTES) continue;
    if (begin) throw new MalformedError('armor headers do not end');
    const kind = OTHER_ARMOR.exec(head)?.[1]?.toLowerCase();
    throw kind && kind !== 'message'
      ? new AppError('NOT_ENCRYPTED', { file, kind })
      : new AppError('NOT_PGP', { file });
  }
}

async function readText(reader: ByteReader): Promise<Uint8Array> {
  const chunk = await reader.some(READ_BYTES);
  if (!chunk) throw new MalformedError('armor without an end');
  return chunk;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

const TAIL = /^(={0,2})\s*(?:=([A-Za-z0-9+/]{4})\s*)?-----END PGP MESSAGE-----/;
const TAIL_ENOUGH = /-----END PGP [A-Z ]+-----/;

async function readTail(reader: ByteReader, start: string): Promise<string> {
  let tail = start;
  while (!TAIL_ENOUGH.test(tail)) {
    if (tail.length > MAX_HEAD_BYTES) throw new MalformedError('armor without an end');
    tail += latin1(await readText(reader));
  }
  return tail;
}

/** The last bytes of the body, once padding and checksum are found right. */
function* decodeTail(quantum: string, tail: string, crc: Crc24): Generator<Uint8Array> {
  // Padding belongs to an unfinished quantum; without one, the first `=` opens the checksum.
  const padding = (4 - quantum.length) % 4;
  const found = TAIL.exec(tail);
  if (!found || found[1]!.length !== padding || padding === 3) {
    throw new MalformedError('armor ends badly');
  }
  const last = Buffer.from(quantum + found[1]!, 'base64');
  if (padding > 0 && last.length !== 3 - padding) throw new MalformedError('not base64');
  crc.update(last);
  const checksum = found[2];
  if (checksum !== undefined && !Buffer.from(checksum, 'base64').equals(crc.digest())) {
    throw new MalformedError('armor checksum is wrong');
  }
  if (last.length > 0) yield last;
}
