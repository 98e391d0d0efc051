/**
 * A sealed file of any length: chunks of `Sealer`, each bound to its place, the last one marked,
 * so that chunks cannot be reordered, dropped or cut off. Memory: one chunk.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Sealer, SealPurpose } from './sealer.ts';

const CHUNK_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;
/** Version, IV and tag of one sealed chunk. */
const SEAL_OVERHEAD_BYTES = 29;

/** Writes text to a new 0600 file at `path`; the file is valid once `close` has resolved. */
export class SealedFileWriter {
  readonly #file: FileHandle;
  readonly #sealer: Sealer;
  readonly #purpose: SealPurpose;
  readonly #id: string;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #index = 0;

  private constructor(file: FileHandle, sealer: Sealer, purpose: SealPurpose, id: string) {
    this.#file = file;
    this.#sealer = sealer;
    this.#purpose = purpose;
    this.#id = id;
  }

  static async create(
    path: string,
    sealer: Sealer,
    purpose: SealPurpose,
    id: string,
  ): Promise<SealedFileWriter> {
    return new SealedFileWriter(await open(path, 'w', 0o600), sealer, purpose, id);
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= CHUNK_BYTES) await this.#flush(false);
  }

  async close(): Promise<void> {
    await this.#flush(true);
    await this.#file.sync();
    await this.#file.close();
  }

  /** Closes without the end mark: what was written can no longer be read. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  async #flush(last: boolean): Promise<void> {
    const plain = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    const sealed = this.#sealer.seal(this.#purpose, chunkId(this.#id, this.#index, last), plain);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    this.#index += 1;
    await this.#file.write(Buffer.concat([length, sealed]));
  }
}

/** Yields the plaintext chunk by chunk; each is authenticated before it is yielded. */
export async function* readSealedFile(
  path: string,
  sealer: Sealer,
  purpose: SealPurpose,
  id: string,
): AsyncGenerator<Buffer> {
  let buffered: Buffer = Buffer.alloc(0);
  let held: Buffer | undefined;
  let index = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    buffered = Buffer.concat([buffered, piece]);
    while (buffered.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + buffered.readUInt32BE(0);
      if (end < LENGTH_BYTES + SEAL_OVERHEAD_BYTES) throw new Error('A sealed file is damaged');
      if (buffered.length < end) break;
      // Which chunk is the last is known only when the file ends: the newest is held back.
      if (held) yield sealer.open(purpose, chunkId(id, index++, false), held);
      held = buffered.subarray(LENGTH_BYTES, end);
      buffered = buffered.subarray(end);
    }
  }
  if (!held || buffered.length > 0) throw new Error('A sealed file was cut short');
  yield sealer.open(purpose, chunkId(id, index, true), held);
}

function chunkId(id: string, index: number, last: boolean): string {
  return `${id}:${index}:${last ? 'last' : 'more'}`;
}
