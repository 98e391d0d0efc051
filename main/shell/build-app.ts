/** Builds the rooms of the app over one profile and wires them to each other. */
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { ProbeStep } from '../../shared/domain/connection.ts';
import type { PracticeState } from '../../shared/contract/api.ts';
import type { Job, JobResult } from '../../shared/domain/job.ts';
import type { SecretsState } from '../../shared/domain/settings.ts';
import type { Transfer } from '../../shared/domain/vault.ts';
import { ConnectionStore } from '../delivery/connection-store.ts';
import { FileHandles } from '../ipc/file-handles.ts';
import type { Handlers } from '../ipc/register.ts';
import { APP_BACK_OFF } from '../jobs/back-off.ts';
import { Deliveries, readAppSendPlan } from '../jobs/deliveries.ts';
import type { AppSendPlan } from '../jobs/deliveries.ts';
import { ReceiptStore } from '../jobs/receipt-store.ts';
import { forgetDelivery } from '../jobs/send-job.ts';
import { discardSpool } from '../jobs/part-spool.ts';
import { JobRunner } from '../jobs/runner.ts';
import type { JobHooks, JobWork } from '../jobs/runner.ts';
import { KeyStore } from '../keys/key-store.ts';
import { SecretsKeeper } from '../keys/secrets-keeper.ts';
import { SshKeyStore } from '../delivery/ssh-key-store.ts';
import { Dialogs } from '../platform/dialogs.ts';
import type { Log } from '../platform/log.ts';
import { SettingsStore } from '../platform/settings-store.ts';
import { Practice } from '../practice/practice.ts';
import type { CheckInput, FailedRowsInput } from '../worker/protocol.ts';
import { buildHandlers } from './build-handlers.ts';
import { buildVaults } from './build-vaults.ts';
import { startServerProcess } from './server-process.ts';
import { WorkerHost } from './worker-host.ts';

export interface BuildAppOptions {
  readonly profileDir: string;
  readonly log: Log;
  readonly workerPath: string;
  readonly serverPath: string;
  readonly samplePath: string;
  readonly window: () => BrowserWindow | undefined;
  readonly onJob: (job: Job) => void;
  readonly onPractice: (state: PracticeState) => void;
  /** A step of the test of the connection with this id. */
  readonly onTested: (id: string, step: ProbeStep) => void;
  readonly onTransfer: (transfer: Transfer) => void;
  /** Tells the window, and has it forget what it shows. */
  readonly onLock: (state: SecretsState) => void;
}

export interface BuiltApp {
  readonly handlers: Handlers;
  readonly files: FileHandles;
  readonly settings: SettingsStore;
  /** Someone is at the window. */
  readonly touch: () => void;
  readonly lock: () => Promise<SecretsState>;
  /** True while quitting would stop a delivery. */
  readonly isBusy: () => boolean;
  /** Does ahead of time what the first dropped file would have to wait for. */
  readonly warm: () => void;
  readonly close: () => Promise<void>;
}

export async function buildApp(options: BuildAppOptions): Promise<BuiltApp> {
  const { profileDir, log } = options;
  const settings = new SettingsStore(profileDir);
  const keeper = new SecretsKeeper(profileDir);
  const secrets = () => keeper.store();
  const keys = new KeyStore(profileDir, secrets);
  const sshKeys = new SshKeyStore(profileDir, secrets);
  const connections = new ConnectionStore({ profileDir, secrets, sshKeys });
  const receipts = new ReceiptStore(profileDir, secrets);
  const deliveries = new Deliveries({
    profileDir,
    keys,
    connections,
    receipts,
    openPlans: (): AppSendPlan[] => jobs.openPlans,
    maxSealedBytes: async () => (await settings.get()).maxSealedBytes,
  });
  const worker = new WorkerHost(options.workerPath, log);
  const jobs: JobRunner<AppSendPlan> = await openJobs(options, { worker, deliveries, receipts });
  const { onTransfer, onLock } = options;
  const isSending = () => jobs.busy;
  const own = { profileDir, log, keeper, settings, worker };
  const vaults = buildVaults({ ...own, isSending, onTransfer, onLock });
  const practice = new Practice({
    profileDir,
    startServer: (args, env) => startServerProcess(options.serverPath, args, env),
    ...{ secrets, keys, sshKeys, connections, sds: vaults.sds },
    onChange: options.onPractice,
    describeFault: (fault) => log.fault(fault),
  });
  await whenOpen(keeper, () => {
    settle({ receipts, jobs, settings }).catch((fault: unknown) => log.fault(fault));
  });
  const files = new FileHandles();
  const dialogs = new Dialogs(options.window);
  return {
    handlers: buildHandlers({
      ...{ profileDir, samplePath: options.samplePath, log, settings },
      ...{ secrets: keeper, keys, sshKeys },
      ...{ connections, receipts, deliveries, worker, jobs, practice, files, dialogs },
      onTested: options.onTested,
      ...vaults,
    }),
    files,
    settings,
    touch: vaults.touch,
    lock: vaults.lock,
    isBusy: () => jobs.busy || vaults.transfers.busy,
    warm: () => worker.warm(),
    close: async () => {
      // Deliveries first: one may be going to the practice server.
      await Promise.all([jobs.close(), vaults.close()]);
      await practice.stop();
      worker.close();
    },
  };
}

function openJobs(
  { profileDir, onJob, log }: BuildAppOptions,
  hands: Hands,
): Promise<JobRunner<AppSendPlan>> {
  return JobRunner.open<AppSendPlan>({
    journalPath: join(profileDir, 'jobs', 'journal.jsonl'),
    execute: (work, hooks) => execute(work, hooks, hands),
    onChange: onJob,
    describeFault: (fault) => log.fault(fault),
    cleanUp: (plan) => hands.deliveries.discard(readAppSendPlan(plan)),
    backOff: APP_BACK_OFF,
  });
}

/** Now, if the secrets are open, and at each unlock. */
async function whenOpen(keeper: SecretsKeeper, work: () => void): Promise<void> {
  keeper.onUnlock(work);
  if (await keeper.isOpen()) work();
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
  } finally {
    // The worker does so itself, unless it was killed.
    await discardSpool(plan);
  }
}
