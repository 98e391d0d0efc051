/** A state in one or two words. */
import type { ReactNode } from 'react';
import styles from './badge.module.css';
import { classes } from './classes.ts';
import type { Tone } from './tone.ts';

interface BadgeProps {
  readonly tone: Tone | 'neutral';
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span className={classes(styles.badge, styles[tone])}>
      {icon}
      {children}
    </span>
  );
}
