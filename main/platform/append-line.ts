/** Ledgers of the profile: files that grow by one JSON line, on the disk before anyone is told. */
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { writeError } from './file-errors.ts';

/**
 * Appends one line durably; the file is made for its owner alone. A line that a crash cut off before does not
 * swallow it.
 *
 * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a+', 0o600);
    try {
      await handle.appendFile(`${(await endsTorn(handle)) ? '\n' : ''}${line}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw writeError(basename(path), cause);
  }
}

async function endsTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer.toString('latin1') !== '\n';
}
