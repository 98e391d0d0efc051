/** Entry of a thread that deflates blocks: in memory of the sealing's, as it is told. */
import { parentPort } from 'node:worker_threads';
import { BlockDeflater } from './deflate-block.ts';

export interface ToDeflateThread {
  /** From 0. */
  readonly lane: number;
  /** Bytes of the block that are filled. */
  readonly length: number;
  /** The lane's, when this thread hears of it for the first time. */
  readonly memory?: WebAssembly.Memory;
}

/** Bytes of output, in the order of the blocks. */
export type FromDeflateThread = number;

const deflaters: BlockDeflater[] = [];

parentPort?.on('message', ({ lane, length, memory }: ToDeflateThread) => {
  if (memory) deflaters[lane] = new BlockDeflater(memory);
  const answer: FromDeflateThread = deflaters[lane]!.run(length);
  parentPort?.postMessage(answer);
});
