/** The order and the words of jobs. Pure. */
import type { Job, JobState, SendStep } from '../../../shared/domain/job.ts';
import { SEND_STEPS } from '../../../shared/domain/job.ts';
import { formatBytes, formatDuration, formatRate, secondsLeft } from '../../ui/format.ts';

/** The list with `job` in its place, newest first; a job older than the one known changes nothing. */
export function mergeJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const known = jobs.find((other) => other.id === job.id);
  if (known !== undefined) {
    return known.seq > job.seq ? jobs : jobs.map((other) => (other.id === job.id ? job : other));
  }
  return [...jobs, job].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export const STATE_WORDS: Readonly<Record<JobState, string>> = {
  queued: 'Queued',
  running: 'Running',
  waiting: 'Waiting',
  paused: 'Paused',
  done: 'Sent',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};

export const STEP_WORDS: Readonly<Record<SendStep, string>> = {
  check: 'Check',
  seal: 'Seal',
  send: 'Send',
  confirm: 'Confirm',
};

const OPEN_STATES: readonly JobState[] = ['queued', 'running', 'waiting', 'paused'];

export function isOver(state: JobState): boolean {
  return !OPEN_STATES.includes(state);
}

/** Sealing is one pass with the check, and what is sealed is sent at the same time: three steps are under way. */
export function stepState(step: SendStep, now: SendStep | undefined): 'done' | 'current' | 'ahead' {
  const index = SEND_STEPS.indexOf(step);
  const at = now === undefined ? -1 : SEND_STEPS.indexOf(now);
  if (now === 'seal') return step === 'confirm' ? 'ahead' : 'current';
  if (index === at) return 'current';
  return index < at ? 'done' : 'ahead';
}

/** `Send, part 2 of 3` */
export function stepLabel({ step, part }: Pick<Job, 'step' | 'part'>): string {
  if (step === undefined) return 'Starting';
  if (step === 'seal') return 'Check, seal and send';
  const which = part === undefined ? '' : `, part ${part.number} of ${part.count}`;
  return `${STEP_WORDS[step]}${which}`;
}

/** `: number 2 of 3 in the queue`, where there is a choice. */
export function placeWords(place: Job['place']): string {
  if (place === undefined || place.count < 2) return '';
  return `: number ${place.number} of ${place.count} in the queue`;
}

/** How many parts of a split file have arrived though the delivery has not come to its end. */
export function partsArrived({ state, part }: Pick<Job, 'state' | 'part'>): number {
  return state === 'done' || part === undefined ? 0 : part.number - 1;
}

/** `12.0 of 40.0 MB · 8.0 MB/s · 4 s left`, as much of it as is known. */
export function progressDetail(job: Pick<Job, 'done' | 'total' | 'rate'>): string {
  const parts = [
    job.total === undefined
      ? formatBytes(job.done)
      : `${formatBytes(job.done)} of ${formatBytes(job.total)}`,
  ];
  if (job.rate !== undefined && job.rate > 0) parts.push(formatRate(job.rate));
  const left = secondsLeft(job);
  if (left !== undefined && job.total !== job.done) parts.push(`${formatDuration(left)} left`);
  return parts.join(' · ');
}

export const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Under way' },
  { value: 'trouble', label: 'Not delivered' },
  { value: 'done', label: 'Sent' },
] as const;
export type JobFilter = (typeof FILTERS)[number]['value'];

export function filterJobs(jobs: readonly Job[], filter: JobFilter): readonly Job[] {
  return jobs.filter((job) => {
    switch (filter) {
      case 'all':
        return true;
      case 'open':
        return !isOver(job.state);
      case 'trouble':
        return isOver(job.state) && job.state !== 'done';
      case 'done':
        return job.state === 'done';
    }
  });
}
