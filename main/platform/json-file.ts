/** Small JSON files of the profile: validated when read, replaced whole and durably when written, 0600. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';

/** Writes beside the target and renames, so that a crash leaves the old content or the new, never a mix. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
}

export class JsonFile<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #initial: T;
  #last: Promise<unknown> = Promise.resolve();

  /** `initial` stands for a file that is not there yet. */
  constructor(path: string, schema: z.ZodType<T>, initial: T) {
    this.#path = path;
    this.#schema = schema;
    this.#initial = initial;
  }

  /** @throws AppError PROFILE_FILE_DAMAGED when what is there cannot be understood; it is left as it is. */
  async read(): Promise<T> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return this.#initial;
      throw this.#damaged(cause);
    }
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw this.#damaged(cause);
    }
  }

  /** Reads, changes and replaces; one update at a time. */
  update(change: (value: T) => T): Promise<T> {
    const updated = this.#last.then(async () => {
      const value = change(await this.read());
      await replaceFile(this.#path, `${JSON.stringify(value, null, 2)}\n`);
      return value;
    });
    this.#last = updated.catch(() => undefined);
    return updated;
  }

  #damaged(cause: unknown): AppError {
    return new AppError('PROFILE_FILE_DAMAGED', { file: basename(this.#path) }, { cause });
  }
}
