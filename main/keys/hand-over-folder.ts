/** Writes the folder that a platform without console gets. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from '../platform/file-errors.ts';
import type { HandOverFile } from './hand-over.ts';

const MODES = { folder: 0o700, secret: 0o600, open: 0o644 } as const;

/**
 * A folder that is whole, or none. One that is there already stays as it is.
 * @param shownName stands for the path in errors, where the path is not to be seen
 * @throws AppError FILE_EXISTS, FILE_NOT_WRITABLE, DISK_FULL
 */
export async function writeHandOver(
  folder: string,
  files: readonly HandOverFile[],
  shownName = folder,
): Promise<void> {
  try {
    await mkdir(folder, { mode: MODES.folder });
  } catch (cause) {
    throw writeError(shownName, cause);
  }
  try {
    for (const { name, text, isSecret } of files) {
      const mode = isSecret ? MODES.secret : MODES.open;
      await writeFile(join(folder, name), text, { mode, flag: 'wx', flush: true });
    }
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw writeError(shownName, cause);
  }
}
