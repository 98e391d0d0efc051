/** Pulls exact amounts of bytes out of a stream of chunks. */
import type { ByteSource, ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';

export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most `maxBytes`, as they come; undefined at the end. */
  async some(maxBytes: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#iterator.next();
      if (next.done) return undefined;
      this.#chunk = next.value;
    }
    const bytes = this.#chunk.subarray(0, maxBytes);
    this.#chunk = this.#chunk.subarray(bytes.length);
    return bytes;
  }

  /** One byte; undefined at the end. */
  async byte(): Promise<number | undefined> {
    return (await this.some(1))?.[0];
  }

  /** Exactly `sizeBytes`, which the caller has bounded. @throws MalformedError at an early end */
  async exactly(sizeBytes: number): Promise<Buffer> {
    const bytes = Buffer.alloc(sizeBytes);
    let filled = 0;
    for await (const part of this.stream(sizeBytes)) {
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** The next `sizeBytes` as they come. @throws MalformedError at an early end */
  async *stream(sizeBytes: number): ByteStream {
    let left = sizeBytes;
    while (left > 0) {
      const part = await this.some(left);
      if (!part) throw new MalformedError('unexpected end');
      left -= part.length;
      yield part;
    }
  }

  /** Everything that is left. */
  async *rest(): ByteStream {
    for (;;) {
      const part = await this.some(Number.POSITIVE_INFINITY);
      if (!part) return;
      yield part;
    }
  }
}
