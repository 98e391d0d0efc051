/** Maps what the operating system says about files to the errors that users see. Once, and here. */
import { AppError } from '../../shared/errors/index.ts';
import { fileReason } from './file-reason.ts';

/** @param file shown name or path */
export function readError(file: string, cause: unknown): AppError {
  switch (errorCode(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('FILE_NOT_FOUND', { file }, { cause });
    case 'EISDIR':
      return new AppError('FILE_IS_FOLDER', { file }, { cause });
    default:
      return new AppError('FILE_NOT_READABLE', { file, reason: fileReason(cause) }, { cause });
  }
}

/** @param file shown name or path */
export function writeError(file: string, cause: unknown): AppError {
  switch (errorCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('DISK_FULL', { file }, { cause });
    case 'EEXIST':
      return new AppError('FILE_EXISTS', { file }, { cause });
    case 'EISDIR':
      return new AppError('FILE_IS_FOLDER', { file }, { cause });
    default:
      return new AppError('FILE_NOT_WRITABLE', { file, reason: fileReason(cause) }, { cause });
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
