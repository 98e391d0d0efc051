/** The active record: its value, masked until it is asked for, its metadata, and what can be done with it. */
import { ClipboardCopy, Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SdsVault, ShownValue } from '../../../shared/domain/vault.ts';
import { whyNot } from '../../../shared/domain/vault.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Blocked } from '../../ui/blocked.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Quiet, Row } from '../../ui/page.tsx';
import { kindText, wordsFor } from './badge-words.ts';
import { useDeletions } from './deletions.ts';
import type { RecordsStore } from './record-state.ts';
import type { RecordTask } from './record-task.ts';
import { prettyMeta } from './value-text.ts';
import styles from './vaults.module.css';

interface RecordDetailProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  readonly onTask: (task: RecordTask) => void;
}

export function RecordDetail({ records, app, vault, onTask }: RecordDetailProps) {
  const id = useStore(records, (state) => state.activeId);
  if (id === undefined) {
    return (
      <Quiet>
        Choose a record. Values stay hidden until you reveal them, and can be copied without being
        shown.
      </Quiet>
    );
  }
  return <Detail key={id} id={id} records={records} app={app} vault={vault} onTask={onTask} />;
}

function Detail({ id, records, app, vault, onTask }: RecordDetailProps & { readonly id: string }) {
  const opened = useStore(records, (state) => state.opened.get(id));
  const whole = useStore(records, (state) => (state.whole?.id === id ? state.whole : undefined));
  const noWrite = whyNot(vault, 'write');
  const words = opened === undefined ? undefined : wordsFor(opened);
  const remove = () =>
    useDeletions.getState().remove({ app, vault: vault.name, ids: [id] }, records.getState().gone);
  return (
    <>
      <div className={styles.detailHead}>
        <code>{id}</code>
        <CopyButton text={id} label="Copy record id" />
      </div>
      {words === undefined || opened === undefined ? null : (
        <Row>
          <Badge tone={words.tone}>{words.text}</Badge>
          <span className={styles.note}>{kindText(opened)}</span>
        </Row>
      )}
      <Value id={id} records={records} />
      {words === undefined || words.means === '' ? null : (
        <p className={styles.note}>{words.means}</p>
      )}
      {whole === undefined ? null : <Meta text={whole.meta} />}
      <Row>
        <Button
          size="small"
          isDisabled={noWrite !== undefined}
          onPress={() => onTask({ kind: 'edit', id })}
        >
          Edit… <Key name="E" />
        </Button>
        <Button
          size="small"
          isDisabled={noWrite !== undefined}
          onPress={() => onTask({ kind: 'move', id })}
        >
          Move… <Key name="M" />
        </Button>
        <Button size="small" isDisabled={noWrite !== undefined} onPress={remove}>
          Delete <Key name="Del" />
        </Button>
      </Row>
      {noWrite === undefined ? null : <Blocked>{noWrite}</Blocked>}
    </>
  );
}

/** The key that does the same while the list has the focus. */
function Key({ name }: { readonly name: string }) {
  return (
    <kbd className={styles.key} aria-hidden>
      {name}
    </kbd>
  );
}

function Value({ id, records }: { readonly id: string; readonly records: RecordsStore }) {
  const revealed = useStore(records, (state) => state.revealed.get(id));
  const opened = useStore(records, (state) => state.opened.get(id));
  const isRevealing = useStore(records, (state) => state.isRevealing);
  const { reveal, hide, copy } = records.getState();
  const value = revealed?.record.value;
  const error = revealed?.record.error ?? opened?.error;
  return (
    <div className={styles.value}>
      {value === undefined ? (
        <p className={styles.masked}>
          <span aria-hidden>••••••••••••</span>
          <span className="visually-hidden">The value is hidden.</span>
        </p>
      ) : (
        <Views value={value} isRaw={revealed?.isRaw === true} />
      )}
      {error === undefined ? null : (
        <ErrorBox
          error={error}
          actions={
            error.code === 'SDS_NOT_DECRYPTED' && value === undefined ? (
              <Button size="small" isPending={isRevealing} onPress={() => void reveal([id], true)}>
                Show raw bytes
              </Button>
            ) : undefined
          }
        />
      )}
      <Row>
        {value === undefined ? (
          <Button
            size="small"
            icon={<Eye size={14} />}
            isPending={isRevealing}
            onPress={() => void reveal([id], false)}
          >
            Reveal <Key name="R" />
          </Button>
        ) : (
          <Button size="small" icon={<EyeOff size={14} />} onPress={() => hide([id])}>
            Hide <Key name="R" />
          </Button>
        )}
        <Button
          size="small"
          icon={<ClipboardCopy size={14} />}
          onPress={() => void copy(id, 'text')}
        >
          Copy <Key name="C" />
        </Button>
        <Menu
          label="Copy as another form"
          text="Copy as"
          actions={[
            { name: 'Copy as base64', run: () => void copy(id, 'base64') },
            { name: 'Copy as hex', run: () => void copy(id, 'hex') },
            { name: 'Show raw bytes', run: () => void reveal([id], true) },
          ]}
        />
      </Row>
      <CopyNote id={id} records={records} />
    </div>
  );
}

function CopyNote({ id, records }: { readonly id: string; readonly records: RecordsStore }) {
  const copied = useStore(records, (state) => state.copied);
  if (copied?.id !== id) return null;
  if ('error' in copied) return <ErrorBox error={copied.error} />;
  return (
    <p className={styles.note} role="status">
      {copied.clearsAfterSeconds === 0
        ? 'Copied. It stays on the clipboard.'
        : `Copied. It leaves the clipboard in ${formatDuration(copied.clearsAfterSeconds)}.`}
    </p>
  );
}

type View = 'json' | 'text' | 'hex';

function Views({ value, isRaw }: { readonly value: ShownValue; readonly isRaw: boolean }) {
  const options = [
    ...(value.json === undefined ? [] : [{ value: 'json' as const, label: 'JSON' }]),
    ...(value.text === undefined ? [] : [{ value: 'text' as const, label: 'Text' }]),
    { value: 'hex' as const, label: 'Hex' },
  ];
  const [chosen, setChosen] = useState<View>();
  const view = chosen ?? options[0]?.value ?? 'hex';
  const shown = value[view] ?? value.hex;
  return (
    <>
      <Segments
        label="View"
        hideLabel
        value={view}
        options={options}
        onChange={(next) => setChosen(next)}
      />
      <pre className={styles.content} aria-label="Value" tabIndex={0}>
        {shown === '' ? '(empty)' : shown}
      </pre>
      {isRaw ? (
        <p className={styles.note}>
          The bytes as they came out of the decryption, not what they encode.
        </p>
      ) : null}
      {value.isCut ? (
        <p className={styles.note}>
          Only the beginning is shown. Copy the value, or export the record, to have the whole.
        </p>
      ) : null}
    </>
  );
}

function Meta({ text }: { readonly text: string }) {
  if (text === '') return <p className={styles.note}>No metadata.</p>;
  return (
    <details className={styles.meta} open>
      <summary>Metadata, {formatBytes(new Blob([text]).size)}</summary>
      <pre className={styles.content} aria-label="Metadata" tabIndex={0}>
        {prettyMeta(text)}
      </pre>
    </details>
  );
}
