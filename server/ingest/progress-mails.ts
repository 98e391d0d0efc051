/**
 * "Still processing", mailed at fixed distances from the arrival of the manifest while an import runs.
 * The turn is part of a mail's name, so that a run after a crash sends none twice.
 */
import { errorFields, log } from '../log.ts';
import { stillProcessingMail } from '../mail/texts.ts';
import type { OpenImport } from '../store/imports.ts';
import type { Store } from '../store/index.ts';

export interface ProgressMailsDeps {
  readonly store: Store;
  readonly intervalMs: number;
  /** Called when a mail was queued. */
  readonly wake: () => void;
}

export class ProgressMails {
  readonly #deps: ProgressMailsDeps;
  readonly #job: OpenImport;
  readonly #to: string;
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;
  #queueing: Promise<void> = Promise.resolve();
  #stopped = false;

  /** Starts at once. */
  constructor(deps: ProgressMailsDeps, job: OpenImport, to: string) {
    this.#deps = deps;
    this.#job = job;
    this.#to = to;
    this.#schedule();
  }

  /** Resolves when nothing of this import will be queued any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#queueing;
  }

  #schedule(): void {
    const { intervalMs } = this.#deps;
    const elapsedMs = Date.now() - this.#job.receivedAt.getTime();
    // A timer may fire a moment early: a turn that was had is not had again.
    const turn = Math.max(Math.floor(elapsedMs / intervalMs), this.#turn) + 1;
    this.#turn = turn;
    this.#timer = setTimeout(
      () => {
        this.#queueing = this.#queue(turn).finally(() => {
          if (!this.#stopped) this.#schedule();
        });
      },
      turn * intervalMs - elapsedMs,
    ).unref();
  }

  async #queue(turn: number): Promise<void> {
    const { store, intervalMs, wake } = this.#deps;
    const elapsedSeconds = Math.round((turn * intervalMs) / 1000);
    try {
      await store.database.transaction(async (queries) => {
        // The verdict may have been on its way when the time came.
        if (!(await store.imports.isOpen(queries, this.#job.id))) return;
        const mail = stillProcessingMail(this.#job, this.#to, turn, elapsedSeconds);
        await store.mail.queue(queries, mail);
      });
      wake();
    } catch (error) {
      log.warn('import.progress-not-mailed', { import: this.#job.id, ...errorFields(error) });
    }
  }
}
