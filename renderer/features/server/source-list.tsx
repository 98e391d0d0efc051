/** The sources of the account, kept current while one of them is at work. */
import { FolderDown, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Empty, Quiet, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { AddSourceDialog } from './add-source-dialog.tsx';
import { SourceCard } from './source-card.tsx';
import { useSources } from './store.ts';

const REFRESH_INTERVAL_MS = 1000;

export function SourceList({ connectionId }: { readonly connectionId: string }) {
  const { value: sources, error, load } = useSources();
  const [isAdding, setAdding] = useState(false);
  const isRunning = sources?.some((source) => source.running) ?? false;
  useEffect(() => void load(), [load, connectionId]);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => void load(), REFRESH_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [isRunning, load]);
  const add = (
    <Button icon={<Plus size={14} />} onPress={() => setAdding(true)}>
      Add source…
    </Button>
  );
  return (
    <Stack>
      {error !== undefined ? (
        <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
      ) : null}
      {sources === undefined && error === undefined ? <Working>Asking the server</Working> : null}
      {sources?.length === 0 ? (
        <Empty icon={<FolderDown size={32} />} title="No sources yet" actions={add}>
          A source is an SFTP server of yours from which the platform fetches sealed files and their
          manifests, by the clock or when told.
        </Empty>
      ) : null}
      {sources !== undefined && sources.length > 0 ? (
        <>
          <Row>{add}</Row>
          <Quiet>
            A manifest name is fetched once; nothing is removed or written at the source.
          </Quiet>
        </>
      ) : null}
      {sources?.map((source) => (
        <SourceCard key={source.id} connectionId={connectionId} source={source} />
      ))}
      {isAdding ? (
        <AddSourceDialog connectionId={connectionId} onClose={() => setAdding(false)} />
      ) : null}
    </Stack>
  );
}
