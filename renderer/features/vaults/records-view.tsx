/** The records of a vault: the list, the record that is active, and what can be done with what is chosen. */
import { FilePlus2, FileUp, Import } from 'lucide-react';
import { useCallback, useDeferredValue, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { SdsVault } from '../../../shared/domain/vault.ts';
import type { ErrorCode } from '../../../shared/errors/index.ts';
import { whyNot } from '../../../shared/domain/vault.ts';
import { Blocked } from '../../ui/blocked.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/field.tsx';
import { SplitView } from '../../ui/split-view.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { RecordDetail } from './record-detail.tsx';
import { RecordEditor } from './record-editor.tsx';
import { RecordList } from './record-list-view.tsx';
import { RecordsFoot } from './records-foot.tsx';
import { createRecords } from './records-store.ts';
import type { RecordsStore } from './record-state.ts';
import type { RecordTask } from './record-task.ts';
import { useVaults } from './store.ts';
import { useEnded } from './transfers.ts';
import styles from './vaults.module.css';

interface RecordsViewProps {
  readonly app: string;
  readonly vault: SdsVault;
}

export function RecordsView({ app, vault }: RecordsViewProps) {
  const [records] = useState(() => createRecords({ app, vault: vault.name }));
  const [task, setTask] = useState<RecordTask>();
  const [query, setQuery] = useState('');
  const searched = useDeferredValue(query.trim());
  const noRead = whyNot(vault, 'read');
  const noWrite = whyNot(vault, 'write');
  const canRead = noRead === undefined;
  const reload = useCallback(() => {
    if (canRead) void records.getState().reload();
  }, [records, canRead]);
  useEffect(reload, [reload]);
  useEnded('import', vault.name, reload);
  useEffect(() => records.getState().clearSearch(), [records, searched]);
  const close = () => setTask(undefined);
  const isWritable = noWrite === undefined;
  return (
    <>
      <div className={styles.toolbar}>
        <div className={styles.search}>
          <TextField
            label="Search records by id or metadata"
            hideLabel
            type="search"
            placeholder="Search by id or metadata"
            value={query}
            onChange={setQuery}
            isDisabled={!canRead}
          />
        </div>
        <Button
          icon={<Import size={14} />}
          isDisabled={!isWritable}
          onPress={() => setTask({ kind: 'import' })}
        >
          Import…
        </Button>
        <Button
          icon={<FileUp size={14} />}
          isDisabled={!canRead}
          onPress={() => setTask({ kind: 'export' })}
        >
          Export…
        </Button>
        <Button
          look="primary"
          icon={<FilePlus2 size={14} />}
          isDisabled={!isWritable}
          onPress={() => setTask({ kind: 'new' })}
        >
          New record…
        </Button>
      </div>
      {noRead === undefined ? null : <Blocked>{noRead}</Blocked>}
      {noWrite === undefined || noWrite === noRead ? null : <Blocked>{noWrite}</Blocked>}
      {canRead ? (
        <>
          <RecordErrors records={records} />
          <SplitView
            detailLabel="Record"
            list={
              <RecordList
                records={records}
                vault={vault}
                query={searched}
                onTask={setTask}
                isWritable={isWritable}
                app={app}
              />
            }
            detail={<RecordDetail records={records} app={app} vault={vault} onTask={setTask} />}
          />
          <RecordsFoot records={records} app={app} vault={vault} query={searched} />
        </>
      ) : null}
      <Task task={task} records={records} app={app} vault={vault} onClose={close} />
    </>
  );
}

const PERMISSION_CODES: readonly ErrorCode[] = [
  'SDS_FORBIDDEN',
  'SDS_NOT_FOUND',
  'SDS_READ_LIMIT',
  'SDS_VAULT_DISABLED',
];

/** Errors of the list and of opening: shown above it, and the list stays. */
function RecordErrors({ records }: { readonly records: RecordsStore }) {
  const error = useStore(records, (state) => state.error);
  const openError = useStore(records, (state) => state.openError);
  const revealError = useStore(records, (state) => state.revealError);
  const load = useVaults((state) => state.load);
  const lost = error?.code ?? openError?.code ?? revealError?.code;
  // What this app may do may have changed: the list of vaults tells it anew.
  useEffect(() => {
    if (lost !== undefined && PERMISSION_CODES.includes(lost)) void load();
  }, [lost, load]);
  const { loadMore, tryOpenAgain } = records.getState();
  const told = [
    { error, again: loadMore },
    { error: openError, again: tryOpenAgain },
    { error: revealError, again: undefined },
  ];
  // A service that is away is told of once, however much was asked of it.
  const isFirst = (code: ErrorCode, index: number) =>
    told.findIndex((one) => one.error?.code === code) === index;
  return (
    <div className={styles.errors}>
      {told.map(({ error: one, again }, index) =>
        one === undefined || !isFirst(one.code, index) ? null : (
          <ErrorBox
            key={index}
            error={one}
            actions={
              again === undefined ? undefined : (
                <Button onPress={() => void again()}>Try again</Button>
              )
            }
          />
        ),
      )}
    </div>
  );
}

interface TaskProps {
  readonly task: RecordTask | undefined;
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  readonly onClose: () => void;
}

function Task({ task, records, app, vault, onClose }: TaskProps) {
  switch (task?.kind) {
    case 'new':
      return <RecordEditor records={records} app={app} vault={vault} onClose={onClose} />;
    case 'edit':
      return (
        <RecordEditor records={records} app={app} vault={vault} id={task.id} onClose={onClose} />
      );
    case 'move':
      return (
        <MoveDialog
          records={records}
          app={app}
          vault={vault.name}
          recordId={task.id}
          onClose={onClose}
        />
      );
    case 'import':
      return <ImportDialog app={app} vault={vault.name} onClose={onClose} />;
    case 'export':
      return <ExportDialog records={records} app={app} vault={vault.name} onClose={onClose} />;
    case undefined:
      return null;
  }
}
