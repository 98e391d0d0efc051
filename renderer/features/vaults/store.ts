/** Which app is at work in which vault, and the vaults that it sees. */
import { create } from 'zustand';
import type { SdsVault } from '../../../shared/domain/vault.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { keepOverLock, takeKept } from '../../bridge/over-lock.ts';
import { call, listen } from '../../bridge/window-api.ts';

interface Vaults {
  /** Local id of the app that signs. */
  readonly appId: string | undefined;
  /** Name of the vault that is open; undefined: the list. */
  readonly open: string | undefined;
  /** Of `appId`; undefined before the first answer. */
  readonly vaults: readonly SdsVault[] | undefined;
  readonly error: ErrorView | undefined;
  readonly isLoading: boolean;
  readonly chooseApp: (appId: string | undefined) => void;
  readonly openVault: (name: string | undefined) => void;
  readonly load: () => Promise<void>;
}

type Open = Pick<Vaults, 'appId' | 'open'>;
const NONE: Open = { appId: undefined, open: undefined };

export const useVaults = create<Vaults>((set, get) => ({
  ...((takeKept('vault') as Open | undefined) ?? NONE),
  vaults: undefined,
  error: undefined,
  isLoading: false,
  chooseApp: (appId) => {
    if (appId === get().appId) return;
    set({ appId, open: undefined, vaults: undefined, error: undefined });
    void get().load();
  },
  openVault: (open) => set({ open }),
  load: async () => {
    const { appId } = get();
    if (appId === undefined) return;
    set({ isLoading: true });
    const result = await call('sds.vaults.list', { app: appId });
    // The user may have gone to another app meanwhile.
    if (get().appId !== appId) return;
    set(
      result.ok
        ? { vaults: result.value, error: undefined, isLoading: false }
        : { error: result.error, isLoading: false },
    );
  },
}));

export function keepVaultOverLock(): () => void {
  return listen('secrets.locked', () => {
    const { appId, open } = useVaults.getState();
    keepOverLock('vault', { appId, open });
  });
}

/** Puts a made or changed vault in its place in the list. */
export function keepVault(vault: SdsVault): void {
  const vaults = useVaults.getState().vaults ?? [];
  const isKnown = vaults.some((other) => other.id === vault.id);
  useVaults.setState({
    vaults: isKnown
      ? vaults.map((other) => (other.id === vault.id ? vault : other))
      : [...vaults, vault],
  });
}
