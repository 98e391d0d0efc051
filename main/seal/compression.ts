/**
 * Compression of message content (RFC 9580, section 5.6), reading side. ZIP is raw deflate, ZLIB deflate with
 * its header: both through node:zlib. BZIP2 is read only, by bunzip2.ts; ZIP is written by deflation.ts.
 */
import { createInflate, createInflateRaw } from 'node:zlib';
import type { InflateRaw } from 'node:zlib';
import type { ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';
import { gatheredAhead } from './gather.ts';
import { release } from './recycle.ts';

/** From 1 (fast) to 9 (small). */
export type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** `none`, or ZIP at a level. */
export type Compression = 'none' | Level;

/** A level may also be chosen while sealing goes on, anew for each block (`DEFLATE_BLOCK_BYTES`). */
export type CompressionChoice = Compression | (() => Level);

/**
 * Where the user says nothing. On rows of text the output is as large as gpg's with its default of 6, for a seventh of
 * the work (docs/performance.md).
 */
export const DEFAULT_COMPRESSION = 1 satisfies Level;

/** Compression algorithm ids (section 9.4). */
export const COMPRESSION = { none: 0, zip: 1, zlib: 2, bzip2: 3 } as const;

/** Each is a trip to a thread of the pool. */
const INPUT_BYTES = 128 * 1024;
/** What zlib hands out at a time; see recycle.ts for why it is not more. */
const OUTPUT_BYTES = 256 * 1024;

/**
 * Inflates ZIP or ZLIB content, on a thread of libuv's pool.
 *
 * @throws MalformedError for content that does not inflate, ends early, or goes on after its end
 */
export async function* inflate(source: ByteStream, algorithm: 1 | 2): ByteStream {
  const create = algorithm === COMPRESSION.zip ? createInflateRaw : createInflate;
  const engine = create({ chunkSize: OUTPUT_BYTES });
  const fed = feed(gatheredAhead(source, INPUT_BYTES), engine);
  // The iteration below throws it.
  fed.catch((error: Error) => engine.destroy(error));
  try {
    let last: Buffer | undefined;
    for await (const piece of engine as AsyncIterable<Buffer>) {
      // Pieces of one buffer follow one another; then the engine is done with it.
      if (last && last.buffer !== piece.buffer) release(last);
      last = piece;
      yield piece;
    }
    if (await fed) throw new MalformedError('bytes after the end of the compressed content');
  } catch (error) {
    if (isZlibError(error)) throw new MalformedError('content does not inflate', { cause: error });
    throw error;
  } finally {
    engine.destroy();
  }
}

/**
 * Reads the source to its end, also behind the end of the compressed stream, since whoever verifies below
 * needs all of it.
 *
 * @returns whether something is behind the end of the compressed stream
 */
async function feed(source: ByteStream, engine: InflateRaw): Promise<boolean> {
  let given = 0;
  let isTrailing = false;
  for await (const block of source) {
    if (engine.readableEnded) {
      isTrailing = true;
      continue;
    }
    given += block.length;
    await write(engine, block);
  }
  if (!engine.readableEnded) engine.end();
  return isTrailing || given > engine.bytesWritten;
}

/** Resolves when the engine has used the block up, or has come to the end of its stream. */
function write(engine: InflateRaw, block: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Which the engine says in this way only, when the block goes on behind it.
    engine.once('end', resolve);
    engine.write(block, (error) => {
      engine.off('end', resolve);
      if (error) reject(error);
      else resolve();
    });
  });
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
