/** An account on a Sealift server, in Settings: its sources, its keys, and what happened to it. */
import { useEffect, useState } from 'react';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section, Stack } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import {
  AccountKeysDialog,
  ConsolePicker,
  ensureConnections,
  useConnections,
  useConsoleConnections,
} from '../connections/index.ts';
import { StartPractice, usePractice } from '../practice/index.ts';
import { ActivityLog } from './activity-log.tsx';
import { SourceList } from './source-list.tsx';
import { useServerChoice } from './store.ts';

export function ServerPanel() {
  const connections = useConsoleConnections();
  const { connectionId, choose } = useServerChoice();
  const practiceState = usePractice((state) => state.practice.state);
  useEffect(ensureConnections, []);
  // Its first start makes a connection, and each later one gives it another address.
  useEffect(() => {
    if (practiceState === 'running') void useConnections.getState().load();
  }, [practiceState]);
  const chosen = connections.find(({ id }) => id === connectionId) ?? connections[0];
  const chosenId = chosen?.id;
  useEffect(() => {
    if (chosenId !== undefined && chosenId !== connectionId) choose(chosenId);
  }, [chosenId, connectionId, choose]);
  return (
    <Section title="Account on a Sealift server">
      <Stack>
        <ConsolePicker value={chosenId} onChange={choose} onLeave={() => undefined} />
        {chosen !== undefined && chosenId === connectionId ? (
          <Account key={chosen.id} connection={chosen} />
        ) : null}
      </Stack>
    </Section>
  );
}

function Account({ connection }: { readonly connection: Connection }) {
  const [areKeysOpen, setKeysOpen] = useState(false);
  const practiceState = usePractice((state) => state.practice.state);
  if (connection.practice && practiceState !== 'running') {
    return (
      <Notice
        tone="info"
        title="The practice server is not running"
        actions={<StartPractice label="Start the practice server" />}
      />
    );
  }
  return (
    <>
      <div>
        <Button size="small" onPress={() => setKeysOpen(true)}>
          Registered keys…
        </Button>
      </div>
      <Tabs
        label="Account"
        tabs={[
          {
            id: 'sources',
            name: 'Sources',
            content: <SourceList connectionId={connection.id} />,
          },
          {
            id: 'activity',
            name: 'Activity log',
            content: <ActivityLog connectionId={connection.id} />,
          },
        ]}
      />
      {areKeysOpen ? (
        <AccountKeysDialog connection={connection} onClose={() => setKeysOpen(false)} />
      ) : null}
    </>
  );
}
