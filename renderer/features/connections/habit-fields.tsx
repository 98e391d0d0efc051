/** How a connection is set apart from others: verification, servers without rename, times. Closed where all is as usual. */
import { DEFAULT_HABITS, HABIT_SECONDS } from '../../../shared/domain/connection.ts';
import { Segments } from '../../ui/choice.tsx';
import { Checkbox, FieldRow, TextField } from '../../ui/field.tsx';
import { Quiet } from '../../ui/page.tsx';
import styles from './connections.module.css';
import type { ConnectionDraft } from './draft.ts';

interface HabitFieldsProps {
  readonly draft: ConnectionDraft;
  readonly change: (part: Partial<ConnectionDraft>) => void;
}

export function HabitFields({ draft, change }: HabitFieldsProps) {
  const isUsual =
    draft.verify === DEFAULT_HABITS.verify && draft.finalNames === DEFAULT_HABITS.finalNames;
  return (
    <details className={styles.more} open={!isUsual}>
      <summary>Verification, times and unusual servers</summary>
      <div className={styles.moreBody}>
        <Segments
          label="Verify what arrived"
          value={draft.verify}
          options={[
            { value: 'size', label: 'By its size' },
            { value: 'sha256', label: 'By its content' },
          ]}
          onChange={(verify) => change({ verify })}
        />
        <Quiet>
          {draft.verify === 'size'
            ? 'SSH itself guards every byte on the way; the size shows what the server kept.'
            : 'Each file is read back and compared before it takes its final name: twice the traffic.'}
        </Quiet>
        <Checkbox
          isSelected={draft.finalNames === 'direct'}
          onChange={(isDirect) => change({ finalNames: isDirect ? 'direct' : 'rename' })}
        >
          The server cannot rename: write final names directly
        </Checkbox>
        {draft.finalNames === 'direct' ? (
          <Quiet>
            Ask the platform first whether it takes files that are written so: for a moment, it
            could read half a manifest.
          </Quiet>
        ) : null}
        <FieldRow>
          <TextField
            label="Seconds to log in"
            type="number"
            min={HABIT_SECONDS.least}
            max={HABIT_SECONDS.most}
            value={draft.timeoutSeconds}
            onChange={(timeoutSeconds) => change({ timeoutSeconds })}
          />
          <TextField
            label="Seconds between keep-alives"
            type="number"
            min={HABIT_SECONDS.least}
            max={HABIT_SECONDS.most}
            value={draft.keepAliveSeconds}
            onChange={(keepAliveSeconds) => change({ keepAliveSeconds })}
          />
        </FieldRow>
      </div>
    </details>
  );
}
