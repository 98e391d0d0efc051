/** Before a URL file is fetched: from which host, and, when that host sends on to another one, from that, too. */
import { useEffect, useState } from 'react';
import type { SdsFile } from '../../../shared/domain/vault.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Notice } from '../../ui/notice.tsx';
import { isOver } from './transfer-words.ts';
import { useTransfers } from './transfers.ts';
import styles from './vaults.module.css';

interface FetchUrlDialogProps {
  readonly app: string;
  readonly vault: string;
  readonly file: SdsFile;
  readonly source: { readonly url: string; readonly host: string };
  readonly onClose: () => void;
}

export function FetchUrlDialog({ app, vault, file, source, onClose }: FetchUrlDialogProps) {
  const [hosts, setHosts] = useState<readonly string[]>([source.host]);
  const [transferId, setTransferId] = useState<string>();
  const begin = useAction(() =>
    call('sds.files.fetchUrl', { app, fileId: file.id, vault, name: file.name, hosts: [...hosts] }),
  );
  const transfer = useTransfers((state) => state.transfers.find(({ id }) => id === transferId));
  // The other host shows itself when the first one is asked, or while the transfer runs.
  const error = begin.error ?? transfer?.error;
  const other = error?.code === 'SDS_URL_OTHER_HOST' ? String(error.params['host']) : undefined;
  const isAsking = other !== undefined && !hosts.includes(other);
  // Once it is on its way, the list of transfers tells the rest.
  const isUnderWay =
    transfer !== undefined &&
    transfer.state !== 'failed' &&
    (transfer.done > 0 || isOver(transfer));
  useEffect(() => {
    if (isUnderWay) onClose();
  }, [isUnderWay, onClose]);
  const submit = async () => {
    if (isAsking) {
      setHosts([...hosts, other]);
      setTransferId(undefined);
      begin.clearError();
      return;
    }
    const begun = await begin.run();
    if (begun === undefined) return;
    if (begun.transfer === null) {
      onClose();
      return;
    }
    useTransfers.getState().keep(begun.transfer);
    setTransferId(begun.transfer.id);
  };
  return (
    <FormDialog
      title={`Fetch ${file.name}`}
      submitLabel={isAsking ? `Agree to ${other}` : `Fetch from ${hosts.join(', ')}…`}
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={begin.isBusy}
      error={isAsking ? undefined : error}
      isWide
    >
      <p>
        The vault keeps an address for this file, not its content. Whoever runs the host learns that
        someone at this computer fetches it; your access token and signature are not sent.
      </p>
      <Facts
        facts={[
          { name: 'Host', value: source.host, isMono: true },
          {
            name: 'Address',
            value: (
              <span className={styles.copyable}>
                <code>{source.url}</code>
                <CopyButton text={source.url} label="Copy address" />
              </span>
            ),
          },
        ]}
      />
      {isAsking ? (
        <Notice tone="warning" title={`${source.host} sends on to another host: ${other}`}>
          <p>Nothing was fetched from it. Agree only if you expect the file to be there.</p>
        </Notice>
      ) : null}
    </FormDialog>
  );
}
