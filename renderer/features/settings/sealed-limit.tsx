/** How large a sealed file may become; saved when the field is left or Enter is pressed. */
import { useState } from 'react';
import { LIMITS, SEALED_LIMIT_RANGE } from '../../../shared/domain/manifest.ts';
import { TextField } from '../../ui/field.tsx';
import { formatBytes, formatNumber } from '../../ui/format.ts';
import { readSealedLimit } from './read-sealed-limit.ts';
import styles from './settings.module.css';
import { useSettings } from './store.ts';

export function SealedLimit({ saved }: { readonly saved: number }) {
  const [text, setText] = useState(formatNumber(saved));
  const change = useSettings((state) => state.change);
  const bytes = readSealedLimit(text);
  const save = () => {
    if (bytes !== undefined && bytes !== saved) void change({ maxSealedBytes: bytes });
  };
  const { least, most } = SEALED_LIMIT_RANGE;
  return (
    <form
      className={styles.email}
      onBlur={save}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField
        label="A sealed file stays under (bytes)"
        value={text}
        onChange={setText}
        problem={
          bytes === undefined
            ? `Give a number of bytes, ${formatNumber(least)} to ${formatNumber(most)}.`
            : undefined
        }
        hint={`${bytes === undefined ? '' : `${formatBytes(bytes)}. `}Larger data is sent in parts. The platform takes files under ${formatBytes(LIMITS.sealedBytes)}.`}
      />
    </form>
  );
}
