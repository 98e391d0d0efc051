/** The places of the app, their shortcuts, and whether the practice server runs. */
import { Activity, Cable, KeyRound, Send, Settings } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { Place } from '../../shared/contract/names.ts';
import { PLACES } from '../../shared/contract/names.ts';
import icon from '../../assets/icon.svg';
import { useNavigation } from '../bridge/navigation.ts';
import { isOver, useJobs } from '../features/activity/index.ts';
import { usePractice } from '../features/practice/index.ts';
import styles from './app.module.css';
import { PLACE_NAMES } from './places.ts';

const ICONS: Readonly<Record<Place, typeof Send>> = {
  send: Send,
  activity: Activity,
  keys: KeyRound,
  connections: Cable,
  settings: Settings,
};

const MODIFIER = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl+';

export function Sidebar() {
  const { place: current, go } = useNavigation();
  const openJobs = useJobs((state) => state.jobs.filter((job) => !isOver(job.state)).length);
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
                aria-label={name}
                aria-current={place === current ? 'page' : undefined}
                onPress={() => go(place)}
              >
                <Icon size={16} aria-hidden />
                <span>{name}</span>
                {place === 'activity' && openJobs > 0 ? (
                  <span className={styles.count}>{openJobs}</span>
                ) : null}
                <kbd className={styles.shortcut}>
                  {MODIFIER}
                  {index + 1}
                </kbd>
              </Button>
            </li>
          );
        })}
      </ul>
      {isPracticing ? (
        <p className={styles.practice}>
          <span className={styles.dot} aria-hidden />
          Practice running
        </p>
      ) : null}
    </nav>
  );
}
