/** The sign of work whose amount is not known. */
import type { ReactNode } from 'react';
import styles from './spinner.module.css';

export function Spinner({ label }: { readonly label: string }) {
  return <span className={styles.spinner} role="img" aria-label={label} />;
}

/** A spinner with words beside it, announced politely. */
export function Working({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.working} role="status">
      <Spinner label="At work" />
      <span>{children}</span>
    </div>
  );
}
