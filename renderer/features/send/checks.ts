/** Checking every row of every file in the background while the user goes on. */
import type { Job } from '../../../shared/domain/job.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { buildManifest } from './manifest-draft.ts';
import { isLooking, patch, setCheck, useSend } from './store.ts';
import type { FileCheck, SendFile } from './wizard.ts';
import { hasErrors } from './wizard.ts';

/** Starts the checks, unless they ran for the same mapping already. */
export async function runChecks(): Promise<void> {
  const wanted = signature();
  const { checkedFor, files } = useSend.getState();
  if (checkedFor === wanted || isLooking()) return;
  cancelChecks();
  patch({
    // Consent was given to other results. The first check after coming back repeats the one it was given to.
    ...(checkedFor === '' ? {} : { acceptRejected: false }),
    checkedFor: wanted,
    checks: Object.fromEntries(files.map(({ ref }) => [ref.handle, { state: 'waiting' }])),
  });
  for (const file of files) {
    // The mapping changed or the wizard was left: whoever did that starts or wants no further check.
    if (useSend.getState().checkedFor !== wanted) return;
    await startCheck(file);
  }
}

/** Runs the checks again though nothing changed, for example after the file itself was mended. */
export function checkAgain(): void {
  patch({ checkedFor: '', acceptRejected: false });
  void runChecks();
}

/** Stops the checks under way; what they found so far is of no use. */
export function cancelChecks(): void {
  for (const check of Object.values(useSend.getState().checks)) {
    if (check.state === 'running') void stopCheck(check.jobId);
  }
}

/** Takes in what the running checks tell; the answer ends it. */
export function followChecks(): () => void {
  return listen('jobs.changed', takeCheck);
}

async function startCheck(file: SendFile): Promise<void> {
  const { handle } = file.ref;
  const { checkedFor } = useSend.getState();
  const built = await buildManifest(file);
  if (built === undefined) return;
  const started = !built.ok
    ? built
    : hasErrors(built.value.problems)
      ? undefined
      : await call('jobs.start', { kind: 'check', handle, manifestText: built.value.text });
  if (useSend.getState().checkedFor !== checkedFor) {
    if (started?.ok === true && 'id' in started.value) void stopCheck(started.value.id);
    return;
  }
  if (started === undefined) {
    setCheck(handle, { state: 'refused', problems: built.ok ? built.value.problems : [] });
  } else if (!started.ok) {
    setCheck(handle, { state: 'failed', error: started.error });
  } else if ('id' in started.value) {
    setCheck(handle, checkOf(started.value));
    await catchUp(started.value.id);
  }
}

/** A short check may have ended before its id was known here. */
async function catchUp(jobId: string): Promise<void> {
  const jobs = await call('jobs.list', {});
  const job = jobs.ok ? jobs.value.find((candidate) => candidate.id === jobId) : undefined;
  if (job !== undefined) takeCheck(job);
}

function takeCheck(job: Job): void {
  if (job.kind !== 'check') return;
  const mine = Object.entries(useSend.getState().checks).find(
    ([, check]) => check.state === 'running' && check.jobId === job.id && check.seq <= job.seq,
  );
  if (mine === undefined) return;
  const check = checkOf(job);
  setCheck(mine[0], check);
  // The report holds row values: the main process need not keep it once it is here.
  if (check.state !== 'running') void call('jobs.discard', { id: job.id });
}

function checkOf(job: Job): FileCheck {
  if (job.result?.kind === 'check') return { state: 'done', report: job.result.report };
  if (job.error !== undefined) return { state: 'failed', error: job.error };
  if (job.state === 'cancelled') {
    return { state: 'failed', error: { code: 'CANCELLED', params: {}, retry: 'user' } };
  }
  const { id: jobId, seq, done, total, rate } = job;
  return { state: 'running', jobId, seq, done, total, rate };
}

async function stopCheck(jobId: string): Promise<void> {
  await call('jobs.cancel', { id: jobId });
  await call('jobs.discard', { id: jobId });
}

/** What a check depends on. */
function signature(): string {
  const { files, groups, clientEmail } = useSend.getState();
  return JSON.stringify([
    files.map((file) => file.ref.handle),
    Object.entries(groups).map(([key, { type, columns }]) => [
      key,
      type,
      columns?.map(({ header, target, dataType, dateFormat }) => [
        header,
        target,
        dataType,
        dateFormat,
      ]),
    ]),
    clientEmail,
  ]);
}
