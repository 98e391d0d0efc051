/** The frame: sidebar, the place shown, what follows the main process, and the way from an error to its remedy. */
import { useEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import type { ReactElement } from 'react';
import type { Place } from '../../shared/contract/names.ts';
import { keepPlaceOverLock, useNavigation } from '../bridge/navigation.ts';
import { listen } from '../bridge/window-api.ts';
import { ActivityPlace, followJobs } from '../features/activity/index.ts';
import { ConnectionsPlace, useConnections } from '../features/connections/index.ts';
import { KeysPlace, useKeys } from '../features/keys/index.ts';
import { followPractice } from '../features/practice/index.ts';
import { SchedulesPlace, followSchedules } from '../features/schedules/index.ts';
import { SendPlace } from '../features/send/index.ts';
import {
  LockedScreen,
  SecretsBanner,
  SettingsPlace,
  useSettings,
} from '../features/settings/index.ts';
import {
  DeletionBar,
  VaultsPlace,
  followLock,
  followTransfers,
  keepVaultOverLock,
} from '../features/vaults/index.ts';
import { ErrorRemedy } from '../ui/error-box.tsx';
import styles from './app.module.css';
import { remedyFor } from './remedies.tsx';
import { Sidebar } from './sidebar.tsx';

const PLACE_VIEWS: Readonly<Record<Place, () => ReactElement>> = {
  send: SendPlace,
  activity: ActivityPlace,
  vaults: VaultsPlace,
  keys: KeysPlace,
  connections: ConnectionsPlace,
  schedules: SchedulesPlace,
  settings: SettingsPlace,
};

export function App() {
  const place = useNavigation((state) => state.place);
  useAppearance();
  useUnlocked();
  useEffect(follow, []);
  const secrets = useSettings((state) => state.secrets);
  const View = PLACE_VIEWS[place];
  if (secrets?.protection === 'locked') return <LockedScreen secrets={secrets} />;
  return (
    // Sealift speaks English; numbers and names of controls do not follow the system's language.
    <I18nProvider locale="en-GB">
      <ErrorRemedy.Provider value={remedyFor}>
        <div className={styles.frame}>
          <Sidebar />
          <main className={styles.main}>
            <div className={styles.banner}>
              <SecretsBanner />
              <DeletionBar />
            </div>
            <div className={styles.place}>
              <View />
            </div>
          </main>
        </div>
      </ErrorRemedy.Provider>
    </I18nProvider>
  );
}

/** Everything that is kept current while the window lives. */
function follow(): () => void {
  void useSettings.getState().load();
  const ends = [
    followJobs(),
    followPractice(),
    followTransfers(),
    followSchedules(),
    followLock(),
    keepPlaceOverLock(),
    keepVaultOverLock(),
    listen('secrets.locked', (secrets) => useSettings.setState({ secrets })),
    listen('menu.navigate', ({ place }) => useNavigation.getState().go(place)),
    refuseStrayDrops(),
  ];
  return () => ends.forEach((end) => end());
}

/** A file dropped beside the drop area must not make the window try to open it. */
function refuseStrayDrops(): () => void {
  const refuse = (event: DragEvent) => event.preventDefault();
  window.addEventListener('dragover', refuse);
  window.addEventListener('drop', refuse);
  return () => {
    window.removeEventListener('dragover', refuse);
    window.removeEventListener('drop', refuse);
  };
}

/** What could not be read while the secrets were locked is read once they are not. */
function useUnlocked(): void {
  const protection = useSettings((state) => state.secrets?.protection);
  useEffect(() => {
    if (protection !== 'keychain' && protection !== 'master-password') return;
    void useKeys.getState().load();
    void useConnections.getState().load();
  }, [protection]);
}

function useAppearance(): void {
  const appearance = useSettings((state) => state.settings.appearance);
  useEffect(() => {
    document.documentElement.dataset['appearance'] = appearance;
  }, [appearance]);
}
