/** All imports of the practice server, newest first. */
import { Inbox } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Card, Empty, Quiet, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { ImportSummary } from './import-card.tsx';
import styles from './practice.module.css';
import { StartPractice } from './start-practice.tsx';
import { usePractice, usePracticeImports } from './store.ts';

const REFRESH_INTERVAL_MS = 2000;

export function ImportList() {
  const isRunning = usePractice((state) => state.practice.state === 'running');
  const { value: imports, error, load } = usePracticeImports();
  useEffect(() => {
    if (!isRunning) return undefined;
    void load();
    const timer = setInterval(() => void load(), REFRESH_INTERVAL_MS);
    return () => {
      clearInterval(timer);
      // Problems name values of rows, which must not outlive the view.
      usePracticeImports.getState().clear();
    };
  }, [isRunning, load]);

  if (!isRunning) {
    return (
      <Empty
        icon={<Inbox size={32} />}
        title="The practice server is not running"
        actions={<StartPractice label="Start the practice server" />}
      >
        It takes files as the platform would, and tells here what became of them.
      </Empty>
    );
  }
  if (error !== undefined) {
    return (
      <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
    );
  }
  if (imports === undefined) return <Working>Asking the practice server</Working>;
  if (imports.length === 0) {
    return (
      <Empty icon={<Inbox size={32} />} title="Nothing has arrived yet">
        Send a file with the practice connection, and its import shows here.
      </Empty>
    );
  }
  return (
    <Stack>
      {imports.map((record) => (
        <Card key={record.id} label={`Import of ${record.fileName}`}>
          <div className={styles.head}>
            <h2>{record.fileName}</h2>
            <Quiet>{record.manifest}</Quiet>
          </div>
          <ImportSummary record={record} />
        </Card>
      ))}
    </Stack>
  );
}
