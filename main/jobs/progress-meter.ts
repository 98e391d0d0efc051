/** Turns a rising count of bytes into a rate that is calm enough to read. */

const WINDOW_MS = 4_000;

export class ProgressMeter {
  readonly #now: () => number;
  readonly #points: { at: number; done: number }[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Notes `done` bytes in all; answers bytes a second over the last seconds, once that can be said. */
  add(done: number): number | undefined {
    const at = this.#now();
    const last = this.#points.at(-1);
    if (last !== undefined && last.at === at) last.done = done;
    else this.#points.push({ at, done });
    while (this.#points.length > 2 && at - this.#points[0]!.at > WINDOW_MS) this.#points.shift();
    const first = this.#points[0]!;
    return at > first.at ? Math.max(0, ((done - first.done) * 1000) / (at - first.at)) : undefined;
  }
}
