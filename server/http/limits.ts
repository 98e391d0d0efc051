/** How much the server takes on: requests a second of one caller, and requests at a time of all. */
import type { MiddlewareHandler } from 'hono';
import { SdsFailure } from '../sds/failure.ts';

const MAX_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each caller; it holds as much as one second brings. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds; goes forward only */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** @throws SdsFailure TOO_MANY_REQUESTS */
  take(caller: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perSecond, filledAtMs: now };
    const gained = ((now - bucket.filledAtMs) / 1000) * this.#perSecond;
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + gained);
    bucket.filledAtMs = now;
    if (!this.#buckets.has(caller) && this.#buckets.size >= MAX_CALLERS) this.#buckets.clear();
    this.#buckets.set(caller, bucket);
    if (bucket.tokens < 1) {
      throw new SdsFailure(
        'TOO_MANY_REQUESTS',
        `At most ${this.#perSecond} requests a second are taken. Try again in a second.`,
      );
    }
    bucket.tokens -= 1;
  }
}

/**
 * Lets at most so many requests be under way. Counted until an answer's headers are ready: streams that
 * are on their way to a client do not count.
 */
export class ConcurrencyLimit {
  readonly #max: number;
  #underWay = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @param refuse what is thrown for one request too many */
  guard(refuse: () => Error): MiddlewareHandler {
    return async (_, next) => {
      if (this.#underWay >= this.#max) throw refuse();
      this.#underWay += 1;
      try {
        await next();
      } finally {
        this.#underWay -= 1;
      }
    };
  }
}
