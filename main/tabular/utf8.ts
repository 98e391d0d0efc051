/** Where bytes stop being UTF-8 (Unicode 15, table 3-7). `node:buffer` only tells whether. */
import { isUtf8 } from 'node:buffer';

/**
 * Offset of the first byte that cannot belong to UTF-8 text, or -1.
 * `truncated`: the bytes are the beginning of something longer, so that a character cut off at
 * the end is no fault.
 */
export function invalidUtf8Offset(bytes: Uint8Array, truncated = false): number {
  if (isUtf8(bytes)) return -1;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    if (at + length > bytes.length) return truncated ? -1 : at;
    at += length;
  }
  return -1;
}

/** Length of the bytes without a character that the end cuts off; they are UTF-8 but for that. */
export function wholeUtf8Length(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const at = bytes.length - back;
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return sequenceLength(bytes, at) > back ? at : bytes.length;
  }
  return bytes.length;
}

/** Length of the UTF-8 sequence at `at`; 0 when it is wrong within the bytes that are there. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (let index = 1; index < length && at + index < bytes.length; index += 1) {
    const next = bytes[at + index] ?? 0;
    const [low, high] = index === 1 ? secondByteRange(first) : [0x80, 0xbf];
    if (next < low || next > high) return 0;
  }
  return length;
}

/** Narrower than 80–BF where that would be an overlong form, a surrogate, or beyond U+10FFFF. */
function secondByteRange(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
