/** Runs imports: one after another within an account, in upload order; accounts side by side. */
import { setTimeout as wait } from 'node:timers/promises';
import { accountFolder } from '../folders.ts';
import { errorFields, log } from '../log.ts';
import type { LogFields } from '../log.ts';
import { isOutOfSpace } from '../out-of-space.ts';
import type { OpenImport } from '../store/imports.ts';
import { ImportRun } from './import-run.ts';
import type { ImportDeps } from './import-run.ts';
import { finishRenames, forgottenManifests, removeConcluded } from './left-behind.ts';
import { PickUp } from './pick-up.ts';

/** Between two looks whether there is space again: twice as long each time. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

export class Importer {
  readonly #deps: ImportDeps;
  readonly #pickUp: PickUp;
  readonly #stop = new AbortController();
  readonly #chains = new Map<string, Promise<void>>();
  /** Manifests that wait to be journaled. */
  readonly #late = new Set<Promise<void>>();

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

  /** The same for one that stays where it is meanwhile: without space to journal it, it is taken later. */
  async manifestUploaded(accountId: string, path: string): Promise<void> {
    try {
      await this.manifestArrived(accountId, path);
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      const fields = { account: accountId };
      const taking = this.#onceThereIsSpace(fields, () => this.manifestArrived(accountId, path))
        .catch((failure: unknown) => this.#report('import.not-picked-up', fields, failure))
        .finally(() => this.#late.delete(taking));
      this.#late.add(taking);
    }
  }

  /** Stops where it is; unfinished imports are run again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#late);
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
    const fields = { import: job.id };
    try {
      await this.#onceThereIsSpace(fields, async () => {
        if (!job.moved) await this.#deps.store.imports.setMoved(job.id);
        await new ImportRun(this.#deps, job, signal).run();
      });
    } catch (error) {
      this.#report('import.not-concluded', fields, error);
    }
    this.#deps.wake();
  }

  /**
   * Does it again, after a pause, for as long as the disk is full.
   * @throws what else the work throws; the signal's reason when the server stops
   */
  async #onceThereIsSpace(fields: LogFields, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!isOutOfSpace(error)) throw error;
        log.warn('import.waits-for-space', { ...fields, ...errorFields(error) });
      }
      await wait(waitMs, undefined, { signal });
    }
  }

  #report(event: string, fields: LogFields, error: unknown): void {
    if (!this.#stop.signal.aborted) log.error(event, { ...fields, ...errorFields(error) });
  }
}
