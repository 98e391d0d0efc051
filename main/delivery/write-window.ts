/**
 * Bounds what is on the way to the server: one write at a time would wait a round trip for each, too many
 * would fill memory. The first failure stops the window.
 */
export class WriteWindow {
  readonly #limitBytes: number;
  /** On the way, by lane. */
  readonly #bytes: number[];
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param limitBytes on the way in each lane, which the last write may pass */
  constructor(limitBytes: number, lanes: number) {
    this.#limitBytes = limitBytes;
    this.#bytes = new Array<number>(lanes).fill(0);
  }

  /** Resolves with the lane in which the next write may start; rejects with the first failure. */
  async room(): Promise<number> {
    for (;;) {
      this.#throwFailure();
      const least = Math.min(...this.#bytes);
      if (least < this.#limitBytes) return this.#bytes.indexOf(least);
      await this.#change();
    }
  }

  /** Resolves when no write is on the way; rejects with the first failure. */
  async drained(): Promise<void> {
    while (!this.#failure && this.#bytes.some((bytes) => bytes > 0)) await this.#change();
    this.#throwFailure();
  }

  /** @param write settles when the server has answered */
  add(lane: number, bytes: number, write: Promise<void>): void {
    this.#move(lane, bytes);
    write.then(
      () => this.#settle(lane, bytes),
      (error: unknown) => {
        this.#failure ??= { error };
        this.#settle(lane, bytes);
      },
    );
  }

  #move(lane: number, bytes: number): void {
    this.#bytes[lane] = (this.#bytes[lane] ?? 0) + bytes;
  }

  /** There is one writer, so one waiter is enough. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #settle(lane: number, bytes: number): void {
    this.#move(lane, -bytes);
    this.#wake?.();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
