/** How hard a passphrase is to guess: four bars and a sentence. */
import type { PassphraseHint } from '../../../shared/domain/key-set.ts';
import { classes } from '../../ui/classes.ts';
import styles from './strength-meter.module.css';

const WORDS = ['Very weak', 'Weak', 'Fair', 'Good', 'Strong'] as const;

export function StrengthMeter({ hint }: { readonly hint: PassphraseHint | undefined }) {
  const score = hint?.score ?? 0;
  const level = score <= 1 ? styles.weak : score === 2 ? styles.fair : styles.strong;
  return (
    <div className={styles.meter} role="status">
      <div className={styles.bars} aria-hidden>
        {[1, 2, 3, 4].map((bar) => (
          <div
            key={bar}
            className={classes(
              styles.bar,
              hint !== undefined && bar <= Math.max(1, score) && level,
            )}
          />
        ))}
      </div>
      {hint === undefined ? (
        <span>Several unrelated words make a strong passphrase that can be remembered.</span>
      ) : (
        <span>
          <strong>{WORDS[score]}.</strong> {hint.hint}
        </span>
      )}
    </div>
  );
}
