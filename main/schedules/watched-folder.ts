/** A folder into which data files come: which are there, and which have stopped growing. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { errorCode, readError } from '../platform/file-errors.ts';

/** A file as it looked; another one under the same name looks different. */
export interface FileStamp {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Changes when a file is put here, by whatever means. */
  readonly changedMs: number;
  readonly inode: number;
}

/** What editors, browsers and copying programs write while a file is not whole yet. */
const UNFINISHED = [
  /^[.~#]/,
  /~$/,
  /\.(part|partial|filepart|tmp|temp|crdownload|download|opdownload|swp|swx|lock|bak|!ut|aria2)$/i,
];
const DATA_FILE = /\.(csv|json|ndjson|jsonl)$/i;
/** Means whatever has the name of a data file. */
export const ANY_DATA_FILE = '*';

/** How long a file must have been the same before it counts as whole. */
const SETTLE_MS = 3_000;

/**
 * Data files that fit the pattern, by name. Links, folders and what is being written are left out.
 * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE with the folder's name
 */
export async function dataFiles(
  folder: string,
  pattern: string,
  isMeant: RegExp,
): Promise<FileStamp[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw readError(folder, cause);
  });
  const wanted = names.filter(
    (name) =>
      isMeant.test(name) &&
      !UNFINISHED.some((form) => form.test(name)) &&
      (pattern !== ANY_DATA_FILE || DATA_FILE.test(name)),
  );
  const stamps = await Promise.all(wanted.map((name) => stampOf(folder, name)));
  return stamps.filter((stamp) => stamp !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns undefined for what is no regular file, or gone */
export async function stampOf(folder: string, name: string): Promise<FileStamp | undefined> {
  try {
    const facts = await lstat(join(folder, name));
    if (!facts.isFile()) return undefined;
    const { size: sizeBytes, mtimeMs: modifiedMs, ctimeMs: changedMs, ino: inode } = facts;
    return { name, sizeBytes, modifiedMs, changedMs, inode };
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw readError(name, cause);
  }
}

export function isSameFile(a: FileStamp, b: FileStamp | undefined): boolean {
  return (
    b !== undefined &&
    a.sizeBytes === b.sizeBytes &&
    a.modifiedMs === b.modifiedMs &&
    a.inode === b.inode
  );
}

/** Remembers how files looked, and since when. */
export class StableFiles {
  readonly #seen = new Map<string, { readonly stamp: FileStamp; readonly since: number }>();
  readonly #settleMs: number;

  constructor(settleMs: number = SETTLE_MS) {
    this.#settleMs = settleMs;
  }

  /** Those that have not changed for long enough; an empty one may be about to be filled and never is. */
  settled(stamps: readonly FileStamp[], now: number): FileStamp[] {
    const names = new Set(stamps.map(({ name }) => name));
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    return stamps.filter((stamp) => {
      const before = this.#seen.get(stamp.name);
      if (!before || !isSameFile(stamp, before.stamp)) {
        this.#seen.set(stamp.name, { stamp, since: now });
        return false;
      }
      return stamp.sizeBytes > 0 && now - before.since >= this.#settleMs;
    });
  }
}

/** @throws AppError SCHEDULE_FOLDER_MISSING */
export async function requireFolder(folder: string): Promise<void> {
  const facts = await lstat(folder).catch(() => undefined);
  if (!facts?.isDirectory()) throw new AppError('SCHEDULE_FOLDER_MISSING', { folder });
}
