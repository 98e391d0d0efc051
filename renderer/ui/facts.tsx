/** Name and value in two aligned columns. */
import type { ReactNode } from 'react';
import styles from './facts.module.css';

export interface Fact {
  readonly name: string;
  /** A fact without a value is left out. */
  readonly value: ReactNode;
  /** For ids, fingerprints and hashes. */
  readonly isMono?: boolean;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter((fact) => fact.value !== undefined && fact.value !== null && fact.value !== '')
        .map((fact) => (
          <div key={fact.name} style={{ display: 'contents' }}>
            <dt>{fact.name}</dt>
            <dd className={fact.isMono === true ? styles.mono : undefined}>{fact.value}</dd>
          </div>
        ))}
    </dl>
  );
}
