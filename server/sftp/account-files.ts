/**
 * An account's folder as SFTP sees it: virtual paths under one root, no way out of it by `..` or
 * links, and a note of every upload that was not closed.
 */
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rmdir,
  unlink,
} from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Uploads } from '../store/uploads.ts';
import { STATUS, SftpFailure } from './status.ts';

const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;

export interface OpenFile {
  /** Path within the account's folder; follows renames. */
  path: string;
  readonly file: FileHandle;
  readonly writable: boolean;
  /** For SSH_FXF_APPEND: where the next write goes, whatever offset it names. */
  appendAt: number | undefined;
  /** Set when a write failed: such a file is never complete. */
  broken: boolean;
}

/** How a file is to be opened, as far as the protocol's flags say. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
}

/** Files open for writing over all sessions of all accounts, keyed by their real path. */
export type OpenWrites = Map<string, Set<OpenFile>>;

export class AccountFiles {
  readonly #accountId: string;
  readonly #root: string;
  readonly #uploads: Uploads;
  readonly #openWrites: OpenWrites;

  /** @param root real path of the account's folder */
  constructor(accountId: string, root: string, uploads: Uploads, openWrites: OpenWrites) {
    this.#accountId = accountId;
    this.#root = root;
    this.#uploads = uploads;
    this.#openWrites = openWrites;
  }

  /** The path within the folder, without a leading slash; the folder itself is the empty string. */
  resolve(path: string): string {
    if (path.includes('\0') || Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new SftpFailure(STATUS.failure, 'The path is too long or not valid');
    }
    const inside = posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, '');
    if (inside.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
      throw new SftpFailure(STATUS.failure, 'The name is too long');
    }
    return inside;
  }

  async stat(path: string): Promise<Stats> {
    const stats = await lstat(await this.#real(this.resolve(path)));
    if (!stats.isFile() && !stats.isDirectory()) {
      throw new SftpFailure(STATUS.permissionDenied, 'Links are not followed');
    }
    return stats;
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const inside = this.#fileOnly(this.resolve(path));
    const real = await this.#real(inside);
    // Marked before it is opened: after a crash in between the mark is one too many, never missing.
    const marked = mode.write && (await this.#uploads.begin(this.#accountId, inside));
    const { file, size } = await openRegular(real, mode).catch(async (error: unknown) => {
      if (marked) await this.#uploads.end(this.#accountId, inside);
      throw error;
    });
    const opened: OpenFile = {
      path: inside,
      file,
      writable: mode.write,
      appendAt: mode.append ? size : undefined,
      broken: false,
    };
    if (mode.write) this.#writersOf(inside).add(opened);
    return opened;
  }

  /** @returns true when this close completed the file: nobody else writes it, nothing failed. */
  async close(opened: OpenFile): Promise<boolean> {
    await opened.file.close();
    if (!opened.writable) return false;
    const others = this.#forget(opened);
    if (opened.broken || others > 0) return false;
    await this.#uploads.end(this.#accountId, opened.path);
    return true;
  }

  /** The connection is gone: the file stays, marked as unfinished. */
  async abandon(opened: OpenFile): Promise<void> {
    this.#forget(opened);
    await opened.file.close();
  }

  /** Never replaces. @returns true when the file under its new name is complete. */
  async rename(from: string, to: string): Promise<boolean> {
    const source = this.#fileOnly(this.resolve(from));
    const target = this.#fileOnly(this.resolve(to));
    const [realSource, realTarget] = [await this.#real(source), await this.#real(target)];
    const stats = await lstat(realSource);
    if (!stats.isFile()) throw new SftpFailure(STATUS.failure, 'Only files can be renamed');
    // A link fails where the name is taken; rename(2) would replace what is there.
    await link(realSource, realTarget).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPERM' && error.code !== 'ENOTSUP') throw error;
      return renameWithoutLinks(realSource, realTarget);
    });
    await this.#uploads.rename(this.#accountId, source, target).catch(async (error: unknown) => {
      // Who is told that it failed must find the file where it was. With both names, rename(2) would do nothing.
      await unlink(realSource).catch(ignoreAbsent);
      await rename(realTarget, realSource);
      throw error;
    });
    await unlink(realSource).catch(ignoreAbsent);
    this.#moveWriters(source, target);
    return !(await this.#uploads.isUnfinished(this.#accountId, target));
  }

  async remove(path: string): Promise<void> {
    const inside = this.#fileOnly(this.resolve(path));
    const real = await this.#real(inside);
    if ((await lstat(real)).isDirectory()) throw new SftpFailure(STATUS.failure, 'It is a folder');
    await unlink(real);
    await this.#uploads.end(this.#accountId, inside);
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(await this.#real(this.#fileOnly(this.resolve(path))), { mode: 0o700 });
  }

  async removeFolder(path: string): Promise<void> {
    await rmdir(await this.#real(this.#fileOnly(this.resolve(path))));
  }

  /** Files and folders; anything else that lies there is not shown. */
  async list(path: string): Promise<{ name: string; stats: Stats }[]> {
    const real = await this.#real(this.resolve(path));
    if (!(await lstat(real)).isDirectory()) {
      throw new SftpFailure(STATUS.failure, 'It is not a folder');
    }
    const entries: { name: string; stats: Stats }[] = [];
    for (const name of await readdir(real)) {
      const stats = await lstat(join(real, name)).catch(() => undefined);
      if (stats && (stats.isFile() || stats.isDirectory())) entries.push({ name, stats });
    }
    return entries;
  }

  #fileOnly(inside: string): string {
    if (inside === '') throw new SftpFailure(STATUS.permissionDenied, 'It is the root folder');
    return inside;
  }

  /** The path on disk. A folder on the way that is a link leads out of the root: refused. */
  async #real(inside: string): Promise<string> {
    const path = join(this.#root, inside);
    if (inside !== '' && (await realpath(dirname(path))) !== dirname(path)) {
      throw new SftpFailure(STATUS.permissionDenied, 'Links are not followed');
    }
    return path;
  }

  #writersOf(inside: string): Set<OpenFile> {
    const key = join(this.#root, inside);
    const writers = this.#openWrites.get(key) ?? new Set();
    this.#openWrites.set(key, writers);
    return writers;
  }

  #forget(opened: OpenFile): number {
    const writers = this.#writersOf(opened.path);
    writers.delete(opened);
    if (writers.size === 0) this.#openWrites.delete(join(this.#root, opened.path));
    return writers.size;
  }

  #moveWriters(source: string, target: string): void {
    for (const writer of [...this.#writersOf(source)]) {
      this.#forget(writer);
      writer.path = target;
      this.#writersOf(target).add(writer);
    }
    if (this.#writersOf(source).size === 0) this.#openWrites.delete(join(this.#root, source));
  }
}

function openFlags(mode: OpenMode): number {
  let flags = mode.read && mode.write ? constants.O_RDWR : mode.write ? constants.O_WRONLY : 0;
  if (mode.write && mode.create) flags |= constants.O_CREAT;
  if (mode.write && mode.truncate) flags |= constants.O_TRUNC;
  if (mode.write && mode.create && mode.exclusive) flags |= constants.O_EXCL;
  // Undefined on Windows, where only an administrator can make links.
  return flags | (constants.O_NOFOLLOW ?? 0);
}

async function openRegular(
  real: string,
  mode: OpenMode,
): Promise<{ file: FileHandle; size: number }> {
  const file = await open(real, openFlags(mode), 0o600);
  const stats = await file.stat();
  if (stats.isFile()) return { file, size: stats.size };
  await file.close();
  throw new SftpFailure(STATUS.failure, 'It is not a file');
}

/** For file systems without hard links. */
async function renameWithoutLinks(source: string, target: string): Promise<void> {
  const taken = await lstat(target).catch(() => undefined);
  if (taken) throw new SftpFailure(STATUS.failure, 'The file exists already');
  await rename(source, target);
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
