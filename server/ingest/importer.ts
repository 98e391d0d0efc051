/** Runs imports: one after another within an account, in upload order; accounts side by side. */
import { accountFolder } from '../folders.ts';
import { errorFields, log } from '../log.ts';
import type { OpenImport } from '../store/imports.ts';
import { ImportRun } from './import-run.ts';
import type { ImportDeps } from './import-run.ts';
import { finishRenames, forgottenManifests, removeConcluded } from './left-behind.ts';
import { PickUp } from './pick-up.ts';

export class Importer {
  readonly #deps: ImportDeps;
  readonly #pickUp: PickUp;
  readonly #stop = new AbortController();
  readonly #chains = new Map<string, Promise<void>>();

  constructor(deps: ImportDeps) {
    this.#deps = deps;
    this.#pickUp = new PickUp(deps.store, deps.folders);
  }

  /** Takes up what an earlier run of the server left open, mail included. */
  async resume(): Promise<void> {
    const open = await this.#deps.store.imports.open();
    await removeConcluded(this.#deps.folders.work, new Set(open.map(({ id }) => id)));
    for (const job of open) {
      log.info('import.resumed', { import: job.id, account: job.accountId });
      await this.#pickUp.finishMove(job);
      this.#enqueue(job);
    }
    for (const { id } of await this.#deps.store.accounts.list()) await this.#takeForgotten(id);
    this.#deps.wake();
  }

  /** Manifests that were complete when the server ended, but not yet in the journal. */
  async #takeForgotten(accountId: string): Promise<void> {
    const { store, folders } = this.#deps;
    const root = await accountFolder(folders, accountId);
    const place = { accountId, root, uploads: store.uploads };
    await finishRenames(place);
    for (const path of await forgottenManifests(place)) {
      await this.manifestArrived(accountId, path).catch((error: unknown) => {
        log.error('import.not-picked-up', { account: accountId, ...errorFields(error) });
      });
    }
  }

  /** A manifest has arrived. Resolves when it is journaled and both files are out of the folder. */
  async manifestArrived(accountId: string, path: string): Promise<void> {
    const job = await this.#pickUp.take(accountId, path);
    if (job) this.#enqueue(job);
  }

  /** Stops where it is; unfinished imports are run again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#chains.values());
  }

  #enqueue(job: OpenImport): void {
    const before = this.#chains.get(job.accountId) ?? Promise.resolve();
    const run = before.then(() => this.#run(job));
    this.#chains.set(job.accountId, run);
  }

  async #run(job: OpenImport): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    try {
      await new ImportRun(this.#deps, job, signal).run();
    } catch (error) {
      if (!signal.aborted)
        log.error('import.not-concluded', { import: job.id, ...errorFields(error) });
    }
    this.#deps.wake();
  }
}
