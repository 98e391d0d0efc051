/** When a file whose delivery failed may be tried again: after ever longer pauses, up to half an hour. */

const FIRST_MS = 30_000;
const LONGEST_MS = 30 * 60_000;

export class BackOff {
  readonly #failures = new Map<string, { readonly count: number; readonly notBefore: number }>();

  mayTry(key: string, now: number): boolean {
    return (this.#failures.get(key)?.notBefore ?? 0) <= now;
  }

  failed(key: string, now: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 1));
    this.#failures.set(key, { count, notBefore: now + pause });
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
