/**
 * Entry of the worker process: checking, sealing and delivering run here, never in the window's or main's thread.
 * Gets the secrets of one task with the task and keeps none; knows no keychain, no window and no Electron API
 * but the port to its parent.
 */
import type { PartOf, SendStep } from '../../shared/domain/job.ts';
import { AppError } from '../../shared/errors/index.ts';
import { RateLimit } from '../delivery/rate-limit.ts';
import { stackWithoutMessage } from '../platform/fault.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { runTask } from './tasks.ts';
import type { TaskHooks } from './tasks.ts';

interface ParentPort {
  on(event: 'message', listener: (message: { data: ToWorker }) => void): void;
  postMessage(message: FromWorker): void;
}

const port = (process as unknown as { parentPort: ParentPort }).parentPort;
const running = new Map<string, { abort: AbortController; stepNoted?: () => void }>();

/** Of all deliveries together. */
const limit = new RateLimit();

port.on('message', ({ data }) => {
  if (data.type === 'run') void run(data);
  else if (data.type === 'limit') limit.set(data.bytesPerSecond);
  else if (data.type === 'cancel') running.get(data.id)?.abort.abort(data.reason);
  else running.get(data.id)?.stepNoted?.();
});

async function run({ id, task, input }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, { abort });
  const hooks: TaskHooks = {
    signal: abort.signal,
    limit,
    onStep: (step, part) => announceStep(id, { step, ...(part && { part }) }),
    onProgress: (done, total) => {
      port.postMessage({ type: 'progress', id, done, ...(total === undefined ? {} : { total }) });
    },
  };
  try {
    const output = await runTask(task, input, hooks);
    port.postMessage({ type: 'done', id, output });
  } catch (fault) {
    if (fault instanceof AppError) port.postMessage({ type: 'failed', id, error: fault.toView() });
    else port.postMessage({ type: 'fault', id, stack: stackWithoutMessage(fault) });
  } finally {
    running.delete(id);
  }
}

/** Resolves when main has journaled the step; a task that is cancelled meanwhile does not wait for it. */
function announceStep(
  id: string,
  at: { readonly step: SendStep; readonly part?: PartOf },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = running.get(id);
    if (entry === undefined) return;
    entry.stepNoted = resolve;
    entry.abort.signal.addEventListener('abort', () => {
      reject(new AppError('CANCELLED'));
    });
    port.postMessage({ type: 'step', id, ...at });
  });
}
