/**
 * One visit to a source: takes every pair whose manifest's name is new to the account, in the order in
 * which the manifests were written there, into a folder of the account, and hands it to the import.
 * A pair counts as taken when its import is journaled: a visit that breaks off takes it again.
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { accountFolder } from '../folders.ts';
import type { Folders } from '../folders.ts';
import { readManifest } from '../ingest/manifest.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
import type { Store } from '../store/index.ts';
import type { Source } from '../store/sources.ts';
import { manifestFilter, parseSourceUrl } from './address.ts';
import { RemoteFolder } from './remote-folder.ts';
import type { RemoteFile } from './remote-folder.ts';

export interface VisitDeps {
  readonly store: Store;
  readonly folders: Folders;
  readonly targets: TargetPolicy;
  /** Of a data file. */
  readonly maxFileBytes: number;
  /** A manifest lies complete in the account's folder. */
  readonly manifestArrived: (accountId: string, path: string) => Promise<void>;
}

/**
 * @param onFetched called for each pair that was taken
 * @throws SourceProblem
 */
export async function visit(
  deps: VisitDeps,
  source: Source,
  onFetched: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { store, targets } = deps;
  const privateKey = await store.sources.privateKey(source.id);
  if (privateKey === undefined) return;
  const login = { privateKey, hostKeySha256: source.hostKeySha256 };
  const remote = await RemoteFolder.open(parseSourceUrl(source.url), login, targets, signal);
  try {
    const isMeant = manifestFilter(source.pattern);
    const manifests = (await remote.list()).filter(({ name }) => isMeant(name)).sort(byTime);
    for (const { name } of manifests) {
      if (await store.imports.isNameUsed(source.accountId, name)) continue;
      await fetchPair(deps, source, remote, name);
      onFetched();
    }
  } finally {
    remote.close();
  }
}

function byTime(a: RemoteFile, b: RemoteFile): number {
  return a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1);
}

async function fetchPair(
  { folders, maxFileBytes, manifestArrived }: VisitDeps,
  { id, accountId }: Source,
  remote: RemoteFolder,
  manifest: string,
): Promise<void> {
  // Beside what the customer uploads: the import itself cannot tell the two ways apart.
  const folder = `.fetched-${id}`;
  const local = join(await accountFolder(folders, accountId), folder);
  await mkdir(local, { recursive: true, mode: 0o700 });
  const [manifestPart, dataPart] = ['manifest', 'data'].map((kind) =>
    join(folders.work, `${id}.${kind}.part`),
  ) as [string, string];
  try {
    // One byte more than a manifest may have: enough to be told that it is too large.
    if (!(await remote.download(manifest, manifestPart, LIMITS.manifestBytes + 1))) return;
    const { fileName } = readManifest(await readFile(manifestPart));
    if (fileName && (await remote.download(fileName, dataPart, maxFileBytes))) {
      await rename(dataPart, join(local, fileName));
    }
    await rename(manifestPart, join(local, manifest));
    await manifestArrived(accountId, `${folder}/${manifest}`);
  } finally {
    await rm(manifestPart, { force: true });
    await rm(dataPart, { force: true });
    await rm(local, { recursive: true, force: true });
  }
}
