/** What the server saw and did for the account, newest first. */
import { ScrollText, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import type { ActivityEntry, ActivityKind } from '../../../shared/domain/import.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Empty, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './server.module.css';
import { useActivityLog } from './store.ts';

const KIND_WORDS: Readonly<Record<ActivityKind, string>> = {
  'picked-up': 'Picked up',
  duplicate: 'Duplicate',
  verdict: 'Verdict',
  mail: 'Mail',
  webhook: 'Webhook',
  source: 'Source',
  account: 'Account',
};

export function ActivityLog({ connectionId }: { readonly connectionId: string }) {
  const { value: entries, error, load } = useActivityLog();
  useEffect(() => void load(), [load, connectionId]);
  if (error !== undefined) {
    return (
      <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
    );
  }
  if (entries === undefined) return <Working>Asking the server</Working>;
  if (entries.length === 0) {
    return (
      <Empty icon={<ScrollText size={32} />} title="Nothing happened yet">
        Pick-ups, verdicts, mails, webhook calls and visits to sources show here.
      </Empty>
    );
  }
  return (
    <Stack>
      <Row>
        <Button size="small" onPress={() => void load()}>
          Look again
        </Button>
      </Row>
      <Table
        label="Activity of the account"
        columns={[
          { name: 'When', width: '150px' },
          { name: 'What', width: '88px' },
          { name: 'What happened' },
        ]}
      >
        {entries.map((entry) => (
          <EntryRow key={entry.id} entry={entry} />
        ))}
      </Table>
    </Stack>
  );
}

function EntryRow({ entry }: { readonly entry: ActivityEntry }) {
  return (
    <tr>
      <td className={styles.when}>{formatMoment(entry.at)}</td>
      <td>{KIND_WORDS[entry.kind]}</td>
      <td>
        <span className={styles.message}>
          {entry.problem ? <TriangleAlert size={14} aria-label="Problem" /> : null}
          <span>{entry.message}</span>
        </span>
      </td>
    </tr>
  );
}
