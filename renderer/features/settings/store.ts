/** The user's settings and what protects the secrets of this profile. */
import { create } from 'zustand';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { SecretsState, Settings } from '../../../shared/domain/settings.ts';
import type { ErrorView, Result } from '../../../shared/errors/index.ts';
import { call } from '../../bridge/window-api.ts';

interface SettingsStore {
  readonly settings: Settings;
  readonly secrets: SecretsState | undefined;
  readonly error: ErrorView | undefined;
  readonly load: () => Promise<void>;
  readonly change: (change: Partial<Settings>) => Promise<void>;
  readonly setMasterPassword: (password: string) => Promise<Result<SecretsState>>;
  /** Without a password: the keychain is asked again. */
  readonly unlock: (password?: string) => Promise<Result<SecretsState>>;
  /** Forgets keys and passphrases; main loads the window anew. */
  readonly lock: () => Promise<Result<SecretsState>>;
}

export const useSettings = create<SettingsStore>((set) => {
  const keepSecrets = (result: Result<SecretsState>) => {
    if (result.ok) set({ secrets: result.value });
    return result;
  };
  return {
    settings: {
      appearance: 'system',
      clientEmail: '',
      maxSealedBytes: LIMITS.sealedBytes,
      resumeDeliveries: true,
      deliveriesAtOnce: 1,
      uploadBytesPerSecond: 0,
      lockAfterIdleMinutes: 15,
      clipboardSeconds: 30,
    },
    secrets: undefined,
    error: undefined,
    load: async () => {
      const [settings, secrets] = await Promise.all([
        call('settings.get', {}),
        call('secrets.state', {}),
      ]);
      if (settings.ok) set({ settings: settings.value });
      if (secrets.ok) set({ secrets: secrets.value });
      set({ error: settings.ok ? (secrets.ok ? undefined : secrets.error) : settings.error });
    },
    change: async (change) => {
      const result = await call('settings.set', change);
      set(result.ok ? { settings: result.value, error: undefined } : { error: result.error });
    },
    setMasterPassword: async (password) =>
      keepSecrets(await call('secrets.setMasterPassword', { password })),
    unlock: async (password) =>
      keepSecrets(await call('secrets.unlock', password === undefined ? {} : { password })),
    lock: async () => keepSecrets(await call('secrets.lock', {})),
  };
});
