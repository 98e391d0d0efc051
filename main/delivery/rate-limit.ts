/** How fast files may go out, all of them together. Bytes are handed over piece by piece, evenly. */
import { cancellable } from './cancel.ts';

/** What may go out at once after a rest: less than a second's worth, so that others on the line feel nothing. */
const BURST_SECONDS = 0.25;

export class RateLimit {
  #bytesPerSecond: number;
  /** When all that was asked for so far has gone, on `performance.now()`. */
  #freeAt = 0;

  /** @param bytesPerSecond 0: no limit */
  constructor(bytesPerSecond = 0) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Holds for what is asked for from now on. @param bytesPerSecond 0: no limit */
  set(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#freeAt = Math.min(this.#freeAt, performance.now());
  }

  /** Resolves when so many bytes may go. @throws AppError CANCELLED */
  async take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#bytesPerSecond === 0) return;
    const now = performance.now();
    const earliest = now - BURST_SECONDS * 1000;
    const begin = Math.max(this.#freeAt, earliest);
    this.#freeAt = begin + (bytes / this.#bytesPerSecond) * 1000;
    const waitMs = begin - now;
    if (waitMs <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await cancellable(waited, signal).finally(() => {
      clearTimeout(timer);
    });
  }
}
