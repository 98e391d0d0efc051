/** Builds what deliveries are made of: plans, the queue, receipts, and the schedules that fill the queue by themselves. */
import { join } from 'node:path';
import type { Job, JobResult } from '../../shared/domain/job.ts';
import type { ScheduleNews } from '../../shared/domain/schedule.ts';
import { isPaused } from '../delivery/cancel.ts';
import type { ConnectionStore } from '../delivery/connection-store.ts';
import { APP_BACK_OFF } from '../jobs/back-off.ts';
import { Deliveries, readAppSendPlan } from '../jobs/deliveries.ts';
import type { AppSendPlan } from '../jobs/deliveries.ts';
import { ReceiptStore } from '../jobs/receipt-store.ts';
import { forgetDelivery, tidySpool } from '../jobs/send-job.ts';
import { isCancelled } from '../jobs/job-entry.ts';
import { discardSpool, discardUnknown } from '../jobs/part-spool.ts';
import { SendRecords } from '../jobs/send-records.ts';
import { JobRunner } from '../jobs/runner.ts';
import type { JobHooks, JobWork } from '../jobs/runner.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SecretsKeeper } from '../keys/secrets-keeper.ts';
import type { Log } from '../platform/log.ts';
import type { SettingsStore } from '../platform/settings-store.ts';
import type { CheckInput, FailedRowsInput } from '../worker/protocol.ts';
import { buildSchedules, JobEnds } from './build-schedules.ts';
import type { BuiltSchedules } from './build-schedules.ts';
import { KeepAwake } from './keep-awake.ts';
import type { WorkerHost } from './worker-host.ts';

export interface BuildDeliveriesOptions {
  readonly profileDir: string;
  readonly log: Log;
  readonly keeper: SecretsKeeper;
  readonly settings: SettingsStore;
  readonly keys: KeyStore;
  readonly connections: ConnectionStore;
  readonly worker: WorkerHost;
  readonly onJob: (job: Job) => void;
  readonly onSchedules: () => void;
  readonly onNews: (news: ScheduleNews) => void;
}

export interface BuiltDeliveries extends BuiltSchedules {
  readonly receipts: ReceiptStore;
  readonly deliveries: Deliveries;
  readonly jobs: JobRunner<AppSendPlan>;
  /** Ids of deliveries of app and CLI that were not done: each may go on with what it left. */
  readonly openJobs: () => Promise<readonly string[]>;
}

export async function buildDeliveries(options: BuildDeliveriesOptions): Promise<BuiltDeliveries> {
  const { profileDir, log, keeper, settings, keys, connections, worker } = options;
  const receipts = new ReceiptStore(profileDir, () => keeper.store());
  const deliveries = new Deliveries({
    ...{ profileDir, keys, connections, receipts },
    openPlans: (): AppSendPlan[] => jobs.openPlans,
    maxSealedBytes: async () => (await settings.get()).maxSealedBytes,
  });
  const ends = new JobEnds();
  const keepAwake = new KeepAwake();
  const jobs: JobRunner<AppSendPlan> = await JobRunner.open<AppSendPlan>({
    journalPath: join(profileDir, 'jobs', 'journal.jsonl'),
    execute: (work, hooks) => execute(work, hooks, { worker, deliveries, receipts }),
    onChange: (job) => {
      keepAwake.heed(jobs.isSending);
      options.onJob(job);
      ends.changed(job);
    },
    describeFault: (fault) => log.fault(fault),
    cleanUp: (plan, why) =>
      why === 'discarded'
        ? deliveries.discard(readAppSendPlan(plan))
        : discardSpool(readAppSendPlan(plan)),
    backOff: APP_BACK_OFF,
  });
  const openJobs = async () => [
    ...jobs.openJobs,
    ...(await new SendRecords(profileDir).list()).map(({ jobId }) => jobId),
  ];
  // Room that is not won back keeps nobody from working.
  await tidySpools(profileDir, jobs.openPlans, openJobs).catch((fault: unknown) =>
    log.fault(fault),
  );
  whenOpen(keeper, log, () => settle({ receipts, jobs, settings }));
  const scheduled = buildSchedules({
    ...{ profileDir, log, keeper, jobs, deliveries, receipts, worker, ends },
    connectionName: async (id) => (await connections.get(id)).name,
    onChange: options.onSchedules,
    onNews: options.onNews,
  });
  return { receipts, deliveries, jobs, openJobs, ...scheduled };
}

/** What a crash left half sealed, or sealed for a delivery that was given up. */
async function tidySpools(
  profileDir: string,
  openPlans: readonly AppSendPlan[],
  openJobs: BuiltDeliveries['openJobs'],
): Promise<void> {
  await discardUnknown(join(profileDir, 'spool'), openJobs);
  for (const plan of openPlans) await tidySpool(readAppSendPlan(plan));
}

/** Now, if the secrets are open, and at each unlock. Nothing waits for it: a keychain may take its time. */
function whenOpen(keeper: SecretsKeeper, log: Log, work: () => Promise<void>): void {
  const noted = (begun: Promise<void>): void =>
    void begun.catch((fault: unknown) => log.fault(fault));
  keeper.onUnlock(() => noted(work()));
  noted(keeper.isOpen().then((isOpen) => (isOpen ? work() : undefined)));
}

interface Unsettled {
  readonly receipts: ReceiptStore;
  readonly jobs: JobRunner<AppSendPlan>;
  readonly settings: SettingsStore;
}

/** Chains the receipts that a crash, or another process, left unchained, and goes on with cut-off deliveries. */
async function settle({ receipts, jobs, settings }: Unsettled): Promise<void> {
  await receipts.settle();
  if ((await settings.get()).resumeDeliveries) await jobs.resumeInterrupted();
}

interface Hands {
  readonly worker: WorkerHost;
  readonly deliveries: Deliveries;
  readonly receipts: ReceiptStore;
}

/** Runs one job in the worker; a delivery's secrets are looked up only now, and its receipt is kept at once. */
async function execute(
  work: JobWork<AppSendPlan>,
  hooks: JobHooks,
  { worker, deliveries, receipts }: Hands,
): Promise<JobResult> {
  if (work.kind === 'check') return worker.run('check', work.input as CheckInput, hooks);
  if (work.kind === 'failed-rows') {
    return worker.run('failed-rows', work.input as FailedRowsInput, hooks);
  }
  const plan = readAppSendPlan(work.plan);
  const kept = await receipts.get(plan.jobId);
  if (kept) {
    await forgetDelivery(plan);
    return { kind: 'send', receipt: kept };
  }
  // Its names may have been delivered by another job, or by the CLI, since it was planned.
  await deliveries.refuseDelivered(plan.manifestName, plan.jobId);
  const secrets = await deliveries.secrets(plan);
  // While the keys are open: they may be locked when the delivery ends.
  const vouching = await receipts.vouching(plan.jobId);
  try {
    const { hadConfirmed: dataMayBeOurs } = hooks;
    const result = await worker.run('send', { plan, secrets, dataMayBeOurs }, hooks);
    if (result.kind === 'send') {
      await receipts.add(result.receipt, vouching);
      await forgetDelivery(plan);
    }
    return result;
  } catch (fault) {
    // The worker does so itself, unless it was killed.
    if (isCancelled(fault) && !isPaused(hooks.signal)) await discardSpool(plan);
    else await tidySpool(plan);
    throw fault;
  }
}
