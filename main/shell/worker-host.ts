/**
 * Main's side of the worker process: starts it when it is needed, hands it tasks, kills it when it does not stop.
 */
import { randomUUID } from 'node:crypto';
import { utilityProcess } from 'electron';
import type { UtilityProcess } from 'electron';
import type { PartOf, SendStep } from '../../shared/domain/job.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { Log } from '../platform/log.ts';
import { workerEnvironment } from '../worker/environment.ts';
import type { FromWorker, TaskName, Tasks, ToWorker } from '../worker/protocol.ts';

/** How long a cancelled task may take to clean up before the worker is killed. */
const STOP_TIME_MS = 2_000;

export interface TaskOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: SendStep, part?: PartOf) => Promise<void>;
  readonly onProgress?: (done: number, total?: number) => void;
}

interface Pending extends TaskOptions {
  lastStep?: SendStep;
  readonly resolve: (output: Tasks[TaskName]['output']) => void;
  readonly reject: (fault: unknown) => void;
}

export class WorkerHost {
  readonly #entryPath: string;
  readonly #log: Log;
  readonly #pending = new Map<string, Pending>();
  #process: UtilityProcess | undefined;
  #bytesPerSecond = 0;

  /** `entryPath`: the built worker entry. */
  constructor(entryPath: string, log: Log) {
    this.#entryPath = entryPath;
    this.#log = log;
  }

  /** Runs one task to its end. Rejects with an `AppError`; CANCELLED when the signal was raised. */
  async run<N extends TaskName>(
    task: N,
    input: Tasks[N]['input'],
    options: TaskOptions = {},
  ): Promise<Tasks[N]['output']> {
    if (options.signal?.aborted === true) throw new AppError('CANCELLED');
    const id = randomUUID();
    const worker = this.#started();
    const answered = new Promise<Tasks[TaskName]['output']>((resolve, reject) => {
      this.#pending.set(id, { ...options, resolve, reject });
    });
    const stop = this.#watchSignal(id, worker, options.signal);
    try {
      worker.postMessage({ type: 'run', id, task, input });
      return await answered;
    } finally {
      stop();
      this.#pending.delete(id);
    }
  }

  /** Starts the process before there is a task, so that the first one need not wait for it. */
  warm(): void {
    this.#started();
  }

  /** How fast deliveries may go out, all together, from now on. @param bytesPerSecond 0: no limit */
  limitUpload(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#process?.postMessage({ type: 'limit', bytesPerSecond } satisfies ToWorker);
  }

  close(): void {
    this.#process?.kill();
  }

  #started(): UtilityProcess {
    if (this.#process !== undefined) return this.#process;
    const worker = utilityProcess.fork(this.#entryPath, [], {
      serviceName: 'Sealift worker',
      env: workerEnvironment(process.env),
      stdio: 'ignore',
    });
    worker.on('message', (message: FromWorker) => {
      this.#receive(worker, message);
    });
    worker.on('exit', () => {
      if (this.#process === worker) this.#process = undefined;
      for (const pending of this.#pending.values()) pending.reject(endedEarly(pending));
    });
    this.#process = worker;
    this.limitUpload(this.#bytesPerSecond);
    return worker;
  }

  #watchSignal(id: string, worker: UtilityProcess, signal: AbortSignal | undefined): () => void {
    let killTimer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      const reason: unknown = signal?.reason;
      const why = typeof reason === 'string' ? { reason } : {};
      worker.postMessage({ type: 'cancel', id, ...why } satisfies ToWorker);
      killTimer = setTimeout(() => worker.kill(), STOP_TIME_MS);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', cancel);
    };
  }

  #receive(worker: UtilityProcess, message: FromWorker): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    switch (message.type) {
      case 'progress':
        pending.onProgress?.(message.done, message.total);
        return;
      case 'step':
        pending.lastStep = message.step;
        void this.#noteStep(worker, pending, message);
        return;
      case 'done':
        pending.resolve(message.output);
        return;
      case 'failed':
        pending.reject(new AppError(message.error.code, message.error.params));
        return;
      case 'fault': {
        const view = this.#log.fault(message.stack);
        pending.reject(new AppError('INTERNAL', view.params));
      }
    }
  }

  async #noteStep(
    worker: UtilityProcess,
    pending: Pending,
    { id, step, part }: Extract<FromWorker, { type: 'step' }>,
  ) {
    try {
      await pending.onStep?.(step, part);
      worker.postMessage({ type: 'step-noted', id } satisfies ToWorker);
    } catch (fault) {
      // A step that could not be journaled is not taken.
      worker.postMessage({ type: 'cancel', id } satisfies ToWorker);
      pending.reject(fault);
    }
  }
}

/** What a task's end means when the process went away under it, killed by us or not. */
function endedEarly({ lastStep, signal }: Pending): AppError {
  if (lastStep === 'confirm') return new AppError('DELIVERY_STOPPED_LATE');
  return signal?.aborted === true ? new AppError('CANCELLED') : new AppError('WORKER_ENDED');
}
