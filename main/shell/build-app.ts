/** Builds the rooms of the app over one profile and wires them to each other. */
import type { BrowserWindow } from 'electron';
import type { ProbeStep } from '../../shared/domain/connection.ts';
import type { PracticeState } from '../../shared/contract/api.ts';
import type { Job } from '../../shared/domain/job.ts';
import type { ScheduleNews } from '../../shared/domain/schedule.ts';
import type { SecretsState, Settings } from '../../shared/domain/settings.ts';
import type { Transfer } from '../../shared/domain/vault.ts';
import { ConnectionStore } from '../delivery/connection-store.ts';
import { FileHandles } from '../ipc/file-handles.ts';
import type { Handlers } from '../ipc/register.ts';
import { KeyStore } from '../keys/key-store.ts';
import { SecretsKeeper } from '../keys/secrets-keeper.ts';
import { SshKeyStore } from '../delivery/ssh-key-store.ts';
import type { LoginItem } from '../platform/login-item.ts';
import { Dialogs } from '../platform/dialogs.ts';
import type { Log } from '../platform/log.ts';
import { SettingsStore } from '../platform/settings-store.ts';
import { Practice } from '../practice/practice.ts';
import { buildDeliveries } from './build-deliveries.ts';
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
  readonly loginItem: LoginItem;
  readonly onJob: (job: Job) => void;
  readonly onSchedules: () => void;
  readonly onNews: (news: ScheduleNews) => void;
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
  const heed = (now: Settings): void => {
    worker.limitUpload(now.uploadBytesPerSecond);
    sending.jobs.allowAtOnce(now.deliveriesAtOnce);
  };
  const settings = new SettingsStore(profileDir, heed);
  const keeper = new SecretsKeeper(profileDir);
  const secrets = () => keeper.store();
  const keys = new KeyStore(profileDir, secrets);
  const sshKeys = new SshKeyStore(profileDir, secrets);
  const connections = new ConnectionStore({ profileDir, secrets, sshKeys });
  const worker = new WorkerHost(options.workerPath, log);
  const { onJob, onSchedules, onNews } = options;
  const sending = await buildDeliveries({
    ...{ profileDir, log, keeper, settings, keys, connections, worker },
    ...{ onJob, onSchedules, onNews },
  });
  heed(await settings.get());
  const { jobs, schedules } = sending;
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
  const files = new FileHandles();
  const dialogs = new Dialogs(options.window);
  return {
    handlers: buildHandlers({
      ...{ profileDir, samplePath: options.samplePath, log, settings },
      ...{ secrets: keeper, keys, sshKeys },
      ...{ connections, worker, practice, files, dialogs, loginItem: options.loginItem },
      ...sending,
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
      // What runs by itself begins nothing more.
      const ended = schedules.close();
      // Deliveries first: one may be going to the practice server.
      await Promise.all([jobs.close(), vaults.close()]);
      await ended;
      await practice.stop();
      worker.close();
    },
  };
}
