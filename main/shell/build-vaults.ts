/** Builds what belongs to vaults, and the lock that closes them. */
import type { SecretsState } from '../../shared/domain/settings.ts';
import type { Transfer } from '../../shared/domain/vault.ts';
import type { SecretsKeeper } from '../keys/secrets-keeper.ts';
import { SecretClipboard } from '../platform/clipboard.ts';
import type { Log } from '../platform/log.ts';
import type { SettingsStore } from '../platform/settings-store.ts';
import { Sds } from '../sds/sds.ts';
import { Transfers } from '../sds/transfers.ts';
import { IdleLock } from './idle-lock.ts';
import type { WorkerHost } from './worker-host.ts';

export interface BuildVaultsOptions {
  readonly profileDir: string;
  readonly log: Log;
  readonly keeper: SecretsKeeper;
  readonly settings: SettingsStore;
  readonly worker: WorkerHost;
  /** Whether a delivery runs. */
  readonly isSending: () => boolean;
  readonly onTransfer: (transfer: Transfer) => void;
  readonly onLock: (state: SecretsState) => void;
}

export interface BuiltVaults {
  readonly sds: Sds;
  readonly transfers: Transfers;
  readonly clipboard: SecretClipboard;
  readonly lock: () => Promise<SecretsState>;
  /** Someone is at the window. */
  readonly touch: () => void;
  readonly close: () => Promise<void>;
}

export function buildVaults(options: BuildVaultsOptions): BuiltVaults {
  const { profileDir, log, keeper, settings, worker } = options;
  const sds = new Sds({
    profileDir,
    secrets: () => keeper.store(),
    openEnvelopes: (privateKeyDer, envelopes, raw) =>
      worker.run('sds-open', { privateKeyDer, envelopes, raw }),
  });
  const transfers = new Transfers({
    onChange: options.onTransfer,
    describeFault: (fault) => log.fault(fault),
  });
  const clipboard = new SecretClipboard();
  const lock = async (): Promise<SecretsState> => {
    await clipboard.clear();
    sds.forget();
    const state = await keeper.lock();
    options.onLock(state);
    return state;
  };
  const idle = new IdleLock({
    minutes: async () => (await settings.get()).lockAfterIdleMinutes,
    isBusy: () => options.isSending() || transfers.busy,
    lock,
  });
  return {
    sds,
    transfers,
    clipboard,
    lock,
    touch: () => idle.touch(),
    close: async () => {
      idle.close();
      await clipboard.clear();
      await transfers.close();
    },
  };
}
