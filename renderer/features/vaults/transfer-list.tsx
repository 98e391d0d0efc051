/** Uploads, downloads, imports and exports of this app: how far they are, what came of them, and their end. */
import { X } from 'lucide-react';
import type { Transfer } from '../../../shared/domain/vault.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { errorText } from '../../../shared/errors/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Progress } from '../../ui/progress.tsx';
import { BADGE_WORDS } from './badge-words.ts';
import {
  TRANSFER_STATES,
  TRANSFER_WORDS,
  isOver,
  remainsText,
  transferDetail,
  transferResult,
} from './transfer-words.ts';
import { useTransfers } from './transfers.ts';
import styles from './vaults.module.css';

export function TransferList({ app }: { readonly app: string }) {
  const transfers = useTransfers((state) => state.transfers);
  const mine = transfers.filter((transfer) => transfer.app === app);
  if (mine.length === 0) return null;
  return (
    <ul className={styles.transfers} aria-label="Transfers">
      {mine.map((transfer) => (
        <li key={transfer.id}>
          <TransferRow transfer={transfer} />
        </li>
      ))}
    </ul>
  );
}

function TransferRow({ transfer }: { readonly transfer: Transfer }) {
  const { keep, forget } = useTransfers.getState();
  const cancel = useAction(() => call('sds.transfers.cancel', { id: transfer.id }));
  const dismiss = useAction(() => call('sds.transfers.dismiss', { id: transfer.id }));
  const state = TRANSFER_STATES[transfer.state];
  const runCancel = async () => {
    const changed = await cancel.run();
    if (changed !== undefined) keep(changed);
  };
  const runDismiss = async () => {
    if ((await dismiss.run()) !== undefined) forget(transfer.id);
  };
  const error = cancel.error ?? dismiss.error;
  return (
    <div className={styles.transfer}>
      <div className={styles.transferHead}>
        <span className={styles.recordText} data-name="">
          {transfer.title}
        </span>
        <Badge tone={state.tone}>{state.text}</Badge>
        {isOver(transfer) ? (
          <IconButton
            size="small"
            label={`Take ${transfer.title} off the list`}
            icon={<X size={14} />}
            onPress={() => void runDismiss()}
          />
        ) : (
          <Button size="small" isPending={cancel.isBusy} onPress={() => void runCancel()}>
            Cancel
          </Button>
        )}
      </div>
      {isOver(transfer) ? null : (
        <Progress
          label={TRANSFER_WORDS[transfer.kind]}
          detail={transferDetail(transfer)}
          done={transfer.done}
          total={transfer.total}
        />
      )}
      {transfer.state === 'done' ? <Done transfer={transfer} /> : null}
      {remainsText(transfer) === '' ? null : <p className={styles.note}>{remainsText(transfer)}</p>}
      {transfer.error === undefined ? null : <ErrorBox error={transfer.error} />}
      {error === undefined ? null : <ErrorBox error={error} />}
    </div>
  );
}

function Done({ transfer }: { readonly transfer: Transfer }) {
  const { result } = transfer;
  const failures = result?.failures ?? [];
  return (
    <>
      <p className={styles.note}>
        {transferResult(transfer)}{' '}
        {result?.badge === undefined ? '' : `Content: ${BADGE_WORDS[result.badge].text}.`}
      </p>
      {result?.sha256 === undefined ? null : (
        <span className={styles.copyable}>
          <span className={styles.note}>SHA-256</span>
          <code>{result.sha256}</code>
          <CopyButton text={result.sha256} label="Copy SHA-256" />
        </span>
      )}
      {failures.length === 0 ? null : (
        <details>
          <summary>What could not be done</summary>
          <ul className={styles.failures}>
            {failures.map(({ at, error }) => (
              <li key={at}>
                <code>{transfer.kind === 'import' ? `Row ${at}` : at}</code> {errorText(error)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
