/** Step 5, Destination: a connection, tested on the spot, its host key compared once. */
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isTrusted } from '../../../shared/domain/connection.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ChoiceCard, ChoiceCards } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Card, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import {
  ConnectionDialog,
  ConnectionTest,
  addressOf,
  ensureConnections,
  useConnections,
} from '../connections/index.ts';
import { usePractice } from '../practice/index.ts';
import { choosePractice } from './practice-choice.ts';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';

export function DestinationStep() {
  const { value: connections, error, load } = useConnections();
  const connectionId = useSend((state) => state.connectionId);
  const [isAdding, setAdding] = useState(false);
  useEffect(ensureConnections, []);
  const chosen = connections?.find((connection) => connection.id === connectionId);
  const choose = (id: string) => patch({ connectionId: id });
  return (
    <Stack>
      {error !== undefined ? (
        <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
      ) : null}
      {connections === undefined && error === undefined ? (
        <Working>Reading the connections</Working>
      ) : null}
      {connections?.length === 0 ? (
        <Notice tone="info" title="No connections yet">
          <p>Add the SFTP server and account that the platform gave you.</p>
        </Notice>
      ) : null}
      {connections !== undefined && connections.length > 0 ? (
        <ChoiceCards label="Connection" value={connectionId} onChange={choose}>
          {connections.map((connection) => (
            <ConnectionChoice key={connection.id} connection={connection} />
          ))}
        </ChoiceCards>
      ) : null}
      <Row>
        <Button icon={<Plus size={14} />} onPress={() => setAdding(true)}>
          Add connection…
        </Button>
      </Row>
      {chosen !== undefined ? <Chosen connection={chosen} /> : null}
      {isAdding ? (
        <ConnectionDialog
          onClose={() => setAdding(false)}
          onDone={(connection) => {
            setAdding(false);
            choose(connection.id);
          }}
        />
      ) : null}
    </Stack>
  );
}

function ConnectionChoice({ connection }: { readonly connection: Connection }) {
  return (
    <ChoiceCard value={connection.id} name={connection.name}>
      <span className={styles.choiceHead}>
        <strong>{connection.name}</strong>
        {connection.practice ? <Badge tone="info">Practice</Badge> : null}
        {isTrusted(connection) ? null : <Badge tone="warning">Host key not trusted yet</Badge>}
      </span>
      <code>{addressOf(connection)}</code>
    </ChoiceCard>
  );
}

/** The test of the chosen connection, and a word where key and server do not go together. */
function Chosen({ connection }: { readonly connection: Connection }) {
  const practice = usePractice((state) => state.practice);
  const keyId = useSend((state) => state.keyId);
  return (
    <>
      {connection.practice && practice.keyId !== undefined && keyId !== practice.keyId ? (
        <Notice
          tone="warning"
          title="The practice server does not hold the chosen key set"
          actions={<Button onPress={() => choosePractice(practice)}>Use its own key set</Button>}
        >
          <p>It could not open the file. Its own key set and Key ID are ready.</p>
        </Notice>
      ) : null}
      <Card label={`Test of ${connection.name}`}>
        {/* Another connection starts with no result. */}
        <ConnectionTest key={connection.id} connection={connection} />
      </Card>
    </>
  );
}
