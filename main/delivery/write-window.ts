/**
 * Keeps a bounded number of writes in flight. One write at a time would wait a round trip for every
 * 32 KiB; too many would fill memory. The first failure stops the window.
 */
export class WriteWindow {
  readonly #limit: number;
  #inFlight = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param limit writes in flight at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves when one more write may start; rejects with the first failure. */
  async room(): Promise<void> {
    while (!this.#failure && this.#inFlight >= this.#limit) await this.#change();
    this.#throwFailure();
  }

  /** Resolves when no write is in flight; rejects with the first failure. */
  async drained(): Promise<void> {
    while (!this.#failure && this.#inFlight > 0) await this.#change();
    this.#throwFailure();
  }

  add(write: Promise<void>): void {
    this.#inFlight++;
    write.then(
      () => this.#settle(),
      (error: unknown) => {
        this.#failure ??= { error };
        this.#settle();
      },
    );
  }

  /** There is one writer, so one waiter is enough. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #settle(): void {
    this.#inFlight--;
    this.#wake?.();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
