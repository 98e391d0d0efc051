/** Opening data files: only regular ones, foreign errors mapped once, and a guard against change. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DataFormat } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';

const FORMAT_OF_EXTENSION: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/** Format by the name, a trailing `.asc` apart (spec: "Data files"). Throws FORMAT_UNKNOWN. */
export function formatOfName(name: string): DataFormat {
  const extension = /\.([a-z]+)$/i.exec(name.replace(/\.asc$/, ''))?.[1]?.toLowerCase() ?? '';
  const format = Object.hasOwn(FORMAT_OF_EXTENSION, extension)
    ? FORMAT_OF_EXTENSION[extension]
    : undefined;
  if (!format) throw new AppError('FORMAT_UNKNOWN', { file: basename(name) });
  return format;
}

export interface OpenDataFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Throws FILE_CHANGED when the file is no longer as it was when opened. */
  readonly ensureUnchanged: () => Promise<void>;
}

/** Throws FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_IS_FOLDER, FILE_NOT_REGULAR. The caller closes. */
export async function openDataFile(path: string, name: string): Promise<OpenDataFile> {
  try {
    // Looked at before opening: opening a named pipe would wait for a writer.
    const found = await stat(path);
    if (found.isDirectory()) throw new AppError('FILE_IS_FOLDER', { file: name });
    if (!found.isFile()) throw new AppError('FILE_NOT_REGULAR', { file: name });
    const handle = await open(path, 'r');
    const before = await handle.stat();
    const ensureUnchanged = async (): Promise<void> => {
      const now = await handle.stat();
      if (now.size !== before.size || now.mtimeMs !== before.mtimeMs) {
        throw new AppError('FILE_CHANGED', { file: name });
      }
    };
    return { handle, sizeBytes: before.size, ensureUnchanged };
  } catch (error) {
    throw toFileError(error, name);
  }
}

/** How many bytes from `position` on were read into the buffer; 0: the file ends there. Throws FILE_NOT_READABLE. */
export async function readInto(
  file: OpenDataFile,
  name: string,
  buffer: Buffer,
  position: number,
): Promise<number> {
  try {
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, position);
    return bytesRead;
  } catch (error) {
    throw toFileError(error, name);
  }
}

/**
 * Yields the file's bytes. A block is lent until the next is asked for: new memory for each would be dear in
 * Electron, as `seal/recycle.ts` tells. Throws CANCELLED, FILE_NOT_READABLE.
 */
export async function* readBlocks(
  file: OpenDataFile,
  name: string,
  options: { readonly blockBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Buffer> {
  const lent = Buffer.allocUnsafeSlow(options.blockBytes);
  for (let position = 0; ;) {
    if (options.signal?.aborted) throw new AppError('CANCELLED');
    const bytesRead = await readInto(file, name, lent, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield lent.subarray(0, bytesRead);
  }
}

function toFileError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const options = { cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('FILE_NOT_FOUND', { file: name }, options);
  }
  if (code === 'EISDIR') return new AppError('FILE_IS_FOLDER', { file: name }, options);
  return new AppError('FILE_NOT_READABLE', { file: name, reason: code }, options);
}
