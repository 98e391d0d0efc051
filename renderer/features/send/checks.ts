/** Checking every row of every file in the background while the user goes on. */
import type { Job } from '../../../shared/domain/job.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { stopIfRunning, stopJob } from './check-jobs.ts';
import { lookAnew } from './files.ts';
import { buildManifest } from './manifest-draft.ts';
import { groupKeyOf } from './mapping.ts';
import { isLooking, patch, setCheck, useSend } from './store.ts';
import type { FileCheck, SendFile } from './wizard.ts';
import { hasErrors } from './wizard.ts';

/** Starts the checks, but for those that ran for the same mapping already. */
export async function runChecks(): Promise<void> {
  if (isLooking()) return;
  const { checkedFor, checks, files } = useSend.getState();
  const wanted = new Map(files.map((file) => [file.ref.handle, signatureOf(file)]));
  const stale = files.filter(({ ref }) => checkedFor[ref.handle] !== wanted.get(ref.handle));
  if (stale.length === 0) return;
  for (const { ref } of stale) stopIfRunning(checks[ref.handle]);
  const isFirst = Object.keys(checkedFor).length === 0;
  const waiting = stale.map(({ ref }) => [ref.handle, { state: 'waiting' }] as const);
  patch({
    // Consent was given to other results. The first check after coming back repeats the one it was given to.
    ...(isFirst ? {} : { acceptRejected: false }),
    checkedFor: Object.fromEntries(wanted),
    checks: { ...checks, ...Object.fromEntries(waiting) },
  });
  for (const file of stale) {
    // The mapping changed or the wizard was left: whoever did that starts or wants no further check.
    if (useSend.getState().checkedFor[file.ref.handle] !== wanted.get(file.ref.handle)) continue;
    await startCheck(file);
  }
}

/** Looks at the files and checks them again though no choice changed: one may have been mended since. */
export async function checkAgain(): Promise<void> {
  cancelChecks();
  patch({ checkedFor: {}, checks: {}, acceptRejected: false });
  await lookAnew();
  await runChecks();
}

/** Stops the checks under way; what they found so far is of no use. */
export function cancelChecks(): void {
  for (const check of Object.values(useSend.getState().checks)) stopIfRunning(check);
}

/** Ends the checks that have no result yet, as the user wishes. */
export function stopChecking(): void {
  const { checks } = useSend.getState();
  for (const [handle, check] of Object.entries(checks)) {
    if (check.state !== 'running' && check.state !== 'waiting') continue;
    stopIfRunning(check);
    setCheck(handle, CANCELLED);
  }
}

const CANCELLED: FileCheck = {
  state: 'failed',
  error: { code: 'CANCELLED', params: {}, retry: 'user' },
};

/** Takes in what the running checks tell; the answer ends it. */
export function followChecks(): () => void {
  return listen('jobs.changed', takeCheck);
}

async function startCheck(file: SendFile): Promise<void> {
  const { handle } = file.ref;
  const signature = useSend.getState().checkedFor[handle];
  const isWanted = (): boolean => {
    const { checks, checkedFor } = useSend.getState();
    return checks[handle]?.state === 'waiting' && checkedFor[handle] === signature;
  };
  const built = await buildManifest(file);
  if (built === undefined || !isWanted()) return;
  const started = !built.ok
    ? built
    : hasErrors(built.value.problems)
      ? undefined
      : await call('jobs.start', { kind: 'check', handle, manifestText: built.value.text });
  if (!isWanted()) {
    if (started?.ok === true && 'id' in started.value) void stopJob(started.value.id);
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
  if (job.state === 'cancelled') return CANCELLED;
  const { id: jobId, seq, done, total, rate } = job;
  return { state: 'running', jobId, seq, done, total, rate };
}

/** What the check of a file depends on. */
function signatureOf({ facts, convert }: SendFile): string {
  const { groups, clientEmail } = useSend.getState();
  const key = facts === undefined ? '' : groupKeyOf(facts);
  const group = groups[key];
  const columns = group?.columns?.map(({ header, target, dataType, dateFormat }) => [
    header,
    target,
    dataType,
    dateFormat,
  ]);
  return JSON.stringify([key, group?.type, columns, clientEmail, convert === true]);
}
