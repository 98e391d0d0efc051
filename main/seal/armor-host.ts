/** Where blocks are armored: in a thread of their own, or here, for a message that is not worth one. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ArmorEncoder } from './armor-encoder.ts';
import type { ArmoredFacts } from './armor-encoder.ts';
import type { ArmorThreadData, FromArmorThread, ToArmorThread } from './armor-thread.ts';

/** The built thread. Its name is given to it in electron.vite.config.ts. */
const THREAD_FILE = 'armor-thread.js';

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

/**
 * The built thread beside this module; undefined where the program runs from its sources, as the unit tests
 * do, and where a second thread would have no core of its own.
 */
export function armorThread(): string | undefined {
  if (availableParallelism() < 2) return undefined;
  // Bundled, this module lies in the folder of the program or in one for parts that programs share.
  const places = [`./${THREAD_FILE}`, `../${THREAD_FILE}`];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
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

interface Awaited {
  readonly resolve: (length: number) => void;
  readonly reject: (reason: unknown) => void;
}

export class ThreadArmor implements ArmorHost {
  readonly #worker: Worker;
  /** In the order of the calls, which is that of the answers. */
  readonly #awaited: Awaited[] = [];
  #facts: ArmoredFacts | undefined;
  #failure: Error | undefined;

  constructor(threadPath: string, slots: readonly ArmorSlot[]) {
    const workerData: ArmorThreadData = {
      blocks: slots.map(({ block }) => block),
      outs: slots.map(({ out }) => out),
    };
    this.#worker = new Worker(threadPath, { workerData });
    this.#worker.on('message', ({ length, facts }: FromArmorThread) => {
      this.#facts = facts;
      this.#awaited.shift()?.resolve(length);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the armor thread has ended')));
  }

  encode({ index }: ArmorSlot, length: number, isLast: boolean): Promise<number> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#awaited.push({ resolve, reject });
      this.#worker.postMessage({ slot: index, length, isLast } satisfies ToArmorThread);
    });
  }

  finish(): ArmoredFacts {
    if (!this.#facts) throw new Error('the armor has not ended');
    return this.#facts;
  }

  close(): void {
    void this.#worker.terminate();
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    for (const { reject } of this.#awaited.splice(0)) reject(reason);
  }
}
