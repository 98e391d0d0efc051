/** Entry of the thread that armors: takes blocks of memory that it shares with the sealing, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { ArmorEncoder } from './armor-encoder.ts';
import type { ArmoredFacts } from './armor-encoder.ts';

/** The memory of all slots, shared. */
export interface ArmorThreadData {
  readonly blocks: readonly Uint8Array[];
  readonly outs: readonly Uint8Array[];
}

export interface ToArmorThread {
  readonly slot: number;
  /** Bytes of the block that are filled. */
  readonly length: number;
  readonly isLast: boolean;
}

export interface FromArmorThread {
  /** Bytes of the slot's output. */
  readonly length: number;
  /** With the last one. */
  readonly facts?: ArmoredFacts;
}

const { blocks, outs } = workerData as ArmorThreadData;
const encoder = new ArmorEncoder();

parentPort?.on('message', ({ slot, length, isLast }: ToArmorThread) => {
  const block = blocks[slot]!;
  const out = outs[slot]!;
  const view = Buffer.from(out.buffer, out.byteOffset, out.length);
  const written = encoder.encode(block.subarray(0, length), view, isLast);
  const answer: FromArmorThread = { length: written, ...(isLast && { facts: encoder.finish() }) };
  parentPort?.postMessage(answer);
});
