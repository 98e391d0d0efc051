/** A bar and a number: how far work is, or that it runs while its amount is not known. */
import { ProgressBar } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './progress.module.css';

interface ProgressProps {
  readonly label: string;
  /** The numbers beside the bar, such as `12 of 40 MB, 8 MB/s`. */
  readonly detail?: string;
  readonly done: number;
  /** Absent: not known yet. */
  readonly total?: number | undefined;
}

export function Progress({ label, detail, done, total }: ProgressProps) {
  const isKnown = total !== undefined && total > 0;
  const percent = isKnown ? Math.min(100, (done / total) * 100) : 0;
  return (
    <ProgressBar
      className={styles.progress ?? ''}
      aria-label={label}
      value={percent}
      isIndeterminate={!isKnown}
    >
      <div className={styles.words}>
        <span>{label}</span>
        <span>{detail}</span>
      </div>
      <div className={styles.track}>
        {isKnown ? (
          <div className={styles.bar} style={{ width: `${percent}%` }} />
        ) : (
          <div className={classes(styles.bar, styles.unknown)} />
        )}
      </div>
    </ProgressBar>
  );
}
