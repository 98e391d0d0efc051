/** Where blocks are deflated: here, or in threads once the message has proved to be worth them. */
import type { BlockDeflater } from './deflate-block.ts';
import type { FromDeflateThread, ToDeflateThread } from './deflate-thread.ts';
import { ThreadCalls } from './thread-calls.ts';

/** A block's room. */
export interface BlockLane {
  /** From 0. */
  readonly index: number;
  readonly memory: WebAssembly.Memory;
  readonly deflater: BlockDeflater;
}

/**
 * Blocks that are deflated here before threads are started: 4 MiB, which take 15 ms, less than a thread needs to
 * start and to be compiled.
 */
const BLOCKS_HERE = 8;
/** What one thread deflates, the sealing's own needs as long to hash and encrypt; the second is to spare. */
const THREADS = 2;

export class DeflateHost {
  readonly #threadPath: string | undefined;
  readonly #threads: DeflateThread[] = [];
  #blocks = 0;

  /** @param threadPath undefined: all blocks are deflated in this thread */
  constructor(threadPath: string | undefined) {
    this.#threadPath = threadPath;
  }

  /** @returns bytes of the lane's output */
  async deflate(lane: BlockLane, length: number): Promise<number> {
    this.#blocks += 1;
    if (this.#threadPath === undefined || this.#blocks <= BLOCKS_HERE) {
      return lane.deflater.run(length);
    }
    while (this.#threads.length < THREADS) this.#threads.push(new DeflateThread(this.#threadPath));
    const idlest = this.#threads.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    return idlest.deflate(lane, length);
  }

  /** Ends the threads, whatever they are doing. */
  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}

class DeflateThread extends ThreadCalls<ToDeflateThread, FromDeflateThread> {
  readonly #known = new Set<BlockLane>();

  deflate(lane: BlockLane, length: number): Promise<number> {
    const { index, memory } = lane;
    const isNew = !this.#known.has(lane);
    this.#known.add(lane);
    return this.call({ lane: index, length, ...(isNew && { memory }) });
  }
}
