/** A list and what is chosen in it, side by side, each with its own scroll. */
import type { ReactNode } from 'react';
import styles from './split-view.module.css';

interface SplitViewProps {
  readonly list: ReactNode;
  readonly detail: ReactNode;
  /** The accessible name of the right side. */
  readonly detailLabel: string;
}

export function SplitView({ list, detail, detailLabel }: SplitViewProps) {
  return (
    <div className={styles.split}>
      <div className={styles.list}>{list}</div>
      <section className={styles.detail} aria-label={detailLabel} tabIndex={0}>
        {detail}
      </section>
    </div>
  );
}
