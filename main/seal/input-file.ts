/** Regular files as byte sources: checked before they are opened, and for change while they are read. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { AppError } from '../../shared/errors/index.ts';
import { readError } from '../platform/file-errors.ts';
import type { ByteSource, ByteStream } from './bytes.ts';

const READ_BYTES = 256 * 1024;

export interface InputFile {
  readonly sizeBytes: number;
  readonly bytes: ByteSource;
  close(): Promise<void>;
}

/**
 * Opens a regular file. Links are followed; a pipe or device is refused before it can block.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_NOT_READABLE;
 *   the source throws FILE_CHANGED and FILE_NOT_READABLE
 */
export async function openInput(path: string): Promise<InputFile> {
  try {
    requireRegular(await stat(path), path);
    const handle = await open(path, 'r');
    try {
      const before = await handle.stat();
      requireRegular(before, path);
      return {
        sizeBytes: before.size,
        bytes: readAll(handle, before, path),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw error instanceof AppError ? error : readError(path, error);
  }
}

function requireRegular(stats: Stats, file: string): void {
  if (stats.isDirectory()) throw new AppError('FILE_IS_FOLDER', { file });
  if (!stats.isFile()) throw new AppError('FILE_NOT_REGULAR', { file });
}

async function* readAll(handle: FileHandle, before: Stats, file: string): ByteStream {
  // While one is in the caller's hands, the other is being filled.
  const buffers = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)] as const;
  const read = (turn: 0 | 1): ReturnType<typeof handle.read> => {
    const reading = handle.read(buffers[turn], 0, READ_BYTES).catch((error: unknown) => {
      throw readError(file, error);
    });
    reading.catch(() => undefined); // thrown below, when it is awaited
    return reading;
  };
  let size = 0;
  let turn: 0 | 1 = 0;
  for (let reading = read(turn); ;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) break;
    const bytes = buffers[turn].subarray(0, bytesRead);
    size += bytesRead;
    turn = turn === 0 ? 1 : 0;
    reading = read(turn);
    yield bytes;
  }
  const after = await handle.stat();
  if (size !== before.size || after.size !== size || after.mtimeMs !== before.mtimeMs) {
    throw new AppError('FILE_CHANGED', { file });
  }
}
