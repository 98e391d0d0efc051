/** Small files that commands read whole: keys, passphrases, manifests. Data files stream elsewhere. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';
import { readError } from '../platform/file-errors.ts';

/** The name that means standard input or output. */
export const STDIO = '-';

export interface SmallFile {
  readonly bytes: Buffer;
  /** Permission bits; absent for standard input and pipes. */
  readonly mode?: number;
}

/**
 * Reads a file, a pipe or standard input of at most `limitBytes`.
 * @throws AppError FILE_NOT_FOUND, FILE_IS_FOLDER, FILE_NOT_READABLE, FILE_TOO_LARGE
 */
export async function readSmallFile(path: string, limitBytes: number): Promise<SmallFile> {
  if (path === STDIO) {
    return { bytes: await collect(process.stdin, 'standard input', limitBytes) };
  }
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY);
    const stats = await file.stat();
    if (stats.isDirectory()) throw new AppError('FILE_IS_FOLDER', { file: path });
    const bytes = await collect(file.createReadStream({ autoClose: false }), path, limitBytes);
    return stats.isFile() ? { bytes, mode: stats.mode & 0o777 } : { bytes };
  } catch (cause) {
    throw cause instanceof AppError ? cause : readError(path, cause);
  } finally {
    await file?.close();
  }
}

async function collect(
  source: AsyncIterable<Buffer | string>,
  file: string,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk as Buffer);
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes) throw new AppError('FILE_TOO_LARGE', { file, limitBytes });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
