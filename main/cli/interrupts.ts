/** Turns the ways in which a run is broken off into one AbortSignal. */
import { PAUSE } from '../delivery/cancel.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * npm passes on a Ctrl-C that the terminal has sent to the whole process group already;
 * the second one within this time is not the user asking again.
 */
const SAME_PRESS_MS = 500;

export const INTERRUPTED_EXIT = 130;

/** Aborts on the first signal, ends the process at once on the next, and aborts when stdout's reader goes away. */
export class Interrupts {
  readonly #controller = new AbortController();
  #firstAt = 0;
  #readerGone = false;

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // Whatever else went wrong, such as a full disk, is told to whoever wrote.
        if (error.code !== 'EPIPE') return;
        this.#readerGone = true;
        this.#controller.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when nobody reads the output any more (`sealift … | head`): silence is the answer then. */
  get readerGone(): boolean {
    return this.#readerGone;
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    if (!this.#controller.signal.aborted) {
      this.#firstAt = Date.now();
      // Only Ctrl-C is the user's change of mind.
      this.#controller.abort(name === 'SIGINT' ? undefined : PAUSE);
    } else if (Date.now() - this.#firstAt > SAME_PRESS_MS) {
      process.exit(INTERRUPTED_EXIT);
    }
  };
}
