/** Locks when nobody has touched the window for a while. Work under way keeps it open: it would fail at its next step. */

const CHECK_MS = 5_000;

export interface IdleLockOptions {
  /** 0: never. */
  readonly minutes: () => Promise<number>;
  readonly isBusy: () => boolean;
  readonly lock: () => Promise<unknown>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export class IdleLock {
  readonly #options: IdleLockOptions;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #touchedAt: number;
  #isLocked = false;

  constructor(options: IdleLockOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#touchedAt = this.#now();
    this.#timer = setInterval(() => void this.check(), CHECK_MS);
  }

  /** Someone is there. */
  touch(): void {
    this.#touchedAt = this.#now();
    this.#isLocked = false;
  }

  async check(): Promise<void> {
    if (this.#options.isBusy()) this.#touchedAt = this.#now();
    const minutes = await this.#options.minutes().catch(() => 0);
    const isIdle = minutes > 0 && this.#now() - this.#touchedAt >= minutes * 60_000;
    if (!isIdle || this.#isLocked) return;
    this.#isLocked = true;
    await this.#options.lock();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
