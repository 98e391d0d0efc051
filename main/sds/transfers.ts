/**
 * Long work with vaults: uploads, downloads, imports, exports. Two at a time, in the order given; each can be
 * cancelled. Not journaled: what is unfinished leaves nothing under a final name, and ends with the program.
 */
import { randomUUID } from 'node:crypto';
import type { Transfer, TransferKind, TransferResult } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import { ProgressMeter } from '../jobs/progress-meter.ts';

const AT_A_TIME = 2;
const ENDED_KEPT = 200;
const MIN_TIME_BETWEEN_EVENTS_MS = 100;

export interface TransferHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total?: number) => void;
}

export type TransferWork = (hooks: TransferHooks) => Promise<TransferResult>;

export interface NewTransfer {
  readonly kind: TransferKind;
  /** Local id of the app. */
  readonly app: string;
  readonly vault: string;
  readonly title: string;
  readonly unit: Transfer['unit'];
  readonly work: TransferWork;
}

interface Entry {
  transfer: Transfer;
  readonly work: TransferWork;
  readonly abort: AbortController;
  readonly meter: ProgressMeter;
  shownAt: number;
  timer?: NodeJS.Timeout;
}

export interface TransfersOptions {
  readonly onChange: (transfer: Transfer) => void;
  /** Maps what is not an `AppError`, and logs it. */
  readonly describeFault: (fault: unknown) => ErrorView;
}

export class Transfers {
  readonly #options: TransfersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  start({ work, ...facts }: NewTransfer): Transfer {
    const transfer: Transfer = {
      id: randomUUID(),
      ...facts,
      seq: 0,
      state: 'queued',
      done: 0,
      startedAt: new Date().toISOString(),
    };
    const entry = {
      transfer,
      work,
      abort: new AbortController(),
      meter: new ProgressMeter(),
      shownAt: 0,
    };
    this.#entries.set(transfer.id, entry);
    this.#show(entry);
    this.#next();
    return entry.transfer;
  }

  /** Newest first. */
  list(): Transfer[] {
    return [...this.#entries.values()].map(({ transfer }) => transfer).reverse();
  }

  get busy(): boolean {
    return this.list().some(({ state }) => state === 'queued' || state === 'running');
  }

  /** @throws AppError SDS_TRANSFER_UNKNOWN */
  cancel(id: string): Transfer {
    const entry = this.#get(id);
    entry.abort.abort();
    if (entry.transfer.state === 'queued') this.#change(entry, { state: 'cancelled' });
    return entry.transfer;
  }

  /** @throws AppError SDS_TRANSFER_UNKNOWN, SDS_TRANSFER_RUNNING */
  dismiss(id: string): void {
    const { transfer } = this.#get(id);
    if (transfer.state === 'queued' || transfer.state === 'running') {
      throw new AppError('SDS_TRANSFER_RUNNING', { name: transfer.title });
    }
    this.#entries.delete(id);
  }

  /** Stops what runs and waits until it has cleaned up after itself. */
  async close(): Promise<void> {
    for (const { transfer } of this.#entries.values()) this.cancel(transfer.id);
    await Promise.all(this.#running);
  }

  #next(): void {
    if (this.#running.size >= AT_A_TIME) return;
    const entry = [...this.#entries.values()].find(({ transfer }) => transfer.state === 'queued');
    if (!entry) return;
    const run = this.#run(entry).finally(() => {
      this.#running.delete(run);
      this.#forgetOldest();
      this.#next();
    });
    this.#running.add(run);
    this.#next();
  }

  async #run(entry: Entry): Promise<void> {
    this.#change(entry, { state: 'running' });
    try {
      const result = await entry.work({
        signal: entry.abort.signal,
        onProgress: (done, total) => this.#progress(entry, done, total),
      });
      this.#change(entry, { state: 'done', result });
    } catch (fault) {
      const isCancelled = fault instanceof AppError && fault.code === 'CANCELLED';
      if (isCancelled || entry.abort.signal.aborted) this.#change(entry, { state: 'cancelled' });
      else this.#change(entry, { state: 'failed', error: this.#describe(fault) });
    }
  }

  #describe(fault: unknown): ErrorView {
    return fault instanceof AppError ? fault.toView() : this.#options.describeFault(fault);
  }

  #progress(entry: Entry, done: number, total?: number): void {
    const rate = entry.meter.add(done);
    const { seq } = entry.transfer;
    entry.transfer = {
      ...entry.transfer,
      seq: seq + 1,
      done,
      ...(total !== undefined && { total }),
      ...(rate !== undefined && { rate }),
    };
    const wait = entry.shownAt + MIN_TIME_BETWEEN_EVENTS_MS - Date.now();
    if (wait <= 0) this.#show(entry);
    else entry.timer ??= setTimeout(() => this.#show(entry), wait);
  }

  #change(entry: Entry, change: Partial<Transfer>): void {
    entry.transfer = { ...entry.transfer, ...change, seq: entry.transfer.seq + 1 };
    this.#show(entry);
  }

  #show(entry: Entry): void {
    clearTimeout(entry.timer);
    delete entry.timer;
    entry.shownAt = Date.now();
    this.#options.onChange(entry.transfer);
  }

  #get(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new AppError('SDS_TRANSFER_UNKNOWN');
    return entry;
  }

  #forgetOldest(): void {
    const ended = [...this.#entries.values()].filter(
      ({ transfer }) => transfer.state !== 'queued' && transfer.state !== 'running',
    );
    for (const { transfer } of ended.slice(0, -ENDED_KEPT)) this.#entries.delete(transfer.id);
  }
}
