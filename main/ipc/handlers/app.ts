/** Handlers of the groups app, settings and secrets. */
import { app, clipboard, nativeTheme, shell } from 'electron';
import type { LinkId } from '../../../shared/contract/names.ts';
import type { SecretsState } from '../../../shared/domain/settings.ts';
import type { SecretsKeeper } from '../../keys/secrets-keeper.ts';
import type { SettingsStore } from '../../platform/settings-store.ts';
import type { HandlersOf } from '../register.ts';

/** The only pages that the app ever opens in the browser. */
const LINKS: Readonly<Record<LinkId, string>> = {
  'openpgp-rfc': 'https://www.rfc-editor.org/rfc/rfc9580',
  licences: 'https://www.gnu.org/licenses/lgpl-3.0.html',
};

export interface AppHandlersOptions {
  readonly settings: SettingsStore;
  readonly secrets: SecretsKeeper;
  /** Locks, drops what was opened, and reloads the window. */
  readonly lock: () => Promise<SecretsState>;
}

export function appHandlers({
  settings,
  secrets,
  lock,
}: AppHandlersOptions): HandlersOf<'app' | 'settings' | 'secrets'> {
  return {
    'app.info': () =>
      Promise.resolve({
        version: app.getVersion(),
        electron: process.versions.electron,
        platform: process.platform,
      }),
    'app.openLink': async ({ id }) => {
      await shell.openExternal(LINKS[id]);
      return {};
    },
    'app.copyText': async ({ text }) => {
      await clipboard.writeText(text);
      return {};
    },
    'settings.get': () => settings.get(),
    'settings.set': async (change) => {
      const changed = await settings.set(change);
      nativeTheme.themeSource = changed.appearance;
      return changed;
    },
    'secrets.state': () => secrets.state(),
    'secrets.setMasterPassword': ({ password }) => secrets.setMasterPassword(password),
    'secrets.unlock': ({ password }) => secrets.unlock(password),
    'secrets.lock': () => lock(),
  };
}
