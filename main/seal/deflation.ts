/**
 * Deflating on all cores: blocks are deflated apart from one another, each ended at a byte boundary by a sync flush,
 * and make one raw deflate stream when put behind one another, as pigz does it. At level 1 by our own deflater in
 * threads of ours (assembly/), above it by zlib on libuv's threads.
 */
import { availableParallelism } from 'node:os';
import { constants, createDeflateRaw } from 'node:zlib';
import type { DeflateRaw } from 'node:zlib';
import type { ByteSource, ByteStream } from './bytes.ts';
import type { Level } from './compression.ts';
import { BlockDeflater, DEFLATE_BLOCK_BYTES, newBlockMemory } from './deflate-block.ts';
import { DeflateHost } from './deflate-host.ts';
import type { BlockLane } from './deflate-host.ts';
import { release } from './recycle.ts';

/** What zlib hands out at a time; see recycle.ts for why it is not the whole block. */
const PIECE_BYTES = 128 * 1024;
/**
 * Half of zlib's usual window and of its tables: they fit into the caches, which is worth a fifth of the time at
 * level 6, and the output is even smaller. The two belong together: with more memory a block could outgrow the
 * window, and zlib could no longer store it when it does not deflate (see `bound`).
 */
const WINDOW_BITS = 14;
const MEMORY_LEVEL = 7;
/** libuv's own default. */
const USUAL_POOL_THREADS = 4;
/** An empty last block: fixed codes, end of block. */
const STREAM_END = Uint8Array.of(0x03, 0x00);

/** Memory for one block and its output: used again and again. */
interface Lane extends BlockLane {
  /** zlib's, once a block of the lane was for it, and its level. */
  engine: { readonly level: Level; readonly zlib: DeflateRaw } | undefined;
  filled: number;
  /** Bytes of output, when it is there. */
  deflated: Promise<number>;
}

/** Deflates one stream, and can tell on the way what has become of its bytes. */
export class Deflation {
  readonly #levelOfBlock: () => Level;
  /** Free ones, the next one to be filled last. */
  readonly #free: Lane[] = [];
  /** Under way, in the order of the stream. */
  readonly #started: Lane[] = [];
  readonly #lanes: Lane[] = [];
  readonly #host: DeflateHost;
  #filling: Lane | undefined;
  #takenBytes = 0;

  /**
   * @param level of all blocks, or asked for each of them
   * @param threadPath of the built thread for level 1; undefined: it runs in this one
   */
  constructor(level: Level | (() => Level), threadPath: string | undefined) {
    this.#levelOfBlock = typeof level === 'function' ? level : () => level;
    this.#host = new DeflateHost(threadPath);
  }

  /** The deflated stream. Its chunks are lent, as all of this room are. */
  async *run(source: ByteSource): ByteStream {
    try {
      yield* this.#deflated(source);
    } finally {
      for (const { engine } of this.#lanes) engine?.zlib.destroy();
      this.#host.close();
    }
  }

  async *#deflated(source: ByteSource): ByteStream {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length;) {
        if (!this.#filling) {
          if (this.#started.length >= lanes()) yield* this.#next();
          this.#filling = this.#free.pop() ?? this.#newLane();
        }
        at += this.#fill(this.#filling, chunk.subarray(at));
      }
    }
    this.#start();
    while (this.#started.length > 0) yield* this.#next();
    this.#takenBytes += STREAM_END.length;
    yield STREAM_END;
  }

  /**
   * Ends the block in hand, so that all bytes given so far have come out. Costs a few bytes.
   * @returns how many came out since the beginning
   */
  async settle(): Promise<number> {
    this.#start();
    const waiting = await Promise.all(this.#started.map(({ deflated }) => deflated));
    return waiting.reduce((sum, bytes) => sum + bytes, this.#takenBytes);
  }

  /**
   * At most so many bytes come of `bytes` more after a `settle`, the stream's end included. What does not deflate
   * is stored, by zlib for 5 bytes in each 8 KiB at most, and each of our blocks ends with a flush of 5 or 6 bytes;
   * this is half as much again.
   */
  static bound(bytes: number): number {
    return bytes + Math.ceil(bytes / 1024) + 64;
  }

  /** @returns how many bytes it has taken */
  #fill(lane: Lane, bytes: Uint8Array): number {
    const part = bytes.subarray(0, DEFLATE_BLOCK_BYTES - lane.filled);
    lane.deflater.input.set(part, lane.filled);
    lane.filled += part.length;
    if (lane.filled === DEFLATE_BLOCK_BYTES) this.#start();
    return part.length;
  }

  #start(): void {
    const lane = this.#filling;
    if (!lane) return;
    this.#filling = undefined;
    const level = this.#levelOfBlock();
    lane.deflated = level === 1 ? this.#host.deflate(lane, lane.filled) : deflate(lane, level);
    lane.deflated.catch(() => undefined); // thrown to whoever takes the output
    this.#started.push(lane);
  }

  async *#next(): ByteStream {
    const lane = this.#started[0]!;
    const bytes = await lane.deflated;
    // Off the list only now: `settle` may ask meanwhile, and counts it once.
    this.#started.shift();
    this.#takenBytes += bytes;
    yield lane.deflater.output.subarray(0, bytes);
    lane.engine?.zlib.reset();
    lane.filled = 0;
    this.#free.push(lane);
  }

  #newLane(): Lane {
    const memory = newBlockMemory();
    const lane: Lane = {
      index: this.#lanes.length,
      memory,
      deflater: new BlockDeflater(memory),
      engine: undefined,
      filled: 0,
      deflated: Promise.resolve(0),
    };
    this.#lanes.push(lane);
    return lane;
  }
}

/** One block a core, and one that waits to be taken; but a thread of the pool is left for files. */
function lanes(): number {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? USUAL_POOL_THREADS);
  return Math.max(1, Math.min(availableParallelism() + 1, threads - 1));
}

/** A lane's engine is made anew for another level only: making one costs more than most blocks do. */
function engineOf(lane: Lane, level: Level): DeflateRaw {
  if (lane.engine?.level !== level) {
    lane.engine?.zlib.destroy();
    const chunkSize = PIECE_BYTES;
    const how = { level, memLevel: MEMORY_LEVEL, windowBits: WINDOW_BITS, chunkSize };
    lane.engine = { level, zlib: createDeflateRaw(how) };
  }
  return lane.engine.zlib;
}

/** Deflates with zlib. @returns how many bytes of output there are */
function deflate(lane: Lane, level: Level): Promise<number> {
  const engine = engineOf(lane, level);
  const { input, output } = lane.deflater;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let last: Buffer | undefined;
    const take = (piece: Buffer): void => {
      // Pieces of one buffer follow one another; then the engine is done with it.
      if (last && last.buffer !== piece.buffer) release(last);
      last = piece;
      bytes += piece.length;
      if (bytes > output.length) reject(new Error('a block deflated to more than its bound'));
      else output.set(piece, bytes - piece.length);
    };
    engine.on('data', take);
    engine.once('error', reject);
    engine.write(input.subarray(0, lane.filled));
    engine.flush(constants.Z_SYNC_FLUSH, () => {
      engine.off('data', take);
      engine.off('error', reject);
      resolve(bytes);
    });
  });
}
