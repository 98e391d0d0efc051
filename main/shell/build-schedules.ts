/** Builds the schedules of the app: their files go through the one queue of deliveries, and end where it says. */
import { basename } from 'node:path';
import type { Job } from '../../shared/domain/job.ts';
import type { ScheduleDelivery, ScheduleNews } from '../../shared/domain/schedule.ts';
import { AppError } from '../../shared/errors/index.ts';
import { cancellable } from '../delivery/cancel.ts';
import type { AppSendPlan, Deliveries } from '../jobs/deliveries.ts';
import type { ReceiptStore } from '../jobs/receipt-store.ts';
import { hasEnded, isUnderWay } from '../jobs/job-entry.ts';
import type { JobRunner } from '../jobs/runner.ts';
import { planNames } from '../jobs/send-names.ts';
import type { SecretsKeeper } from '../keys/secrets-keeper.ts';
import { MappingMemory } from '../manifest/mapping-memory.ts';
import { MappingTemplates } from '../manifest/mapping-templates.ts';
import type { Log } from '../platform/log.ts';
import { isFaultOfFile } from '../schedules/run-file.ts';
import type { FileHands } from '../schedules/run-file.ts';
import { ScheduleStore } from '../schedules/schedule-store.ts';
import { scheduledManifest } from '../schedules/scheduled-manifest.ts';
import { Schedules } from '../schedules/schedules.ts';
import { sentName } from '../tabular/index.ts';
import type { WorkerHost } from './worker-host.ts';

export interface BuildSchedulesOptions {
  readonly profileDir: string;
  readonly log: Log;
  readonly keeper: SecretsKeeper;
  readonly jobs: JobRunner<AppSendPlan>;
  readonly deliveries: Deliveries;
  readonly connectionName: (id: string) => Promise<string>;
  readonly receipts: ReceiptStore;
  readonly worker: WorkerHost;
  /** Told of every change of a job. */
  readonly ends: JobEnds;
  readonly onChange: () => void;
  readonly onNews: (news: ScheduleNews) => void;
}

export interface BuiltSchedules {
  readonly scheduleStore: ScheduleStore;
  readonly schedules: Schedules;
}

const ONE_SECOND_MS = 1000;

export function buildSchedules(options: BuildSchedulesOptions): BuiltSchedules {
  const { profileDir, log, keeper, receipts } = options;
  const store = new ScheduleStore(profileDir);
  const schedules = new Schedules({
    ...{ profileDir, store },
    handsOf: ({ delivery }) => handsOf(delivery, options),
    receipts: () => receipts.list(),
    isLocked: async () => (await keeper.state()).protection === 'locked',
    onChange: () => options.onChange(),
    onNews: options.onNews,
    describeFault: (fault) => new AppError('INTERNAL', log.fault(fault).params, { cause: fault }),
  });
  keeper.onUnlock(() => void schedules.tick());
  schedules.start();
  return { scheduleStore: store, schedules };
}

function handsOf(delivery: ScheduleDelivery, options: BuildSchedulesOptions): FileHands {
  const { jobs, worker, ends } = options;
  return {
    deliver: async (path, signal) => {
      const job = (await takenUp(path, jobs)) ?? (await started(path, delivery, options));
      const ended = await cancellable(ends.of(job, jobs), signal);
      if (ended.state === 'done' && ended.result?.kind === 'send') return ended.result.receipt;
      const error = failureOf(ended);
      // The file is put away: there is nothing that this job could be tried again with.
      if (isFaultOfFile(error.code)) await jobs.discard(ended.id);
      throw error;
    },
    saveFailedRows: async (path, outputPath) => {
      const { convert } = delivery;
      const name = basename(path);
      const { manifestText } = await described(path, delivery, options);
      await worker.run('failed-rows', { path, name, convert, manifestText, outputPath });
    },
  };
}

/** An earlier delivery of this file that did not end well goes on: a new one might bring its rows twice. */
async function takenUp(path: string, jobs: JobRunner<AppSendPlan>): Promise<Job | undefined> {
  const open = jobs.openPlans.find(({ sourcePath }) => sourcePath === path);
  const job = jobs.list().find(({ id }) => id === open?.jobId);
  if (!job || isUnderWay(job)) return job;
  return jobs.retry(job.id);
}

async function started(
  path: string,
  delivery: ScheduleDelivery,
  options: BuildSchedulesOptions,
): Promise<Job> {
  const { deliveries, jobs, connectionName } = options;
  const { connectionId, fingerprint, acceptRejected, convert } = delivery;
  const sourceName = basename(path);
  for (let at = new Date(); ; at = new Date(at.getTime() + ONE_SECOND_MS)) {
    const { manifestText } = await described(path, delivery, options, at);
    try {
      const plan = await deliveries.plan({
        ...{ sourcePath: path, sourceName, manifestText, fingerprint, connectionId },
        ...{ acceptRejected, overwrite: false, convert },
      });
      await deliveries.reserve(plan);
      return await jobs.startSend(plan.jobId, sourceName, await connectionName(connectionId), plan);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NAME_USED_BEFORE') throw error;
    }
  }
}

/** The manifest of a file, under a name with the time in it. */
async function described(
  path: string,
  delivery: ScheduleDelivery,
  { profileDir, worker }: BuildSchedulesOptions,
  at = new Date(),
): Promise<{ manifestText: string }> {
  const name = basename(path);
  const facts = await worker.run('inspect', { path, name, convert: delivery.convert });
  const { dataName } = planNames(sentName(name, facts), { usedBefore: true, now: at });
  const sources = {
    memory: new MappingMemory(profileDir),
    templates: new MappingTemplates(profileDir),
  };
  return { manifestText: await scheduledManifest(delivery, facts, dataName, sources) };
}

function failureOf({ state, error }: Job): AppError {
  if (state === 'failed' && error) return new AppError(error.code, error.params);
  return new AppError('CANCELLED');
}

/** Who waits for the end of a job. */
export class JobEnds {
  readonly #waiting = new Map<string, ((job: Job) => void)[]>();

  changed(job: Job): void {
    if (!hasEnded(job)) return;
    const waiting = this.#waiting.get(job.id) ?? [];
    this.#waiting.delete(job.id);
    for (const tell of waiting) tell(job);
  }

  /** The job as it ended, also when it did before this was asked. */
  of({ id }: Job, jobs: Pick<JobRunner<AppSendPlan>, 'list'>): Promise<Job> {
    const now = jobs.list().find((job) => job.id === id);
    if (now && hasEnded(now)) return Promise.resolve(now);
    return new Promise((resolve) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    });
  }
}
