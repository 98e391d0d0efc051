/** A temporary file for bytes that may not be seen yet: encrypted under a key that only memory has. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Cipher } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSink, ByteStream } from './bytes.ts';
import { readError, writeError } from '../platform/file-errors.ts';
import { writeWhole } from './output-file.ts';

const ALGORITHM = 'aes-256-ctr';
const READ_BYTES = 256 * 1024;

export class Spool implements ByteSink {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  readonly #cipher: Cipher = createCipheriv(ALGORITHM, this.#key, this.#iv);

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  static async create(): Promise<Spool> {
    const path = join(tmpdir(), `sealift-${randomBytes(8).toString('hex')}.spool`);
    try {
      const handle = await open(path, 'wx+', 0o600);
      // Unlinked while open, where the system allows it, it is gone even if the program is killed.
      await rm(path).catch(() => undefined);
      return new Spool(handle, path);
    } catch (error) {
      throw writeError(path, error);
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      await writeWhole(this.#handle, this.#cipher.update(chunk));
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  /** What was written, from the start. */
  async *replay(): ByteStream {
    const decipher = createDecipheriv(ALGORITHM, this.#key, this.#iv);
    for (let position = 0; ;) {
      const { bytesRead, buffer } = await this.#handle
        .read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position)
        .catch((error: unknown) => {
          throw readError(this.#path, error);
        });
      if (bytesRead === 0) return;
      position += bytesRead;
      yield decipher.update(buffer.subarray(0, bytesRead));
    }
  }

  /** Removes the file and forgets the key. Never throws. */
  async dispose(): Promise<void> {
    this.#key.fill(0);
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}
