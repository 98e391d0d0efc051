/** Where blocks are armored: in a thread of their own, or here, for a message that is not worth one. */
import { ArmorEncoder } from './armor-encoder.ts';
import type { ArmoredFacts } from './armor-encoder.ts';
import type { ArmorThreadData, FromArmorThread, ToArmorThread } from './armor-thread.ts';
import { ThreadCalls } from './thread-calls.ts';

/** A block and what becomes of it. Memory that both threads see. */
export interface ArmorSlot {
  readonly index: number;
  readonly block: Uint8Array;
  readonly out: Buffer;
}

export interface ArmorHost {
  /** Slots are encoded in the order of the calls. @returns bytes of the slot's output */
  encode(slot: ArmorSlot, length: number, isLast: boolean): Promise<number>;
  /** After the last slot was encoded. */
  finish(): ArmoredFacts;
  /** Ends the thread, whatever it is doing. */
  close(): void;
}

export class LocalArmor implements ArmorHost {
  readonly #encoder = new ArmorEncoder();

  encode({ block, out }: ArmorSlot, length: number, isLast: boolean): Promise<number> {
    return Promise.resolve(this.#encoder.encode(block.subarray(0, length), out, isLast));
  }

  finish(): ArmoredFacts {
    return this.#encoder.finish();
  }

  close(): void {
    // Nothing runs here between two calls.
  }
}

export class ThreadArmor implements ArmorHost {
  readonly #thread: ThreadCalls<ToArmorThread, FromArmorThread>;
  #facts: ArmoredFacts | undefined;

  constructor(threadPath: string, slots: readonly ArmorSlot[]) {
    const workerData: ArmorThreadData = {
      blocks: slots.map(({ block }) => block),
      outs: slots.map(({ out }) => out),
    };
    this.#thread = new ThreadCalls(threadPath, { workerData });
  }

  async encode({ index }: ArmorSlot, length: number, isLast: boolean): Promise<number> {
    const answer = await this.#thread.call({ slot: index, length, isLast });
    this.#facts = answer.facts;
    return answer.length;
  }

  finish(): ArmoredFacts {
    if (!this.#facts) throw new Error('the armor has not ended');
    return this.#facts;
  }

  close(): void {
    this.#thread.close();
  }
}
