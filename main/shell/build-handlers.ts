/** Gives each group of calls the rooms that it needs. */
import type { ConnectionStore } from '../delivery/connection-store.ts';
import type { SshKeyStore } from '../delivery/ssh-key-store.ts';
import type { FileHandles } from '../ipc/file-handles.ts';
import { appHandlers } from '../ipc/handlers/app.ts';
import { connectionsHandlers } from '../ipc/handlers/connections.ts';
import { filesHandlers } from '../ipc/handlers/files.ts';
import { keysHandlers } from '../ipc/handlers/keys.ts';
import { practiceHandlers } from '../ipc/handlers/practice.ts';
import { schedulesHandlers } from '../ipc/handlers/schedules.ts';
import { sdsAppsHandlers } from '../ipc/handlers/sds-apps.ts';
import { sdsFilesHandlers } from '../ipc/handlers/sds-files.ts';
import { sdsVaultsHandlers } from '../ipc/handlers/sds-vaults.ts';
import { sendHandlers } from '../ipc/handlers/send.ts';
import { serverHandlers } from '../ipc/handlers/server.ts';
import { templatesHandlers } from '../ipc/handlers/templates.ts';
import type { Handlers } from '../ipc/register.ts';
import type { AppSendPlan, Deliveries } from '../jobs/deliveries.ts';
import type { ReceiptStore } from '../jobs/receipt-store.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SecretsKeeper } from '../keys/secrets-keeper.ts';
import { MappingMemory } from '../manifest/mapping-memory.ts';
import { MappingTemplates } from '../manifest/mapping-templates.ts';
import type { SecretClipboard } from '../platform/clipboard.ts';
import type { Dialogs } from '../platform/dialogs.ts';
import type { LoginItem } from '../platform/login-item.ts';
import type { Log } from '../platform/log.ts';
import type { SettingsStore } from '../platform/settings-store.ts';
import type { ScheduleStore } from '../schedules/schedule-store.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { Practice } from '../practice/practice.ts';
import type { DataSource } from '../worker/protocol.ts';
import type { Sds } from '../sds/sds.ts';
import type { Transfers } from '../sds/transfers.ts';
import type { ProbeStep } from '../../shared/domain/connection.ts';
import type { SecretsState } from '../../shared/domain/settings.ts';
import type { WorkerHost } from './worker-host.ts';

export interface Rooms {
  readonly profileDir: string;
  readonly samplePath: string;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly secrets: SecretsKeeper;
  readonly keys: KeyStore;
  readonly sshKeys: SshKeyStore;
  readonly connections: ConnectionStore;
  readonly receipts: ReceiptStore;
  readonly deliveries: Deliveries;
  readonly worker: WorkerHost;
  readonly jobs: JobRunner<AppSendPlan>;
  readonly openJobs: () => Promise<readonly string[]>;
  readonly practice: Practice;
  readonly scheduleStore: ScheduleStore;
  readonly schedules: Schedules;
  readonly loginItem: LoginItem;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
  readonly clipboard: SecretClipboard;
  readonly sds: Sds;
  readonly transfers: Transfers;
  readonly lock: () => Promise<SecretsState>;
  readonly onTested: (id: string, step: ProbeStep) => void;
}

export function buildHandlers(rooms: Rooms): Handlers {
  const all = {
    ...rooms,
    memory: new MappingMemory(rooms.profileDir),
    templates: new MappingTemplates(rooms.profileDir),
    inspect: ({ path, name, convert }: DataSource) =>
      rooms.worker.run('inspect', { path, name, convert }),
    dataName: (sourceName: string) => rooms.deliveries.dataName(sourceName),
  };
  return {
    ...appHandlers(all),
    ...filesHandlers(all),
    ...templatesHandlers(all),
    ...keysHandlers(all),
    ...connectionsHandlers(all),
    ...practiceHandlers(all),
    ...sendHandlers(all),
    ...schedulesHandlers(all),
    ...serverHandlers(all),
    ...sdsAppsHandlers(all),
    ...sdsVaultsHandlers(all),
    ...sdsFilesHandlers(all),
  };
}
