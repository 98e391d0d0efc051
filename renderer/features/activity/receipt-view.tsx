/** A receipt: what arrived, where, when, and the hashes by which both sides can prove it. */
import { Save } from 'lucide-react';
import { useState } from 'react';
import type { DeliveredFile, DeliveredPart, Receipt } from '../../../shared/domain/job.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { formatBytes, formatCount, formatDuration, formatMoment } from '../../ui/format.ts';
import { Quiet, Row, Stack } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './activity.module.css';

export function ReceiptView({ receipt }: { readonly receipt: Receipt }) {
  const seconds = (Date.parse(receipt.finishedAt) - Date.parse(receipt.startedAt)) / 1000;
  const place = receipt.directory === '' ? '' : `, folder ${receipt.directory}`;
  return (
    <Stack>
      <Table
        label={`Files of ${receipt.sourceName}`}
        columns={[
          { name: 'File', width: '34%' },
          { name: 'Size', isNumeric: true, width: '88px' },
          { name: 'SHA-256' },
        ]}
      >
        <FileRow
          note={`${formatCount(receipt.rows, 'row')}, before sealing`}
          file={{
            name: receipt.sourceName,
            sizeBytes: receipt.plainBytes,
            sha256: receipt.plainSha256,
          }}
        />
        {receipt.parts.map((part, index) => (
          <PartRows key={part.data.name} part={part} number={index + 1} of={receipt.parts.length} />
        ))}
      </Table>
      <Facts
        facts={[
          {
            name: 'Sent to',
            value: `${receipt.username}@${receipt.host}, port ${receipt.port}${place}`,
          },
          { name: 'Host key', value: receipt.hostKeySha256, isMono: true },
          { name: 'Key ID', value: receipt.keyId, isMono: true },
          { name: 'Sealed to', value: <Fingerprint value={receipt.recipientFingerprint} /> },
          {
            name: 'When',
            value: `${formatMoment(receipt.finishedAt)}, in ${formatDuration(seconds)}`,
          },
        ]}
      />
      <SaveReceipt id={receipt.id} />
    </Stack>
  );
}

interface PartRowsProps {
  readonly part: DeliveredPart;
  readonly number: number;
  readonly of: number;
}

/** The two files that were sent; of a split file also what the part was before it was sealed. */
function PartRows({ part, number, of }: PartRowsProps) {
  const which = of === 1 ? '' : ` part ${number} of ${of}`;
  return (
    <>
      {of === 1 ? null : (
        <FileRow
          note={`Part ${number} of ${of}, ${formatCount(part.rows, 'row')}, before sealing`}
          file={{
            name: part.data.name.replace(/\.asc$/, ''),
            sizeBytes: part.plainBytes,
            sha256: part.plainSha256,
          }}
        />
      )}
      <FileRow note={`Sealed${which}`} file={part.data} />
      <FileRow note={`Manifest${which === '' ? '' : ` of${which}`}`} file={part.manifest} />
    </>
  );
}

function FileRow({ file, note }: { readonly file: DeliveredFile; readonly note: string }) {
  return (
    <tr>
      <td>
        <span className={styles.fileName}>{file.name}</span>
        <br />
        <span className={styles.note}>{note}</span>
      </td>
      <td data-numeric="">{formatBytes(file.sizeBytes)}</td>
      <td>
        <span className={styles.hash}>
          <code>{file.sha256}</code>
          <CopyButton text={file.sha256} label={`Copy SHA-256 of ${file.name}`} />
        </span>
      </td>
    </tr>
  );
}

function SaveReceipt({ id }: { readonly id: string }) {
  const [savedAs, setSavedAs] = useState<string>();
  const save = useAction(() => call('receipts.save', { id }));
  const run = async () => {
    const saved = await save.run();
    if (saved !== undefined && saved.savedAs !== null) setSavedAs(saved.savedAs);
  };
  return (
    <>
      <Row>
        <Button icon={<Save size={14} />} isPending={save.isBusy} onPress={() => void run()}>
          Save receipt…
        </Button>
        {savedAs !== undefined ? <Quiet>Saved as {savedAs}.</Quiet> : null}
      </Row>
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
    </>
  );
}
