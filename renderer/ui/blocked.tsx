/** Why a control is not to be used, as text beside it: a tooltip would not reach everyone. */
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './blocked.module.css';

export function Blocked({ children }: { readonly children: ReactNode }) {
  return (
    <p className={styles.blocked}>
      <Lock size={14} aria-hidden />
      <span>{children}</span>
    </p>
  );
}
