/** What the worker process is started with. */
import { availableParallelism } from 'node:os';

/** Files, names and the like, beside what keeps the cores busy. */
const THREADS_BESIDE = 4;

/**
 * libuv makes its pool when it is first used, so its size has to be there before the process is: a thread for
 * each core that deflates, one more so that none of them waits, and others for files.
 */
export function workerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    UV_THREADPOOL_SIZE: String(availableParallelism() + 1 + THREADS_BESIDE),
  };
}
