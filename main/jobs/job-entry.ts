/** What the job runner keeps of a job, and how the journal's entries change it. Pure. */
import type { Job, JobResult } from '../../shared/domain/job.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import type { JournalEntry, NewJournalEntry } from './journal.ts';
import { ProgressMeter } from './progress-meter.ts';

export type JobWork<Plan> =
  | { readonly kind: 'check'; readonly input: unknown }
  | { readonly kind: 'failed-rows'; readonly input: unknown }
  | { readonly kind: 'send'; readonly plan: Plan };

export type JobEnd =
  | { readonly state: 'done'; readonly result: JobResult }
  | { readonly state: 'failed'; readonly error: ErrorView }
  | { readonly state: 'cancelled' | 'paused' };

/** What the runner keeps of one job. */
export interface Entry<Plan> {
  job: Job;
  work: JobWork<Plan>;
  abort: AbortController;
  meter: ProgressMeter;
  /** An attempt came to the step in which files take their final names. */
  hasConfirmed: boolean;
  /** Attempts in a row that failed and in which nothing arrived. */
  failedAttempts: number;
  lastEventAt: number;
  timer?: NodeJS.Timeout;
  /** Begins the next attempt, while the job waits for it. */
  alarm?: NodeJS.Timeout;
}

export function endEntry(jobId: string, end: JobEnd): NewJournalEntry {
  if (end.state === 'failed') return { type: 'failed', jobId, error: end.error };
  if (end.state === 'done' && end.result.kind === 'send') {
    return { type: 'done', jobId, receipt: end.result.receipt };
  }
  return { type: end.state === 'paused' ? 'paused' : 'cancelled', jobId };
}

export function replayed(entry: Exclude<JournalEntry, { type: 'created' }>): Partial<Job> {
  switch (entry.type) {
    case 'step':
      return { step: entry.step, ...(entry.part && { part: entry.part }) };
    case 'done':
      return {
        state: 'done',
        finishedAt: entry.at,
        result: { kind: 'send', receipt: entry.receipt },
      };
    case 'failed':
      return { state: 'failed', finishedAt: entry.at, error: entry.error };
    case 'cancelled':
      return { state: 'cancelled', finishedAt: entry.at };
    case 'paused':
      return { state: 'paused' };
    case 'restarted':
    case 'discarded':
      return { state: 'interrupted' };
  }
}

export function newEntry<Plan>(
  jobId: string,
  title: string,
  destination: string,
  work: JobWork<Plan>,
  createdAt: string,
): Entry<Plan> {
  return {
    job: {
      id: jobId,
      kind: work.kind,
      title,
      destination,
      seq: 0,
      state: 'queued',
      done: 0,
      createdAt,
    },
    work,
    abort: new AbortController(),
    meter: new ProgressMeter(),
    hasConfirmed: false,
    failedAttempts: 0,
    lastEventAt: 0,
  };
}

/** The job as it is queued again: nothing of its last attempt is shown. */
export function restarted({
  step,
  part,
  total,
  rate,
  error,
  finishedAt,
  retryAt,
  ...kept
}: Job): Job {
  return { ...kept, seq: kept.seq + 1, state: 'queued', done: 0 };
}

/** Without what was to come of it. */
export function withoutPlans({ retryAt, place, ...kept }: Job): Job {
  return kept;
}

/** Whether a queued job may begin beside what runs, and before what waits to be tried again. */
export function mayBegin(
  { kind, destination }: Job,
  {
    running,
    waiting,
    deliveriesAtOnce,
  }: {
    readonly running: readonly Job[];
    readonly waiting: readonly Job[];
    readonly deliveriesAtOnce: number;
  },
): boolean {
  const sends = running.filter((other) => other.kind === 'send');
  if (kind !== 'send') return sends.length === running.length;
  const others = [...sends, ...waiting];
  return (
    sends.length < deliveriesAtOnce && others.every((other) => other.destination !== destination)
  );
}

export function isRestartable(job: Job): boolean {
  return ['waiting', 'paused', 'failed', 'cancelled', 'interrupted'].includes(job.state);
}

export function isCancelled(fault: unknown): boolean {
  return fault instanceof AppError && fault.code === 'CANCELLED';
}

/** Nothing more comes of it unless the user asks for it. */
export function hasEnded(job: Job): boolean {
  return !isUnderWay(job) && job.state !== 'paused';
}

/** It ends by itself. */
export function isUnderWay({ state }: Job): boolean {
  return state === 'running' || state === 'queued' || state === 'waiting';
}
