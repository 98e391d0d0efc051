/** The Connections place: SFTP servers, then the tenants of SDS services. */
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page, Quiet, Section, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { ConnectionCard } from './connection-card.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { useConnections } from './store.ts';
import { TenantsSection } from './tenants-section.tsx';

export function ConnectionsPlace() {
  const { value: connections, error, load } = useConnections();
  const [isAdding, setAdding] = useState(false);
  useEffect(() => void load(), [load]);
  const close = () => setAdding(false);
  return (
    <Page title="Connections">
      <Stack>
        <Section
          title="SFTP servers"
          actions={
            <Button size="small" icon={<Plus size={14} />} onPress={() => setAdding(true)}>
              Add connection…
            </Button>
          }
        >
          {error !== undefined ? (
            <ErrorBox
              error={error}
              actions={<Button onPress={() => void load()}>Try again</Button>}
            />
          ) : null}
          {connections === undefined && error === undefined ? (
            <Working>Reading the connections</Working>
          ) : null}
          {connections?.length === 0 ? (
            <Quiet>
              None yet. A connection says where files go: an SFTP server, your account on it, and
              the SSH key that logs in.
            </Quiet>
          ) : null}
          {connections?.map((connection) => (
            <ConnectionCard key={connection.id} connection={connection} />
          ))}
        </Section>
        <TenantsSection />
      </Stack>
      {isAdding ? <ConnectionDialog onClose={close} onDone={close} /> : null}
    </Page>
  );
}
