/** The button that starts the practice server, the sign that it is starting, and why it did not. */
import { FlaskConical } from 'lucide-react';
import type { PracticeState } from '../../../shared/contract/api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import styles from './practice.module.css';
import { usePractice } from './store.ts';

interface StartPracticeProps {
  readonly label: string;
  /** As wide as what it stands in. */
  readonly isWide?: boolean;
  /** Called once the server runs. */
  readonly onRunning?: (practice: PracticeState) => void;
}

export function StartPractice({ label, isWide, onRunning }: StartPracticeProps) {
  const practice = usePractice((state) => state.practice);
  const start = usePractice((state) => state.start);
  const isStarting = practice.state === 'starting';
  const run = async () => {
    const after = await start();
    if (after.state === 'running') onRunning?.(after);
  };
  return (
    <Stack>
      <div className={isWide === true ? styles.wide : styles.head}>
        <Button icon={<FlaskConical size={14} />} isPending={isStarting} onPress={() => void run()}>
          {label}
        </Button>
      </div>
      {isStarting ? (
        <Working>Starting the practice server. The first time takes a moment.</Working>
      ) : null}
      {practice.error !== undefined ? <ErrorBox error={practice.error} /> : null}
    </Stack>
  );
}
