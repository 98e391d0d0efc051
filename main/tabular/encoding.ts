/** Which encoding the first bytes of a file are in, and turning them into UTF-8 for the look. */
import type { TextEncoding } from '../../shared/domain/data-file.ts';
import { invalidUtf8Offset } from './utf8.ts';

export interface FoundEncoding {
  readonly encoding: TextEncoding;
  readonly hasBom: boolean;
  /** Set when the text is UTF-8 but for some bytes: the first of them. */
  readonly invalidAt?: number;
}

/** `truncated`: the bytes are the beginning of a longer file. */
export function detectEncoding(bytes: Uint8Array, truncated: boolean): FoundEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', hasBom: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', hasBom: true };
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const wide = hasBom ? undefined : utf16WithoutBom(bytes);
  if (wide) return { encoding: wide, hasBom: false };
  const invalidAt = invalidUtf8Offset(bytes, truncated);
  if (invalidAt < 0) return { encoding: 'utf-8', hasBom };
  if (hasBom || hasMultiByteUtf8(bytes)) return { encoding: 'utf-8', hasBom, invalidAt };
  return { encoding: 'windows-1252', hasBom: false };
}

/** The bytes as UTF-8. */
export function toUtf8(bytes: Uint8Array, encoding: TextEncoding): Uint8Array {
  if (encoding === 'utf-8') return bytes;
  const text =
    encoding === 'windows-1252'
      ? decodeWindows1252(bytes)
      : new TextDecoder(encoding).decode(bytes);
  return Buffer.from(text, 'utf8');
}

/** 0x80 to 0x9F, the only codes in which Windows-1252 differs from Latin-1. */
const WINDOWS_1252_SIGNS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Codes without a sign become control characters. Not by TextDecoder: several versions of Node read Windows-1252 as Latin-1 there. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (sign) => WINDOWS_1252_SIGNS.charAt(sign.charCodeAt(0) - 0x80));
}

/** Text of mostly ASCII letters has a NUL in every second byte when it is UTF-16. */
function utf16WithoutBom(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const looked = Math.min(bytes.length, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < looked; index += 2) {
    if (bytes[index] === 0) even += 1;
    if (bytes[index + 1] === 0) odd += 1;
  }
  const many = looked / 4;
  if (odd > many && even < odd / 8) return 'utf-16le';
  if (even > many && odd < even / 8) return 'utf-16be';
  return undefined;
}

/**
 * Tells UTF-8 with a few damaged bytes from a one-byte encoding, in which a valid sequence of
 * several bytes (`Ã` and the like, followed by a sign) hardly ever occurs.
 */
function hasMultiByteUtf8(bytes: Uint8Array): boolean {
  for (let index = 0; index + 1 < bytes.length; index += 1) {
    const first = bytes[index] ?? 0;
    if (first < 0xc2 || first > 0xf4) continue;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (invalidUtf8Offset(bytes.subarray(index, index + length)) < 0) return true;
  }
  return false;
}
