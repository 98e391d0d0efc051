/**
 * Takes a manifest and its data file out of the account's folder. The import is written down
 * first, so that a crash in between is finished at the next start and nothing is taken twice.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { accountFolder, workFile } from '../folders.ts';
import type { Folders } from '../folders.ts';
import { errorFields, log } from '../log.ts';
import { isOutOfSpace } from '../out-of-space.ts';
import type { NewActivity } from '../store/activity.ts';
import type { Begun, OpenImport } from '../store/imports.ts';
import type { Store } from '../store/index.ts';
import { readManifest } from './manifest.ts';

const MANIFEST_SUFFIX = '.manifest';

/** Whether a finished upload under this name starts an import. */
export function startsImport(path: string): boolean {
  const name = basename(path);
  return name.endsWith(MANIFEST_SUFFIX) && !name.startsWith('.');
}

export class PickUp {
  readonly #store: Store;
  readonly #folders: Folders;
  readonly #chains = new Map<string, Promise<unknown>>();

  constructor(store: Store, folders: Folders) {
    this.#store = store;
    this.#folders = folders;
  }

  /**
   * @param path of the manifest within the account's folder, `a/b/x.manifest`
   * @returns the import; undefined for a repetition, which is removed and otherwise ignored
   */
  take(accountId: string, path: string): Promise<OpenImport | undefined> {
    // One at a time, so that the order of the journal is the order of the uploads.
    const before = this.#chains.get(accountId) ?? Promise.resolve();
    const taking = before.then(() => this.#take(accountId, path));
    const settled = taking.then(
      () => undefined,
      () => undefined,
    );
    this.#chains.set(accountId, settled);
    return taking;
  }

  /** Finishes a move that a crash interrupted. */
  async finishMove(job: OpenImport): Promise<void> {
    if (job.moved) return;
    await this.#moveFiles(job);
    await this.#store.imports.setMoved(job.id);
  }

  async #take(accountId: string, path: string): Promise<OpenImport | undefined> {
    const root = await accountFolder(this.#folders, accountId);
    const folder = dirname(path) === '.' ? '' : dirname(path);
    const manifest = basename(path);
    const manifestBytes = await readBounded(join(root, path));
    const manifestSha256 = createHash('sha256').update(manifestBytes).digest('hex');
    const fileName = readManifest(manifestBytes).fileName ?? '';
    const dataComplete =
      fileName !== '' && (await this.#isComplete(accountId, root, join(folder, fileName)));
    const arrival = {
      ...{ accountId, manifest, folder, manifestBytes },
      ...{ manifestSha256, fileName, dataComplete },
    };
    const begun = await this.#store.imports.begin(arrival, (queries, outcome) =>
      this.#store.activity.add(queries, accountId, activityOf(manifest, fileName, outcome)),
    );
    if (begun.duplicate) {
      log.info('import.duplicate', { account: accountId, code: 'DUPLICATE_MANIFEST', manifest });
      if (dataComplete) await rm(join(root, folder, fileName), { force: true });
      await rm(join(root, path), { force: true });
      return undefined;
    }
    log.info('import.picked-up', { account: accountId, import: begun.id, manifest });
    const job = await this.#store.imports.openOne(begun.id);
    await this.#moveFiles(job);
    return { ...job, moved: await this.#noteMoved(job) };
  }

  /** @returns false when there is no space to write it down: that is left to whoever runs the import */
  async #noteMoved({ id }: OpenImport): Promise<boolean> {
    try {
      await this.#store.imports.setMoved(id);
      return true;
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      log.warn('import.move-not-noted', { import: id, ...errorFields(error) });
      return false;
    }
  }

  async #isComplete(accountId: string, root: string, path: string): Promise<boolean> {
    const info = await lstat(join(root, path)).catch(() => undefined);
    // A second name may lie outside of the account: what it names is not the account's to send.
    if (!info?.isFile() || info.nlink !== 1) return false;
    return !(await this.#store.uploads.isUnfinished(accountId, path));
  }

  /** Each step may find itself done already. */
  async #moveFiles(job: OpenImport): Promise<void> {
    const folder = join(await accountFolder(this.#folders, job.accountId), job.folder);
    if (job.dataComplete) {
      await rename(join(folder, job.fileName), workFile(this.#folders, job.id)).catch(ignoreAbsent);
    }
    await rm(join(folder, job.manifest), { force: true });
  }
}

function activityOf(manifest: string, fileName: string, begun: Begun): NewActivity {
  if (begun.duplicate) {
    const message = `${manifest} came again with the same content, and was ignored (DUPLICATE_MANIFEST).`;
    return { kind: 'duplicate', message };
  }
  const data = fileName === '' ? '' : `, which names ${fileName}`;
  return { kind: 'picked-up', importId: begun.id, message: `${manifest} was picked up${data}.` };
}

/**
 * At most one byte more than a manifest may have: enough to tell that it is too large.
 * @throws Error for one with a second name, which may lie outside of the account
 */
async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { nlink } = await file.stat();
    if (nlink !== 1) throw new Error('A manifest with a second name is not taken');
    const buffer = Buffer.alloc(LIMITS.manifestBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) return buffer.subarray(0, length);
      length += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
