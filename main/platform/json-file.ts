/** Small JSON files of the profile: validated when read, replaced whole and durably when written, 0600. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { writeAtomically } from './atomic-file.ts';

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
      await writeAtomically(this.#path, `${JSON.stringify(value, null, 2)}\n`);
      return value;
    });
    this.#last = updated.catch(() => undefined);
    return updated;
  }

  #damaged(cause: unknown): AppError {
    return new AppError('PROFILE_FILE_DAMAGED', { file: basename(this.#path) }, { cause });
  }
}
