/** Output that is all there or not there: written as `<name>.part`, renamed when it is complete. */
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { syncFolder } from '../platform/atomic-file.ts';
import type { ByteSink } from './bytes.ts';
import { errorCode, writeError } from '../platform/file-errors.ts';

/** What systems say that have no hard links, FAT on Linux among them. */
const NO_LINKS: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'ENOSYS'];

const OWNER_ONLY = 0o600;

export class OutputFile implements ByteSink {
  readonly #path: string;
  readonly #partPath: string;
  readonly #handle: FileHandle;
  readonly #overwrite: boolean;

  private constructor(path: string, handle: FileHandle, overwrite: boolean) {
    this.#path = path;
    this.#partPath = partPath(path);
    this.#handle = handle;
    this.#overwrite = overwrite;
  }

  /**
   * Makes the `.part` file, by default 0600. One that is there already is never touched: another run may be
   * writing it.
   *
   * @throws AppError PART_EXISTS, FILE_EXISTS, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_NOT_WRITABLE, DISK_FULL
   */
  static async create(
    path: string,
    options: { readonly overwrite: boolean; readonly mode?: number },
  ): Promise<OutputFile> {
    await requireReplaceable(path, options.overwrite);
    try {
      const handle = await open(partPath(path), 'wx', options.mode ?? OWNER_ONLY);
      return new OutputFile(path, handle, options.overwrite);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw writeError(path, error);
      throw new AppError('PART_EXISTS', { file: partPath(path) }, { cause: error });
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      await writeWhole(this.#handle, chunk);
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  /**
   * Gives the file its name, once its bytes are on the disk. Without `overwrite`, a file that took
   * the name in the meantime stays. After a failure, call `discard`.
   *
   * @throws AppError as `create`
   */
  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await giveName(this.#partPath, this.#path, this.#overwrite);
    } catch (error) {
      throw error instanceof AppError ? error : writeError(this.#path, error);
    }
    await syncFolder(dirname(this.#path));
  }

  /** Removes what was written. Never throws: it runs on the way out of another failure. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#partPath, { force: true }).catch(() => undefined);
  }
}

function partPath(path: string): string {
  return `${path}.part`;
}

async function requireReplaceable(path: string, overwrite: boolean): Promise<void> {
  const existing = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw writeError(path, error);
  });
  if (!existing) return;
  if (existing.isDirectory()) throw new AppError('FILE_IS_FOLDER', { file: path });
  // A rename would replace the device or link itself, and not what it leads to.
  if (!existing.isFile()) throw new AppError('FILE_NOT_REGULAR', { file: path });
  if (!overwrite) throw new AppError('FILE_EXISTS', { file: path });
}

/**
 * Gives a file its final name in the same file system. Without `overwrite`, a file that has the name stays.
 * @throws AppError as `OutputFile.create`
 */
export async function giveName(from: string, to: string, overwrite: boolean): Promise<void> {
  try {
    await requireReplaceable(to, overwrite);
    if (overwrite) await rename(from, to);
    else await takeFreeName(from, to);
  } catch (error) {
    throw error instanceof AppError ? error : writeError(to, error);
  }
}

/** A rename would replace what is there; a link fails instead: with EEXIST. */
export async function takeFreeName(partPath: string, path: string): Promise<void> {
  try {
    await link(partPath, path);
  } catch (error) {
    if (!NO_LINKS.includes(errorCode(error))) throw error;
    await rename(partPath, path);
    return;
  }
  await rm(partPath);
}

/** `FileHandle.write` may take a part only, as it does when the disk is nearly full. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}
