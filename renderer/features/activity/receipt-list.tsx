/** Receipts of everything that was sent: searched by any name, id or hash in them. */
import { ReceiptText } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/field.tsx';
import { formatBytes, formatCount, formatMoment } from '../../ui/format.ts';
import { Empty, Quiet, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import styles from './activity.module.css';
import { ReceiptChain } from './receipt-chain.tsx';
import { ReceiptView } from './receipt-view.tsx';
import { findReceipts } from './search.ts';
import { useReceipts } from './store.ts';

/** More than this at once helps nobody; the search narrows it. */
const SHOWN_AT_ONCE = 100;

export function ReceiptList() {
  const { value: receipts, error, load } = useReceipts();
  const [query, setQuery] = useState('');
  useEffect(() => void load(), [load]);
  const found = useMemo(() => findReceipts(receipts ?? [], query), [receipts, query]);
  if (error !== undefined) {
    return (
      <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
    );
  }
  if (receipts === undefined) return <Working>Reading the receipts</Working>;
  if (receipts.length === 0) {
    return (
      <Empty icon={<ReceiptText size={32} />} title="No receipts yet">
        Each delivery leaves a receipt with names, sizes and SHA-256 of what arrived.
      </Empty>
    );
  }
  return (
    <Stack>
      <ReceiptChain />
      <TextField
        label="Search receipts"
        hideLabel
        type="search"
        value={query}
        onChange={setQuery}
        placeholder="Search by file, host, Key ID or SHA-256"
      />
      <Quiet>
        {formatCount(found.length, 'receipt')}
        {found.length > SHOWN_AT_ONCE ? `, the newest ${SHOWN_AT_ONCE} shown` : ''}
      </Quiet>
      <ul className={styles.receipts}>
        {found.slice(0, SHOWN_AT_ONCE).map((receipt) => (
          <li key={receipt.id}>
            <details className={styles.receipt}>
              <summary>
                <span className={styles.fileName}>{receipt.sourceName}</span>
                <span className={styles.note}>
                  {formatCount(receipt.rows, 'row')} · {formatBytes(receipt.plainBytes)} · to{' '}
                  {receipt.host}
                </span>
                <span className={styles.when}>{formatMoment(receipt.finishedAt)}</span>
              </summary>
              <ReceiptView receipt={receipt} />
            </details>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
