/** Files that are whole or absent, and readable by their owner only. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { errorCode, readError, writeError } from './file-errors.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Replaces a file in one step, once its bytes are on the disk. Makes its folder if need be.
 *
 * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function writeAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  await throughTemporary(path, bytes, (temporary) => rename(temporary, path));
}

/** The same for a file that must not be there yet. @returns false when it is */
export async function createAtomically(path: string, bytes: Uint8Array | string): Promise<boolean> {
  try {
    await throughTemporary(path, bytes, async (temporary) => {
      await link(temporary, path);
      await rm(temporary);
    });
    return true;
  } catch (error) {
    if (error instanceof AppError && errorCode(error.cause) === 'EEXIST') return false;
    throw error;
  }
}

async function throughTemporary(
  path: string,
  bytes: Uint8Array | string,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const handle = await open(temporary, 'wx', FILE_MODE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(temporary);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, cause);
  }
  await syncFolder(folder);
}

/** @returns undefined when there is none @throws AppError FILE_NOT_READABLE */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw readError(path, cause);
  }
}

/** Makes a rename durable. Not every system can open a folder; there it is durable enough. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
