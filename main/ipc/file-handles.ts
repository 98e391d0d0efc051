/**
 * Files that the user chose or dropped, by handle. The window holds handles; paths stay here.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import type { FilePurpose, FileRef } from '../../shared/contract/api.ts';
import { AppError } from '../../shared/errors/index.ts';
import { readError } from '../platform/file-errors.ts';

/** More than a user can drop in a session; the oldest are forgotten first. */
const MAX_HANDLES = 5_000;

interface Held {
  readonly path: string;
  readonly name: string;
  readonly purpose: FilePurpose;
}

export class FileHandles {
  readonly #held = new Map<string, Held>();

  /** @throws AppError FILE_NOT_FOUND, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_NOT_READABLE */
  async adopt(path: string, purpose: FilePurpose): Promise<FileRef> {
    const name = basename(path);
    if (!isAbsolute(path))
      throw new AppError('FILE_NOT_FOUND', { file: name || 'what was dropped' });
    const facts = await stat(path).catch((cause: unknown) => {
      throw readError(name, cause);
    });
    if (facts.isDirectory()) throw new AppError('FILE_IS_FOLDER', { file: name });
    if (!facts.isFile()) throw new AppError('FILE_NOT_REGULAR', { file: name });
    const handle = randomUUID();
    this.#held.set(handle, { path, name, purpose });
    const oldest = this.#held.keys().next().value;
    if (this.#held.size > MAX_HANDLES && oldest !== undefined) this.#held.delete(oldest);
    return { handle, name, sizeBytes: facts.size };
  }

  /** A handle serves only the purpose for which its file was chosen. */
  get(handle: string, purpose: FilePurpose): Held {
    const held = this.#held.get(handle);
    if (held?.purpose !== purpose) throw new AppError('FILE_NOT_FOUND', { file: 'chosen before' });
    return held;
  }
}
