/**
 * Compression of message content (RFC 9580, section 5.6). ZIP is raw deflate, ZLIB deflate with its
 * header: both through node:zlib as streams. BZIP2 is read only, by bunzip2.ts.
 */
import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { constants, createDeflateRaw, createInflate, createInflateRaw } from 'node:zlib';
import type { ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';

/** `none`, or ZIP at a level from 1 (fast) to 9 (small). */
export type Compression = 'none' | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Compression algorithm ids (section 9.4). */
export const COMPRESSION = { none: 0, zip: 1, zlib: 2, bzip2: 3 } as const;

const ENGINE_CHUNK_BYTES = 64 * 1024;

/** Deflates one stream, and can tell on the way what has become of its bytes. */
export class Deflation {
  readonly #engine;
  #taken = 0;

  constructor(level: Exclude<Compression, 'none'>) {
    this.#engine = createDeflateRaw({ level, chunkSize: ENGINE_CHUNK_BYTES });
  }

  async *run(source: ByteStream): ByteStream {
    for await (const chunk of through(source, this.#engine)) {
      this.#taken += chunk.length;
      yield chunk;
    }
  }

  /**
   * Ends the block in hand, so that all bytes given so far have come out. Costs a few bytes.
   * @returns how many came out since the beginning
   */
  settle(): Promise<number> {
    return new Promise((resolve) => {
      this.#engine.flush(constants.Z_SYNC_FLUSH, () => {
        resolve(this.#taken + this.#engine.readableLength);
      });
    });
  }

  /**
   * At most so many bytes come of `bytes` more after a `settle`, the stream's end included. zlib stores what
   * does not deflate, for 5 bytes in each 16 KiB at most and its `deflateBound` for a small part of that;
   * this is twice as much.
   */
  static bound(bytes: number): number {
    return bytes + Math.ceil(bytes / 1024) + 64;
  }
}

/**
 * Inflates ZIP or ZLIB content.
 *
 * @throws MalformedError for content that does not inflate, ends early, or goes on after its end
 */
export async function* inflate(source: ByteStream, algorithm: 1 | 2): ByteStream {
  const create = algorithm === COMPRESSION.zip ? createInflateRaw : createInflate;
  try {
    yield* through(source, create({ chunkSize: ENGINE_CHUNK_BYTES }));
  } catch (error) {
    if (isZlibError(error)) throw new MalformedError('content does not inflate', { cause: error });
    throw error;
  }
  // zlib stops reading at the end of its own stream; whoever verifies below still needs the rest.
  let trailing = false;
  for await (const chunk of source) trailing ||= chunk.length > 0;
  if (trailing) throw new MalformedError('bytes after the end of the compressed content');
}

async function* through(source: ByteStream, engine: Transform): ByteStream {
  // The callback has no use: a failure destroys the engine with it, and the iteration throws it.
  pipeline(source, engine, () => undefined);
  yield* engine as AsyncIterable<Uint8Array>;
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
