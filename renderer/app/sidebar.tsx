/** The places of the app, their shortcuts, and whether the practice server runs. */
import {
  Activity,
  Cable,
  CalendarClock,
  KeyRound,
  Lock,
  Send,
  Settings,
  Vault,
} from 'lucide-react';
import { Button } from 'react-aria-components';
import type { Place } from '../../shared/contract/names.ts';
import { PLACES } from '../../shared/contract/names.ts';
import icon from '../../assets/icon.svg';
import { useNavigation } from '../bridge/navigation.ts';
import { isOver, useJobs } from '../features/activity/index.ts';
import { usePractice } from '../features/practice/index.ts';
import { useSettings } from '../features/settings/index.ts';
import { isOver as isTransferOver, useTransfers } from '../features/vaults/index.ts';
import styles from './app.module.css';
import { PLACE_NAMES } from './places.ts';

const ICONS: Readonly<Record<Place, typeof Send>> = {
  send: Send,
  activity: Activity,
  vaults: Vault,
  keys: KeyRound,
  connections: Cable,
  schedules: CalendarClock,
  settings: Settings,
};

const MODIFIER = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl+';

export function Sidebar() {
  const { place: current, go } = useNavigation();
  const openJobs = useJobs((state) => state.jobs.filter((job) => !isOver(job.state)).length);
  const openTransfers = useTransfers(
    (state) => state.transfers.filter((transfer) => !isTransferOver(transfer)).length,
  );
  const counts: Partial<Record<Place, number>> = { activity: openJobs, vaults: openTransfers };
  const isPracticing = usePractice((state) => state.practice.state === 'running');
  return (
    <nav className={styles.sidebar} aria-label="Places">
      <div className={styles.brand}>
        <img src={icon} alt="" width={24} height={24} />
        Sealift
      </div>
      <ul className={styles.entries}>
        {PLACES.map((place, index) => {
          const Icon = ICONS[place];
          const name = PLACE_NAMES[place];
          return (
            <li key={place}>
              <Button
                className={styles.entry ?? ''}
                aria-current={place === current ? 'page' : undefined}
                onPress={() => go(place)}
              >
                <Icon size={16} aria-hidden />
                <span>{name}</span>
                {(counts[place] ?? 0) > 0 ? (
                  <span className={styles.count}>{counts[place]}</span>
                ) : null}
                <kbd className={styles.shortcut} aria-hidden>
                  {MODIFIER}
                  {index + 1}
                </kbd>
              </Button>
            </li>
          );
        })}
      </ul>
      <div className={styles.sidebarFoot}>
        {isPracticing ? (
          <p className={styles.practice}>
            <span className={styles.dot} aria-hidden />
            Practice running
          </p>
        ) : null}
        <LockNow />
      </div>
    </nav>
  );
}

/** Forgets the keys until they are unlocked; there is nothing to lock before secrets can be kept. */
function LockNow() {
  const protection = useSettings((state) => state.secrets?.protection);
  const lock = useSettings((state) => state.lock);
  if (protection !== 'keychain' && protection !== 'master-password') return null;
  return (
    <Button className={styles.entry ?? ''} onPress={() => void lock()}>
      <Lock size={16} aria-hidden />
      <span>Lock now</span>
      <kbd className={styles.shortcut} aria-hidden>
        {MODIFIER}L
      </kbd>
    </Button>
  );
}
