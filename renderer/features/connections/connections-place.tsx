/** The Connections place. */
import { Cable, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Empty, Page, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { ConnectionCard } from './connection-card.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { useConnections } from './store.ts';

export function ConnectionsPlace() {
  const { value: connections, error, load } = useConnections();
  const [isAdding, setAdding] = useState(false);
  useEffect(() => void load(), [load]);
  const add = (
    <Button look="primary" icon={<Plus size={14} />} onPress={() => setAdding(true)}>
      Add connection…
    </Button>
  );
  const isEmpty = connections !== undefined && connections.length === 0;
  const close = () => setAdding(false);
  return (
    <Page title="Connections" actions={isEmpty ? undefined : add}>
      <Stack>
        {error !== undefined ? (
          <ErrorBox
            error={error}
            actions={<Button onPress={() => void load()}>Try again</Button>}
          />
        ) : null}
        {connections === undefined && error === undefined ? (
          <Working>Reading the connections</Working>
        ) : null}
        {isEmpty ? (
          <Empty icon={<Cable size={32} />} title="No connections yet" actions={add}>
            A connection says where files go: an SFTP server, your account on it, and the SSH key
            that logs in.
          </Empty>
        ) : null}
        {connections?.map((connection) => (
          <ConnectionCard key={connection.id} connection={connection} />
        ))}
      </Stack>
      {isAdding ? <ConnectionDialog onClose={close} onDone={close} /> : null}
    </Page>
  );
}
