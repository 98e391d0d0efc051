/**
 * Send jobs as they run, and receipts of what arrived. Checks belong to the wizard that started them:
 * their reports hold row values, so this store never keeps one.
 */
import { create } from 'zustand';
import type { Job } from '../../../shared/domain/job.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { createResource } from '../../bridge/resource.ts';
import { mergeJob } from './job-list.ts';

interface Jobs {
  readonly jobs: readonly Job[];
  readonly isLoaded: boolean;
  readonly error: ErrorView | undefined;
  readonly load: () => Promise<void>;
  /** Takes a job in by rising `seq`; a check is ignored. */
  readonly keep: (job: Job) => void;
  readonly forget: (id: string) => void;
}

export const useJobs = create<Jobs>((set, get) => ({
  jobs: [],
  isLoaded: false,
  error: undefined,
  load: async () => {
    const result = await call('jobs.list', {});
    if (!result.ok) {
      set({ error: result.error, isLoaded: true });
      return;
    }
    for (const job of result.value) get().keep(job);
    set({ error: undefined, isLoaded: true });
  },
  keep: (job) => {
    if (job.kind === 'send') set({ jobs: mergeJob(get().jobs, job) });
  },
  forget: (id) => set({ jobs: get().jobs.filter((job) => job.id !== id) }),
}));

export const useReceipts = createResource(() => call('receipts.list', {}));

/** Follows all jobs for as long as the window lives; the answer ends it. */
export function followJobs(): () => void {
  // Listening first: what happens while the list is on its way comes with a higher `seq`.
  const stop = listen('jobs.changed', (job) => useJobs.getState().keep(job));
  void useJobs.getState().load();
  return stop;
}
