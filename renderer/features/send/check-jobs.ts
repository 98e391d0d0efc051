/** Ending jobs of the wizard whose outcome nobody waits for any more. */
import { call } from '../../bridge/window-api.ts';
import type { FileCheck } from './wizard.ts';

export function stopIfRunning(check: FileCheck | undefined): void {
  if (check?.state === 'running') void stopJob(check.jobId);
}

/** The main process need not keep what it found. */
export async function stopJob(id: string): Promise<void> {
  await call('jobs.cancel', { id });
  await call('jobs.discard', { id });
}
