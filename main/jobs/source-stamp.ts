/** Tells whether the file that is sealed is still the one that was checked. */
import { stat } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';

export interface SourceStamp {
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
  /** Also moves when someone sets the modification time back. */
  readonly changedNs: bigint;
}

/** @throws AppError FILE_CHANGED when it is gone */
export async function stampOf(path: string, file: string): Promise<SourceStamp> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return { inode: ino, sizeBytes: size, modifiedNs: mtimeNs, changedNs: ctimeNs };
  } catch (cause) {
    throw new AppError('FILE_CHANGED', { file }, { cause });
  }
}

/** @throws AppError FILE_CHANGED */
export async function requireUnchanged(
  path: string,
  file: string,
  before: SourceStamp,
): Promise<void> {
  const now = await stampOf(path, file);
  const isSame =
    now.inode === before.inode &&
    now.sizeBytes === before.sizeBytes &&
    now.modifiedNs === before.modifiedNs &&
    now.changedNs === before.changedNs;
  if (!isSame) throw new AppError('FILE_CHANGED', { file });
}
