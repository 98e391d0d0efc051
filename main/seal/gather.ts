/** Big blocks out of small chunks, the next one already being made while the last one is worked on. */
import type { ByteSource, ByteStream } from './bytes.ts';

/**
 * The same bytes in blocks of `blockBytes`, the last one shorter. While the caller works on a block, or waits
 * for a thread that does, the source is already asked for the next: two stages that follow one another run
 * at the same time. Lent, as all chunks of this room are, until the next one is asked for.
 */
export async function* gatheredAhead(source: ByteSource, blockBytes: number): ByteStream {
  const filler = new Filler(source, blockBytes);
  let next = filler.fill();
  try {
    for (;;) {
      const block = await next;
      if (block.length === 0) return;
      next = filler.fill();
      next.catch(() => undefined); // thrown above, when it is awaited
      yield block;
    }
  } finally {
    filler.stop();
  }
}

class Filler {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** Filled in turn: one is in the caller's hands. */
  readonly #buffers: [Buffer, Buffer];
  /** Of the source's last chunk, what did not fit any more. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, blockBytes: number) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#buffers = [Buffer.allocUnsafeSlow(blockBytes), Buffer.allocUnsafeSlow(blockBytes)];
  }

  /** @returns nothing at the end */
  async fill(): Promise<Uint8Array> {
    const [buffer, other] = this.#buffers;
    this.#buffers[0] = other;
    this.#buffers[1] = buffer;
    let filled = 0;
    while (filled < buffer.length) {
      if (this.#rest.length === 0) {
        const next = await this.#iterator.next();
        if (next.done) break;
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return buffer.subarray(0, filled);
  }

  /** Not awaited: a source that is stuck in a read would hold it up. */
  stop(): void {
    void this.#iterator.return?.().then(undefined, () => undefined);
  }
}
