/**
 * Content at rest (docs/formats/sds-content.md): a key for each file, 64 KiB segments under AES-256-GCM
 * with a counter as nonce, the last one marked. A segment opens in its own place of its own file only,
 * so that a range needs no more than the segments it touches, and nothing unverified is released.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ContentReader, ContentWriter } from './content-store.ts';

const HEADER = Buffer.from('SealiftContent1\n', 'ascii');
export const SEGMENT_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_SEGMENT_BYTES = SEGMENT_BYTES + TAG_BYTES;
const KEY_BYTES = 32;
const SIZE_BYTES = 8;
const NONCE_BYTES = 12;
/** Where the counter stands in a nonce: seven zero bytes, the counter, the mark of the last segment. */
const COUNTER_AT = 7;
const MAX_SEGMENTS = 2 ** 32;
/** How many segments are read from the store at a time. */
const SEGMENTS_A_READ = 8;

/** What opens content. Its text form is never written anywhere but sealed. */
export interface ContentSecret {
  /** 32 bytes, of this content alone. */
  readonly key: Buffer;
  /** Of the content in clear, in bytes. */
  readonly size: number;
}

/** Content that is not as it was written. Nothing of the damaged part was released. */
export class ContentDamaged extends Error {
  override readonly name = 'ContentDamaged';
}

/** Part of what every segment authenticates: whose content it is. */
export interface ContentPlace {
  readonly tenantId: string;
  readonly vaultId: string;
  readonly id: string;
}

export function packSecret({ key, size }: ContentSecret): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES + SIZE_BYTES);
  key.copy(bytes);
  bytes.writeBigUInt64BE(BigInt(size), KEY_BYTES);
  return bytes;
}

export function unpackSecret(bytes: Buffer): ContentSecret {
  return {
    key: bytes.subarray(0, KEY_BYTES),
    size: Number(bytes.readBigUInt64BE(KEY_BYTES)),
  };
}

/** Seals what it is given, and holds one segment of it, clear and sealed. */
export class SealedContentWriter {
  readonly #target: ContentWriter;
  readonly #sealer: SegmentSealer;
  readonly #key: Buffer;
  /** Full segments are kept until the next byte comes: which one is the last shows at the end. */
  readonly #segment = Buffer.alloc(SEGMENT_BYTES);
  readonly #sealed = Buffer.alloc(SEALED_SEGMENT_BYTES);
  #filled = 0;
  #index = 0;

  /** @param key for test vectors only: a key must never be used for two files */
  constructor(target: ContentWriter, place: ContentPlace, key = randomBytes(KEY_BYTES)) {
    this.#target = target;
    this.#key = key;
    this.#sealer = new SegmentSealer(key, place);
  }

  async write(bytes: Buffer): Promise<void> {
    let taken = 0;
    while (taken < bytes.length) {
      if (this.#filled === SEGMENT_BYTES) await this.#flush(false);
      const part = bytes.subarray(taken, taken + SEGMENT_BYTES - this.#filled);
      part.copy(this.#segment, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
  }

  /** Writes the last segment and makes the content lasting. */
  async commit(): Promise<ContentSecret> {
    const size = this.#index * SEGMENT_BYTES + this.#filled;
    await this.#flush(true);
    await this.#target.commit();
    return { key: this.#key, size };
  }

  discard(): Promise<void> {
    return this.#target.discard();
  }

  async #flush(isLast: boolean): Promise<void> {
    if (this.#index === 0) await this.#target.write(HEADER);
    const plain = this.#segment.subarray(0, this.#filled);
    await this.#target.write(this.#sealer.seal(this.#index, isLast, plain, this.#sealed));
    this.#index += 1;
    this.#filled = 0;
  }
}

/**
 * The bytes from `start` to before `end`, each verified before it is released.
 * @throws ContentDamaged
 */
export async function* readSealedContent(
  source: ContentReader,
  { key, size }: ContentSecret,
  place: ContentPlace,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer, void> {
  const count = segmentCount(size);
  // The right length is sealed with the key: what was cut off or added shows before a byte is out.
  if (source.size !== HEADER.length + size + count * TAG_BYTES) {
    throw new ContentDamaged('The content has another length than was written');
  }
  const buffer = Buffer.alloc(SEGMENTS_A_READ * SEALED_SEGMENT_BYTES);
  if (!(await source.read(buffer.subarray(0, HEADER.length), 0)).equals(HEADER)) {
    throw new ContentDamaged('The content does not begin as it should');
  }
  const sealer = new SegmentSealer(key, place);
  const first = Math.floor(start / SEGMENT_BYTES);
  const stop = end > start ? Math.floor((end - 1) / SEGMENT_BYTES) + 1 : Math.min(first + 1, count);
  for (let at = first; at < stop; at += SEGMENTS_A_READ) {
    const many = Math.min(SEGMENTS_A_READ, stop - at);
    const position = HEADER.length + at * SEALED_SEGMENT_BYTES;
    const bytes = await source.read(buffer.subarray(0, many * SEALED_SEGMENT_BYTES), position);
    for (let n = 0; n < many; n += 1) {
      const index = at + n;
      const sealed = bytes.subarray(n * SEALED_SEGMENT_BYTES, (n + 1) * SEALED_SEGMENT_BYTES);
      const plain = sealer.open(index, index === count - 1, sealed);
      const offset = index * SEGMENT_BYTES;
      const part = plain.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
      if (part.length > 0) yield part;
    }
  }
}

class SegmentSealer {
  readonly #key: Buffer;
  readonly #associated: Buffer;

  constructor(key: Buffer, { tenantId, vaultId, id }: ContentPlace) {
    this.#key = key;
    this.#associated = Buffer.from(`sealift:sds-file-content:${tenantId}:${vaultId}:${id}`, 'utf8');
  }

  /** @param into where it is put. @returns the part of it that was used */
  seal(index: number, isLast: boolean, plain: Buffer, into: Buffer): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce(index, isLast));
    cipher.setAAD(this.#associated);
    const bodyBytes = cipher.update(plain).copy(into);
    cipher.final();
    const tagBytes = cipher.getAuthTag().copy(into, bodyBytes);
    return into.subarray(0, bodyBytes + tagBytes);
  }

  /** @throws ContentDamaged */
  open(index: number, isLast: boolean, sealed: Buffer): Buffer {
    if (sealed.length < TAG_BYTES) throw new ContentDamaged('A segment of the content is missing');
    const bodyEnd = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce(index, isLast), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(this.#associated);
    decipher.setAuthTag(sealed.subarray(bodyEnd));
    try {
      const plain = decipher.update(sealed.subarray(0, bodyEnd));
      decipher.final();
      return plain;
    } catch (error) {
      throw new ContentDamaged('A segment of the content does not open', { cause: error });
    }
  }
}

function nonce(index: number, isLast: boolean): Buffer {
  if (index >= MAX_SEGMENTS) throw new RangeError('The content is too long to be sealed');
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeUInt32BE(index, COUNTER_AT);
  bytes[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return bytes;
}

/** Empty content has one segment, too: the mark of the end. */
function segmentCount(size: number): number {
  return Math.max(1, Math.ceil(size / SEGMENT_BYTES));
}
