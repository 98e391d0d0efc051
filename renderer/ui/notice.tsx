/** A message in the page: what it is about, in a tone that does not rest on colour alone. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './notice.module.css';
import type { Tone } from './tone.ts';

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleAlert };

interface NoticeProps {
  readonly tone: Tone;
  readonly title?: string;
  readonly children?: ReactNode;
  /** Buttons under the text. */
  readonly actions?: ReactNode;
}

export function Notice({ tone, title, children, actions }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div
      className={classes(styles.notice, styles[tone])}
      role={tone === 'error' ? 'alert' : 'group'}
      aria-label={tone === 'error' ? undefined : title}
    >
      <Icon size={16} aria-hidden />
      <div className={styles.content}>
        {title !== undefined ? <p className={styles.title}>{title}</p> : null}
        {children}
        {actions !== undefined && actions !== null ? (
          <div className={styles.actions}>{actions}</div>
        ) : null}
      </div>
    </div>
  );
}
