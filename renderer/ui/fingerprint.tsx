/** A fingerprint or an id in monospace: read aloud and copied whole, shown in groups of four. */
import styles from './facts.module.css';
import { formatFingerprint } from './format.ts';

export function Fingerprint({ value }: { readonly value: string }) {
  return <code className={styles.mono}>{formatFingerprint(value)}</code>;
}
