/**
 * What a killed server left behind: in an account's folder renames that were half done and finished
 * manifests that nobody took, in the work folder data of imports that were concluded. Looked for at the start, before any client is let in.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Uploads } from '../store/uploads.ts';
import { startsImport } from './pick-up.ts';

/** One account's folder, and the marks of its unfinished uploads. */
export interface AccountPlace {
  readonly accountId: string;
  readonly root: string;
  readonly uploads: Uploads;
}

interface FoundFile {
  /** Within the account's folder: `a/b/x.csv`. */
  readonly path: string;
  readonly stats: Stats;
}

/**
 * A rename is a link and an unlink (see sftp/account-files). Of a file that has both names the
 * temporary one is dropped; a file with a name elsewhere is not ours, and stays as it is.
 */
export async function finishRenames(place: AccountPlace): Promise<void> {
  const byInode = new Map<number, FoundFile[]>();
  for (const file of await filesUnder(place.root)) {
    byInode.set(file.stats.ino, [...(byInode.get(file.stats.ino) ?? []), file]);
  }
  for (const names of byInode.values()) {
    if (names.length !== 2 || names[0]!.stats.nlink !== 2) continue;
    const [kept, dropped] = names.map(({ path }) => path).sort(temporaryLast) as [string, string];
    const { accountId, root, uploads } = place;
    if (await uploads.isUnfinished(accountId, dropped)) {
      await uploads.rename(accountId, dropped, kept);
    }
    await rm(join(root, dropped));
  }
}

/** Removes data files of imports that are not open: they were journaled before their data came here. */
export async function removeConcluded(work: string, open: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(work)) {
    if (!open.has(name.replace(/\..*$/, ''))) await rm(join(work, name), { force: true });
  }
}

/** @returns paths within the account's folder, in the order in which they got their names */
export async function forgottenManifests(place: AccountPlace): Promise<string[]> {
  const found = (await filesUnder(place.root)).filter(({ path }) => startsImport(path));
  const finished: string[] = [];
  for (const { path } of found.sort((a, b) => a.stats.ctimeMs - b.stats.ctimeMs)) {
    if (!(await place.uploads.isUnfinished(place.accountId, path))) finished.push(path);
  }
  return finished;
}

async function filesUnder(root: string): Promise<FoundFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const inside = relative(root, path).split(sep).join('/');
    files.push({ path: inside, stats: await lstat(path) });
  }
  return files;
}

function temporaryLast(a: string, b: string): number {
  return Number(isTemporary(a)) - Number(isTemporary(b));
}

function isTemporary(path: string): boolean {
  const name = basename(path);
  return name.startsWith('.') || name.endsWith('.sealift-part');
}
