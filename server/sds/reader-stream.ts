/** Content for readers who get it encrypted: AES-128-CBC over the whole, from which ranges are cut. */
import { createCipheriv } from 'node:crypto';
import { ZERO_IV } from './envelope.ts';

const BLOCK_BYTES = 16;

/** How long content becomes: PKCS #7 pads it to the next whole block, always. */
export function encryptedSize(size: number): number {
  return (Math.floor(size / BLOCK_BYTES) + 1) * BLOCK_BYTES;
}

/** @param secret 16 bytes, used for these bytes alone */
export async function* encryptForReader(
  content: AsyncIterable<Buffer>,
  secret: Buffer,
): AsyncGenerator<Buffer, void> {
  const cipher = createCipheriv('aes-128-cbc', secret, ZERO_IV);
  for await (const bytes of content) {
    const sealed = cipher.update(bytes);
    if (sealed.length > 0) yield sealed;
  }
  yield cipher.final();
}

/** The bytes from `start` to before `end`; the source is closed as soon as they are out. */
export async function* cutRange(
  source: AsyncIterable<Buffer>,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer, void> {
  let offset = 0;
  for await (const bytes of source) {
    const part = bytes.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
    offset += bytes.length;
    if (part.length > 0) yield part;
    if (offset >= end) return;
  }
}
