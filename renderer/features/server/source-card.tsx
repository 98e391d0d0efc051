/** One source: from where, what and when it fetches, how the last visit ended, and what can be done with it. */
import { useState } from 'react';
import type { Source, SourceRun } from '../../../shared/domain/source.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatCount, formatMoment } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Card, Row } from '../../ui/page.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { UTC, wordsOf } from '../../../shared/cron-words.ts';
import styles from './server.module.css';
import { useSources } from './store.ts';

interface SourceProps {
  readonly connectionId: string;
  readonly source: Source;
}

export function SourceCard({ connectionId, source }: SourceProps) {
  const [isRemoving, setRemoving] = useState(false);
  const load = useSources((state) => state.load);
  const run = useAction(() => call('sources.run', { connectionId, id: source.id }));
  const runNow = async () => {
    if ((await run.run()) !== undefined) await load();
  };
  const problem = source.running ? null : (source.lastRun?.problem ?? null);
  return (
    <Card label={`Source ${source.url}`}>
      <div className={styles.head}>
        <h3>{source.url}</h3>
        {source.running ? (
          <Badge tone="info" icon={<Spinner label="At work" />}>
            Fetching
          </Badge>
        ) : null}
      </div>
      <Facts
        facts={[
          { name: 'Manifests', value: source.pattern ?? 'All' },
          { name: 'When', value: whenText(source) },
          { name: 'Host key', value: source.hostKeySha256, isMono: true },
          { name: 'Last visit', value: lastVisitText(source.lastRun) },
          {
            name: 'Its SSH key',
            value: <CopyButton text={source.publicKey} label="Copy public key" hasLabel />,
          },
        ]}
      />
      {problem !== null ? (
        <Notice tone="warning" title="The last visit did not go well">
          <p>{problem}</p>
        </Notice>
      ) : null}
      {run.error !== undefined ? <ErrorBox error={run.error} /> : null}
      <Row>
        <Button size="small" isPending={run.isBusy || source.running} onPress={() => void runNow()}>
          Run now
        </Button>
        <Button size="small" onPress={() => setRemoving(true)}>
          Remove…
        </Button>
      </Row>
      {isRemoving ? (
        <RemoveSource
          connectionId={connectionId}
          source={source}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </Card>
  );
}

function whenText({ cron, timeZone }: Source): string {
  if (cron === null) return 'Only when told';
  return `${wordsOf(cron)} (${cron}, ${timeZone ?? UTC})`;
}

function lastVisitText(run: SourceRun | null): string {
  if (run === null) return 'None yet';
  return `${formatMoment(run.at)}, ${formatCount(run.fetched, 'manifest')} fetched`;
}

function RemoveSource({
  connectionId,
  source,
  onClose,
}: SourceProps & { readonly onClose: () => void }) {
  const load = useSources((state) => state.load);
  const remove = useAction(() =>
    call('sources.remove', { connectionId, id: source.id, confirmed: true }),
  );
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    await load();
    onClose();
  };
  return (
    <ConfirmDialog
      title="Remove the source"
      confirmLabel="Remove source"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        Nothing more is fetched from <code>{source.url}</code>, and the SSH key made for it is
        deleted. What was imported stays. The key’s line can be removed from authorized_keys there.
      </p>
    </ConfirmDialog>
  );
}
