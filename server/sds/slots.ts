/** At most so many transfers at a time: unlike other requests they last as long as the network takes. */
import { SdsFailure } from './failure.ts';

export class Slots {
  readonly #max: number;
  readonly #what: string;
  #taken = 0;

  /** @param what is transferred, as a plural */
  constructor(max: number, what: string) {
    this.#max = max;
    this.#what = what;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * @returns gives the slot back; to be called once
   * @throws SdsFailure BUSY
   */
  take(): () => void {
    if (this.#taken >= this.#max) {
      throw new SdsFailure('BUSY', `At most ${this.#max} ${this.#what} run at a time. Try again.`);
    }
    this.#taken += 1;
    return () => {
      this.#taken -= 1;
    };
  }
}
