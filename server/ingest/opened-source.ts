/**
 * The opened bytes of a data file on their way to a reader: counted against the limit, and
 * readable to their end even after the reader gave up, since only the end tells whether the
 * message was whole.
 */
import { FileFailure } from '../failure.ts';

export class OpenedSource implements AsyncIterable<Uint8Array> {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  readonly #signal: AbortSignal;
  #bytes = 0;
  #failure: Error | undefined;

  constructor(source: AsyncIterable<Uint8Array>, maxBytes: number, signal: AbortSignal) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
    this.#signal = signal;
  }

  /** Has no `return`: a reader that stops early leaves the source open for `drain`. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  /** Reads what is left. @throws what the source throws, at whatever read it did so. */
  async drain(): Promise<void> {
    for (;;) {
      const next = await this.#next();
      if (this.#failure !== undefined) throw this.#failure;
      if (next.done) return;
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#signal.throwIfAborted();
      const next = await this.#iterator.next();
      if (!next.done) this.#count(next.value.length);
      return next;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error('The source failed');
      throw this.#failure;
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) {
      throw new FileFailure(
        'TOO_LARGE',
        `The opened data is larger than the ${this.#maxBytes} bytes that the platform takes.`,
      );
    }
  }
}
