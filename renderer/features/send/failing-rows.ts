/** Saving the rows that the platform would reject: a job of the main process, followed here by file. */
import { create } from 'zustand';
import type { Job } from '../../../shared/domain/job.ts';
import type { ErrorView, Result } from '../../../shared/errors/index.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { buildManifest } from './manifest-draft.ts';
import type { SendFile } from './wizard.ts';

/** The last job of each file, by handle. It holds no row. */
export const useSaves = create<{ readonly byHandle: Readonly<Record<string, Job>> }>(() => ({
  byHandle: {},
}));

const CANCELLED: ErrorView = { code: 'CANCELLED', params: {}, retry: 'user' };

/** Asks where and begins; nothing when the dialog is closed. */
export async function saveFailingRows(file: SendFile): Promise<Result<true>> {
  const built = await buildManifest(file);
  if (built === undefined) return { ok: false, error: CANCELLED };
  if (!built.ok) return built;
  const { handle } = file.ref;
  const started = await call('send.saveFailedRows', { handle, manifestText: built.value.text });
  if (!started.ok) return started;
  const { job } = started.value;
  if (job !== null) {
    keep(handle, job);
    // A short one may have ended before its id was known here.
    const jobs = await call('jobs.list', {});
    const now = jobs.ok ? jobs.value.find(({ id }) => id === job.id) : undefined;
    if (now !== undefined) take(now);
  }
  return { ok: true, value: true };
}

export function cancelSave(job: Job): void {
  void call('jobs.cancel', { id: job.id });
}

/** The answer ends it. What was saved for a wizard that was left is not told any more. */
export function followSaves(): () => void {
  const stop = listen('jobs.changed', take);
  return () => {
    stop();
    useSaves.setState({ byHandle: {} });
  };
}

function take(job: Job): void {
  const { byHandle } = useSaves.getState();
  const known = Object.entries(byHandle).find(([, { id, seq }]) => id === job.id && seq <= job.seq);
  if (known === undefined) return;
  keep(known[0], job);
  if (job.state !== 'queued' && job.state !== 'running') void call('jobs.discard', { id: job.id });
}

function keep(handle: string, job: Job): void {
  useSaves.setState(({ byHandle }) => ({ byHandle: { ...byHandle, [handle]: job } }));
}
