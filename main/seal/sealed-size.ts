/**
 * How large a message can become that is being sealed, told before it is: what has left the deflater is
 * known, and what it still holds is counted as if it did not compress at all. `settle` makes it let go of it.
 */
import { armoredBytes } from './armor.ts';
import type { CompressionChoice } from './compression.ts';
import { Deflation } from './deflation.ts';
import { PARTIAL_CHUNK_BITS, streamedPacketBound } from './packets.ts';
import { SEIPD_EXTRA_BYTES } from './seipd.ts';

/** Where the limit is small, so are the chunks that the literal packet holds back from the deflater. */
const CHUNKS_IN_LIMIT = 1024;

interface SealedSizeOptions {
  readonly compress: CompressionChoice;
  readonly pkeskBytes: number;
  /** Of the literal packet. */
  readonly headerBytes: number;
  readonly limitBytes: number | undefined;
  /** The built thread that deflates, by its path. */
  readonly deflateThread: string | undefined;
}

export class SealedSize {
  readonly chunkBits: number;
  /** Undefined: the content is not compressed. */
  readonly deflation: Deflation | undefined;
  readonly #pkeskBytes: number;
  readonly #headerBytes: number;
  #plainBytes = 0;
  /** Of the literal packet: what has left its framing, and what of that had when the deflater last settled. */
  #framedBytes = 0;
  #settledBytes = 0;
  #deflatedBytes = 0;
  /** The deflater settled when it had come this far. */
  #settledPlainBytes = 0;

  constructor(options: SealedSizeOptions) {
    const { compress, pkeskBytes, headerBytes, limitBytes, deflateThread } = options;
    this.deflation = compress === 'none' ? undefined : new Deflation(compress, deflateThread);
    this.#pkeskBytes = pkeskBytes;
    this.#headerBytes = headerBytes;
    const { least, usual } = PARTIAL_CHUNK_BITS;
    const bits = Math.floor(Math.log2((limitBytes ?? Infinity) / CHUNKS_IN_LIMIT));
    this.chunkBits = Math.max(least, Math.min(usual, bits));
  }

  /** Bytes that the source has given. */
  get plainBytes(): number {
    return this.#plainBytes;
  }

  addPlain(bytes: number): void {
    this.#plainBytes += bytes;
  }

  addFramed(bytes: number): void {
    this.#framedBytes += bytes;
  }

  /** At most so many bytes the armored message has when `furtherBytes` more are sealed and it ends. */
  bound(furtherBytes: number): number {
    const body = this.#headerBytes + this.#plainBytes + furtherBytes;
    const literal = streamedPacketBound(body, this.chunkBits);
    const content = this.deflation ? this.#compressedBound(literal - this.#settledBytes) : literal;
    const usual = PARTIAL_CHUNK_BITS.usual;
    return armoredBytes(this.#pkeskBytes + streamedPacketBound(content + SEIPD_EXTRA_BYTES, usual));
  }

  /**
   * Learns what has become of the bytes given so far. Only the source may call this, between two of its
   * chunks: then all of them have been passed on.
   *
   * @returns false when so little is open that nothing would be learnt
   */
  async settle(): Promise<boolean> {
    const openBytes = this.#plainBytes - this.#settledPlainBytes;
    if (!this.deflation || openBytes <= 2 * 2 ** this.chunkBits) return false;
    const framedBytes = this.#framedBytes;
    this.#settledPlainBytes = this.#plainBytes;
    this.#deflatedBytes = await this.deflation.settle();
    this.#settledBytes = framedBytes;
    return true;
  }

  #compressedBound(openBytes: number): number {
    const body = 1 + this.#deflatedBytes + Deflation.bound(openBytes);
    return streamedPacketBound(body, PARTIAL_CHUNK_BITS.usual);
  }
}
