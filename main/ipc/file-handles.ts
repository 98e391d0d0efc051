/**
 * Files that the user chose or dropped, by handle. The window holds handles; paths stay here.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import type { AdoptedFiles, FilePurpose, FileRef } from '../../shared/contract/api.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import { readError } from '../platform/file-errors.ts';

/** More than a user can drop in a session; the oldest are forgotten first. */
const MAX_HANDLES = 5_000;

type Wanted = Pick<Held, 'path' | 'purpose'>;

interface Held {
  readonly path: string;
  readonly name: string;
  readonly purpose: FilePurpose;
  /** The user agreed that it is converted on its way into check and seal. */
  readonly convert: boolean;
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
    this.#held.set(handle, { path, name, purpose, convert: false });
    const oldest = this.#held.keys().next().value;
    if (this.#held.size > MAX_HANDLES && oldest !== undefined) this.#held.delete(oldest);
    return { handle, name, sizeBytes: facts.size };
  }

  /** One that cannot be taken does not keep out the others. */
  async adoptAll(wanted: readonly Wanted[]): Promise<AdoptedFiles> {
    const files: FileRef[] = [];
    const refused: ErrorView[] = [];
    for (const { path, purpose } of wanted) {
      try {
        files.push(await this.adopt(path, purpose));
      } catch (fault) {
        if (!(fault instanceof AppError)) throw fault;
        refused.push(fault.toView());
      }
    }
    return { files, refused };
  }

  /** A handle serves only the purpose for which its file was chosen. */
  get(handle: string, purpose: FilePurpose): Held {
    const held = this.#held.get(handle);
    if (held?.purpose !== purpose) throw new AppError('FILE_NOT_FOUND', { file: 'chosen before' });
    return held;
  }

  /** Notes whether a data file may be converted: from here on check and delivery keep to it. */
  setConvert(handle: string, convert: boolean): Held {
    const held = { ...this.get(handle, 'data'), convert };
    this.#held.set(handle, held);
    return held;
  }
}
