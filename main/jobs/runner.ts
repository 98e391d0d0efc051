/**
 * The job runner: queues long work, runs it in the order given, and tells of every change. One check at a time, and
 * beside it as many deliveries as are allowed, each to another destination: those to one keep their order, since it
 * has a meaning. A delivery that failed in a way that may pass is tried again after a while; later ones to the same
 * destination wait behind it. Deliveries are journaled step by step; checks are not, since they leave nothing behind.
 * Knows no worker, no window and no secret: what runs a job is handed in as an executor.
 */
import { randomUUID } from 'node:crypto';
import type { Job, JobResult, PartOf, SendStep } from '../../shared/domain/job.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import { isPaused, PAUSE } from '../delivery/cancel.ts';
import { waitBeforeRetry } from './back-off.ts';
import type { BackOff } from './back-off.ts';
import {
  endEntry,
  isCancelled,
  isRestartable,
  isUnderWay,
  mayBegin,
  newEntry,
  replayed,
  restarted,
  withoutPlans,
} from './job-entry.ts';
import type { Entry, JobEnd, JobWork } from './job-entry.ts';
import { JobQueue } from './job-queue.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { ProgressMeter } from './progress-meter.ts';

export type { JobWork } from './job-entry.ts';

const MIN_TIME_BETWEEN_EVENTS_MS = 100;
/** A little longer than a cancelled worker may take. */
const CLOSE_BOUND_MS = 3_000;

export interface JobHooks {
  readonly jobId: string;
  readonly signal: AbortSignal;
  /** An earlier attempt came to the step `confirm`: the data file may already have its final name. */
  readonly hadConfirmed: boolean;
  /** Resolves when the step is journaled; the work waits for it before it takes the step. */
  readonly onStep: (step: SendStep, part?: PartOf) => Promise<void>;
  readonly onProgress: (done: number, total?: number) => void;
}

export interface JobRunnerOptions<Plan> {
  readonly journalPath: string;
  /** Runs the work to its end. Rejects with an `AppError`; anything else is a fault of ours. */
  readonly execute: (work: JobWork<Plan>, hooks: JobHooks) => Promise<JobResult>;
  readonly onChange: (job: Job) => void;
  /** Maps what is not an `AppError`, and logs it. */
  readonly describeFault: (fault: unknown) => ErrorView;
  /**
   * Removes what an unfinished delivery left on this machine: when it is cancelled while it does not run, what is
   * sealed; when it is discarded, all.
   */
  readonly cleanUp: (plan: Plan, why: 'cancelled' | 'discarded') => Promise<void>;
  /** Of deliveries that failed in a way that may pass. */
  readonly backOff: BackOff;
}

export class JobRunner<Plan> {
  readonly #options: JobRunnerOptions<Plan>;
  readonly #journal: Journal;
  readonly #entries = new Map<string, Entry<Plan>>();
  readonly #queue = new JobQueue();
  readonly #runs = new Map<string, Promise<void>>();
  #deliveriesAtOnce = 1;
  #isClosing = false;

  private constructor(options: JobRunnerOptions<Plan>, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
  }

  /** Opens the journal; deliveries that had not ended come back as `interrupted`. */
  static async open<Plan>(options: JobRunnerOptions<Plan>): Promise<JobRunner<Plan>> {
    const { journal, entries } = await Journal.open(options.journalPath);
    const runner = new JobRunner(options, journal);
    for (const entry of entries) runner.#replay(entry);
    return runner;
  }

  /** Newest first. */
  list(): Job[] {
    return [...this.#entries.values()].map((entry) => entry.job).reverse();
  }

  startCheck(title: string, input: unknown, kind: 'check' | 'failed-rows' = 'check'): Job {
    return this.#enqueue(randomUUID(), title, '', { kind, input });
  }

  /** `jobId` is part of the plan (temporary names carry it), so the caller makes it. */
  async startSend(jobId: string, title: string, destination: string, plan: Plan): Promise<Job> {
    await this.#journal.append({ type: 'created', jobId, title, destination, plan });
    return this.#enqueue(jobId, title, destination, { kind: 'send', plan });
  }

  /** Stops a job that has not ended, and removes what is sealed of it; an ended one stays as it is. */
  async cancel(jobId: string): Promise<Job> {
    const entry = this.#get(jobId);
    const { state } = entry.job;
    entry.abort.abort();
    if (state === 'queued' || state === 'waiting' || state === 'paused') {
      await this.#leaveQueue(entry, 'cancelled');
      if (entry.work.kind === 'send') await this.#options.cleanUp(entry.work.plan, 'cancelled');
    }
    return entry.job;
  }

  /**
   * Stops a delivery for now; `retry` goes on with it. One that runs is paused when its work has stopped.
   * @throws AppError JOB_NOT_UNDER_WAY
   */
  async pause(jobId: string): Promise<Job> {
    const entry = this.#get(jobId);
    if (entry.work.kind !== 'send' || !isUnderWay(entry.job)) {
      throw new AppError('JOB_NOT_UNDER_WAY', { name: entry.job.title });
    }
    entry.abort.abort(PAUSE);
    if (entry.job.state !== 'running') await this.#leaveQueue(entry, 'paused');
    return entry.job;
  }

  /**
   * Runs a failed, cancelled, interrupted or paused delivery again, with the same names as before; one that waits,
   * now.
   */
  async retry(jobId: string): Promise<Job> {
    const entry = this.#get(jobId);
    const before = entry.job;
    if (entry.work.kind !== 'send' || !isRestartable(before)) {
      throw new AppError('JOB_NOT_RESTARTABLE', { name: before.title });
    }
    if (before.state === 'waiting') {
      this.#wake(entry);
      return entry.job;
    }
    // Queued before anything is awaited: a second retry, or a discard, finds it so.
    entry.job = restarted(before);
    entry.abort = new AbortController();
    entry.failedAttempts = 0;
    try {
      await this.#journal.append({ type: 'restarted', jobId });
    } catch (fault) {
      entry.job = { ...before, seq: entry.job.seq + 1 };
      throw fault;
    }
    if (entry.job.state !== 'queued') return entry.job;
    this.#emit(entry);
    this.#queue.add(jobId);
    this.#next();
    return entry.job;
  }

  /** From the next that begins. */
  allowAtOnce(deliveries: number): void {
    this.#deliveriesAtOnce = deliveries;
    this.#next();
  }

  /** Lets a queued delivery change places with the one before it, or after it; others stay as they are. */
  move(jobId: string, way: 'sooner' | 'later'): Job {
    this.#queue.move(jobId, way, (id) => this.#isQueuedSend(id));
    this.#tellPlaces();
    return this.#get(jobId).job;
  }

  /** Goes on with every delivery that the end of the program cut off, oldest first. */
  async resumeInterrupted(): Promise<void> {
    const cutOff = this.list().filter(({ state }) => state === 'interrupted');
    for (const { id } of cutOff.reverse()) await this.retry(id);
  }

  /** Forgets an ended job and removes what it left on this machine. */
  async discard(jobId: string): Promise<void> {
    const entry = this.#get(jobId);
    if (isUnderWay(entry.job)) {
      throw new AppError('JOB_STILL_RUNNING', { name: entry.job.title });
    }
    this.#entries.delete(jobId);
    if (entry.work.kind !== 'send') return;
    try {
      await this.#options.cleanUp(entry.work.plan, 'discarded');
      await this.#journal.append({ type: 'discarded', jobId });
    } catch (fault) {
      this.#entries.set(jobId, entry);
      throw fault;
    }
  }

  /** Plans of all deliveries that were not done: each may still be sent, or sent again, under its names. */
  get openPlans(): Plan[] {
    return [...this.#entries.values()].flatMap(({ job, work }) =>
      work.kind === 'send' && job.state !== 'done' ? [work.plan] : [],
    );
  }

  /** Ids of the same. */
  get openJobs(): string[] {
    return this.list().flatMap(({ kind, state, id }) =>
      kind === 'send' && state !== 'done' ? [id] : [],
    );
  }

  /** True while quitting would stop a delivery. */
  get busy(): boolean {
    return this.list().some((job) => job.kind === 'send' && isUnderWay(job));
  }

  get isSending(): boolean {
    return this.list().some(({ kind, state }) => kind === 'send' && state === 'running');
  }

  /**
   * Stops what runs and waits, within bounds, until it has cleaned up after itself. Deliveries come back as
   * `interrupted`.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#queue.clear();
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.alarm);
      entry.abort.abort(PAUSE);
    }
    const ended = Promise.all(this.#runs.values());
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_BOUND_MS))]);
    for (const entry of this.#entries.values()) clearTimeout(entry.timer);
    await this.#journal.close();
  }

  #get(jobId: string): Entry<Plan> {
    const entry = this.#entries.get(jobId);
    if (entry === undefined) throw new AppError('JOB_UNKNOWN', { id: jobId });
    return entry;
  }

  #enqueue(jobId: string, title: string, destination: string, work: JobWork<Plan>): Job {
    const entry = newEntry(jobId, title, destination, work, new Date().toISOString());
    this.#entries.set(jobId, entry);
    this.#emit(entry);
    this.#queue.add(jobId);
    this.#next();
    return entry.job;
  }

  #next(): void {
    for (;;) {
      const beside = {
        running: [...this.#runs.keys()].map((run) => this.#get(run).job),
        waiting: this.list().filter(({ state }) => state === 'waiting'),
        deliveriesAtOnce: this.#deliveriesAtOnce,
      };
      const id = this.#queue.take((queued) => mayBegin(this.#get(queued).job, beside));
      if (id === undefined) break;
      const run = this.#execute(this.#get(id)).finally(() => {
        this.#runs.delete(id);
        this.#next();
      });
      this.#runs.set(id, run);
    }
    this.#tellPlaces();
  }

  #isQueuedSend(id: string): boolean {
    return this.#get(id).work.kind === 'send';
  }

  /** Each queued delivery says how many begin before it. */
  #tellPlaces(): void {
    const sends = this.#queue.among((id) => this.#isQueuedSend(id));
    for (const [index, id] of sends.entries()) {
      const entry = this.#get(id);
      const place = { number: index + 1, count: sends.length };
      const { place: told } = entry.job;
      if (told?.number === place.number && told.count === place.count) continue;
      this.#change(entry, { place });
    }
  }

  async #execute(entry: Entry<Plan>): Promise<void> {
    entry.meter = new ProgressMeter();
    const hadConfirmed = entry.hasConfirmed;
    entry.failedAttempts += 1;
    entry.job = withoutPlans(entry.job);
    this.#change(entry, { state: 'running' });
    try {
      const result = await this.#options.execute(entry.work, {
        jobId: entry.job.id,
        signal: entry.abort.signal,
        hadConfirmed,
        onStep: (step, part) => this.#step(entry, step, part),
        onProgress: (done, total) => {
          this.#progress(entry, done, total);
        },
      });
      await this.#end(entry, { state: 'done', result });
    } catch (fault) {
      if (this.#isClosing && isPaused(entry.abort.signal)) return;
      if (!isCancelled(fault)) await this.#fail(entry, this.#describe(fault));
      else {
        const state = isPaused(entry.abort.signal) ? 'paused' : 'cancelled';
        await this.#end(entry, { state });
      }
    }
  }

  async #fail(entry: Entry<Plan>, error: ErrorView): Promise<void> {
    const mayPass = entry.work.kind === 'send' && error.retry === 'auto';
    const wait = mayPass ? waitBeforeRetry(this.#options.backOff, entry.failedAttempts) : undefined;
    if (wait === undefined || entry.abort.signal.aborted) {
      await this.#end(entry, { state: 'failed', error });
      return;
    }
    entry.alarm = setTimeout(() => {
      this.#wake(entry);
    }, wait);
    const retryAt = new Date(Date.now() + wait).toISOString();
    this.#change(entry, { state: 'waiting', error, retryAt });
  }

  /** The next attempt of a waiting delivery, before all that is queued. */
  #wake(entry: Entry<Plan>): void {
    clearTimeout(entry.alarm);
    entry.job = restarted(entry.job);
    this.#emit(entry);
    this.#queue.addFirst(entry.job.id);
    this.#next();
  }

  #describe(fault: unknown): ErrorView {
    return fault instanceof AppError ? fault.toView() : this.#options.describeFault(fault);
  }

  async #step(entry: Entry<Plan>, step: SendStep, part?: PartOf): Promise<void> {
    const at = { step, ...(part && { part }) };
    if (entry.work.kind === 'send') {
      await this.#journal.append({ type: 'step', jobId: entry.job.id, ...at });
    }
    if (step === 'confirm') {
      entry.hasConfirmed = true;
      // Something is about to arrive: should this attempt fail, it is the first in a row.
      entry.failedAttempts = 1;
    }
    entry.meter = new ProgressMeter();
    const { total, rate, part: before, ...kept } = entry.job;
    entry.job = kept;
    this.#change(entry, { ...at, done: 0 });
  }

  #progress(entry: Entry<Plan>, done: number, total?: number): void {
    const rate = entry.meter.add(done);
    entry.job = {
      ...entry.job,
      seq: entry.job.seq + 1,
      done,
      ...(total === undefined ? {} : { total }),
      ...(rate === undefined ? {} : { rate }),
    };
    this.#emitThrottled(entry);
  }

  /** An end that could not be journaled is shown as a failure: nothing is called done that a crash would undo. */
  async #end(entry: Entry<Plan>, end: JobEnd): Promise<void> {
    let shown = end;
    try {
      if (entry.work.kind === 'send') await this.#journal.append(endEntry(entry.job.id, end));
    } catch (fault) {
      shown = { state: 'failed', error: this.#describe(fault) };
    }
    const finishedAt = new Date().toISOString();
    this.#change(entry, shown.state === 'paused' ? shown : { ...shown, finishedAt });
  }

  /** Of one that does not run. */
  async #leaveQueue(entry: Entry<Plan>, state: 'cancelled' | 'paused'): Promise<void> {
    clearTimeout(entry.alarm);
    // Before anything is awaited, so that it cannot be started meanwhile.
    this.#queue.remove(entry.job.id);
    entry.job = { ...withoutPlans(entry.job), state };
    await this.#end(entry, { state });
    this.#next();
  }

  #change(entry: Entry<Plan>, change: Partial<Job>): void {
    entry.job = { ...entry.job, ...change, seq: entry.job.seq + 1 };
    this.#emit(entry);
  }

  #emit(entry: Entry<Plan>): void {
    clearTimeout(entry.timer);
    delete entry.timer;
    entry.lastEventAt = Date.now();
    this.#options.onChange(entry.job);
  }

  #emitThrottled(entry: Entry<Plan>): void {
    if (entry.timer !== undefined) return;
    const wait = entry.lastEventAt + MIN_TIME_BETWEEN_EVENTS_MS - Date.now();
    if (wait <= 0) this.#emit(entry);
    else {
      entry.timer = setTimeout(() => {
        this.#emit(entry);
      }, wait);
    }
  }

  #replay(entry: JournalEntry): void {
    if (entry.type === 'created') {
      const work: JobWork<Plan> = { kind: 'send', plan: entry.plan as Plan };
      const fresh = newEntry(entry.jobId, entry.title, entry.destination, work, entry.at);
      fresh.job = { ...fresh.job, state: 'interrupted' };
      this.#entries.set(entry.jobId, fresh);
      return;
    }
    const known = this.#entries.get(entry.jobId);
    if (known === undefined) return;
    if (entry.type === 'step' && entry.step === 'confirm') known.hasConfirmed = true;
    const base = entry.type === 'restarted' ? restarted(known.job) : known.job;
    known.job = { ...base, ...replayed(entry), seq: known.job.seq + 1 };
  }
}
