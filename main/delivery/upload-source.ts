/**
 * Where the bytes of an upload come from. Sources are read in order, and a source may take its time
 * before it answers: a spool that still grows can be followed by waiting in `read`.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';

export interface UploadSource {
  /** Bytes in the whole; while a source still grows, about so many. */
  readonly totalBytes: number;
  /** Fills the buffer from its start; answers the number of bytes, 0 at the end. */
  read(into: Buffer): Promise<number>;
  close(): Promise<void>;
}

const DIGEST_BUFFER_BYTES = 1024 * 1024;

const OPEN_ERRORS: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'FILE_NOT_FOUND',
  ENOTDIR: 'FILE_NOT_FOUND',
  EISDIR: 'FILE_IS_FOLDER',
};

/**
 * A finished local file.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_IS_FOLDER, FILE_NOT_REGULAR; from `read`,
 *   FILE_CHANGED when the file is not as long as it was at the start
 */
export async function fileSource(localPath: string): Promise<UploadSource> {
  const file = path.basename(localPath);
  const handle = await openFile(localPath, file);
  const facts = await handle.stat();
  if (!facts.isFile()) {
    await handle.close();
    throw new AppError(facts.isDirectory() ? 'FILE_IS_FOLDER' : 'FILE_NOT_REGULAR', { file });
  }
  const totalBytes = facts.size;
  let position = 0;
  return {
    totalBytes,
    async read(into) {
      const { bytesRead } = await handle.read(into, 0, into.length, position);
      position += bytesRead;
      const wrong = bytesRead === 0 ? position !== totalBytes : position > totalBytes;
      if (wrong) throw new AppError('FILE_CHANGED', { file });
      return bytesRead;
    },
    close: () => handle.close(),
  };
}

/** Size and SHA-256 of a source, which is read to its end and closed. */
export async function digestOf(
  source: UploadSource,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(DIGEST_BUFFER_BYTES);
    let sizeBytes = 0;
    for (;;) {
      const length = await source.read(buffer);
      if (length === 0) return { sizeBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, length));
      sizeBytes += length;
    }
  } finally {
    await source.close();
  }
}

/** A text that is in memory, as UTF-8. */
export function textSource(text: string): UploadSource {
  const bytes = Buffer.from(text, 'utf8');
  let position = 0;
  return {
    totalBytes: bytes.length,
    async read(into) {
      const copied = bytes.copy(into, 0, position);
      position += copied;
      return copied;
    },
    async close() {},
  };
}

async function openFile(localPath: string, file: string): Promise<FileHandle> {
  try {
    return await open(localPath, 'r');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AppError(OPEN_ERRORS[reason] ?? 'FILE_NOT_READABLE', { file, reason }, { cause });
  }
}
