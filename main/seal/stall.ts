/**
 * Ends the wait for OpenPGP.js where it will never answer: for some messages that are damaged where the
 * encrypted data begins, it waits for bytes that nobody reads any more. A source that is slow is not meant.
 */
import { MalformedError } from './bytes.ts';
import type { ByteSource, ByteStream } from './bytes.ts';

/** Nothing was asked for and nothing came out for so long: the message will never be opened. */
const STALL_MS = 60_000;
const LOOKS = 20;

export class StallGuard {
  readonly #stallMs: number;
  /** The source owes bytes: the wait is for it. */
  #isReading = false;
  #lastMove = performance.now();

  /** @param stallMs for tests */
  constructor(stallMs = STALL_MS) {
    this.#stallMs = stallMs;
  }

  /** The same bytes, watched. */
  async *watch(source: ByteSource): ByteStream {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#isReading = true;
        const next = await iterator.next();
        this.#isReading = false;
        this.#lastMove = performance.now();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      this.#isReading = false;
      await iterator.return?.();
    }
  }

  /** @throws MalformedError when nothing moves any more, and what the work throws */
  async inTime<T>(work: Promise<T>): Promise<T> {
    this.#lastMove = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        if (this.#isReading || performance.now() - this.#lastMove < this.#stallMs) return;
        reject(new MalformedError('nothing more comes of it'));
      }, this.#stallMs / LOOKS);
    });
    try {
      return await Promise.race([work, stalled]);
    } finally {
      clearInterval(timer);
    }
  }

  /** The chunks of `opened`, none of which may be waited for in vain. */
  async *each(opened: AsyncIterable<Uint8Array>): ByteStream {
    const chunks = opened[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.inTime(chunks.next());
      if (next.done) return;
      yield next.value;
    }
  }
}
