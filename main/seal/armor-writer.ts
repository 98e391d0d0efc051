/**
 * The last stage of sealing: gathers the binary message into blocks, has them armored, and writes them to the
 * sink in their order. Several are under way at once, in memory that is used again and again.
 */
import { ARMOR_BLOCK_BYTES, ARMORED_BLOCK_BYTES } from './armor-encoder.ts';
import type { ArmoredFacts } from './armor-encoder.ts';
import { LocalArmor, ThreadArmor } from './armor-host.ts';
import type { ArmorHost, ArmorSlot } from './armor-host.ts';
import type { ByteSink } from './bytes.ts';

/** One being filled, one being armored, one being written, and one to spare for each. */
const SLOTS = 6;

interface Slot extends ArmorSlot {
  filled: number;
  /** Settles when the sink has taken what was in it. */
  written: Promise<void>;
}

export class ArmorWriter {
  readonly #sink: ByteSink;
  readonly #threadPath: string | undefined;
  readonly #slots: readonly Slot[] = Array.from({ length: SLOTS }, (_, index) => newSlot(index));
  #current = 0;
  #host: ArmorHost | undefined;
  /** When all blocks until now are written. */
  #written: Promise<void> = Promise.resolve();

  /** @param threadPath undefined: blocks are armored in this thread, between other work */
  constructor(sink: ByteSink, threadPath: string | undefined) {
    this.#sink = sink;
    this.#threadPath = threadPath;
  }

  /** Takes a copy; resolves when the next chunk is wanted. @throws what the sink throws */
  async write(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length;) {
      // A full block is held until more arrives: the last one has to be known as such.
      let slot = this.#slot();
      if (slot.filled === ARMOR_BLOCK_BYTES) {
        this.#dispatch(slot, false);
        slot = this.#slot();
        await slot.written;
        slot.filled = 0;
      }
      const part = chunk.subarray(taken, taken + ARMOR_BLOCK_BYTES - slot.filled);
      slot.block.set(part, slot.filled);
      slot.filled += part.length;
      taken += part.length;
    }
  }

  /** Resolves when all is written. @throws what the sink throws */
  async end(): Promise<ArmoredFacts> {
    this.#dispatch(this.#slot(), true);
    await this.#written;
    return this.#host!.finish();
  }

  /** Ends the thread, if there is one. What is not written by then is lost. */
  close(): void {
    this.#host?.close();
  }

  #slot(): Slot {
    return this.#slots[this.#current]!;
  }

  #dispatch(slot: Slot, isLast: boolean): void {
    // A message that fits into one block does not wait for a thread to start.
    this.#host ??=
      isLast || this.#threadPath === undefined
        ? new LocalArmor()
        : new ThreadArmor(this.#threadPath, this.#slots);
    const armored = this.#host.encode(slot, slot.filled, isLast);
    const before = this.#written;
    slot.written = this.#written = this.#deliver(slot, before, armored);
    // A failure is met by the next one who waits for the slot; nobody may be waiting now.
    slot.written.catch(() => undefined);
    this.#current = (this.#current + 1) % SLOTS;
  }

  async #deliver(slot: Slot, before: Promise<void>, armored: Promise<number>): Promise<void> {
    const [length] = await Promise.all([armored, before]);
    await this.#sink.write(slot.out.subarray(0, length));
  }
}

function newSlot(index: number): Slot {
  const block = new Uint8Array(new SharedArrayBuffer(ARMOR_BLOCK_BYTES));
  const out = Buffer.from(new SharedArrayBuffer(ARMORED_BLOCK_BYTES));
  return { index, block, out, filled: 0, written: Promise.resolve() };
}
