/** Imports records from a CSV or JSON file: which column is the value, which become metadata. */
import { FileInput } from 'lucide-react';
import { useState } from 'react';
import type { FileRef } from '../../../shared/contract/api.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Checkbox, Select } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Quiet, Row } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { useTransfers } from './transfers.ts';
import styles from './vaults.module.css';

interface ImportDialogProps {
  readonly app: string;
  readonly vault: string;
  readonly onClose: () => void;
}

export function ImportDialog({ app, vault, onClose }: ImportDialogProps) {
  const [file, setFile] = useState<FileRef>();
  const [facts, setFacts] = useState<FileFacts>();
  const [column, setColumn] = useState('');
  const [form, setForm] = useState<'text' | 'base64'>('text');
  const [metaColumns, setMetaColumns] = useState<readonly string[]>([]);
  const choose = useAction(() => call('files.choose', { purpose: 'data' }));
  const inspect = useAction((handle: string) => call('files.inspect', { handle }));
  const begin = useAction((handle: string) =>
    call('sds.records.import', { app, vault, handle, column, form, metaColumns: [...metaColumns] }),
  );
  const pick = async () => {
    const chosen = (await choose.run())?.[0];
    if (chosen === undefined) return;
    setFile(chosen);
    setFacts(undefined);
    const found = await inspect.run(chosen.handle);
    if (found === undefined) return;
    setFacts(found);
    setColumn(found.header[0] ?? '');
    setMetaColumns([]);
  };
  const submit = async () => {
    if (file === undefined) return;
    const transfer = await begin.run(file.handle);
    if (transfer === undefined) return;
    useTransfers.getState().keep(transfer);
    onClose();
  };
  const error = choose.error ?? inspect.error;
  return (
    <FormDialog
      title={`Import records into ${vault}`}
      submitLabel="Import"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={facts !== undefined && column !== ''}
      isBusy={begin.isBusy}
      error={begin.error}
      isWide
    >
      <Row>
        <Button
          icon={<FileInput size={14} />}
          isPending={choose.isBusy}
          onPress={() => void pick()}
        >
          Choose CSV or JSON file…
        </Button>
        <Quiet>{file?.name ?? 'Each row becomes one record.'}</Quiet>
      </Row>
      {error === undefined ? null : <ErrorBox error={error} />}
      {inspect.isBusy ? <Working>Looking at the file</Working> : null}
      {facts === undefined ? null : (
        <>
          <Quiet>
            {facts.rowsExact ? '' : 'About '}
            {formatCount(facts.rows, 'row')}, {formatCount(facts.header.length, 'column')}.
          </Quiet>
          <Select
            label="Column with the values"
            value={column}
            options={facts.header.map((name) => ({ value: name, label: name }))}
            onChange={(name) => {
              setColumn(name);
              setMetaColumns(metaColumns.filter((other) => other !== name));
            }}
          />
          <Segments
            label="Its cells are"
            value={form}
            options={[
              { value: 'text', label: 'Text' },
              { value: 'base64', label: 'Bytes in base64' },
            ]}
            onChange={setForm}
          />
          <MetaColumns
            columns={facts.header.filter((name) => name !== column)}
            chosen={metaColumns}
            onChange={setMetaColumns}
          />
        </>
      )}
    </FormDialog>
  );
}

interface MetaColumnsProps {
  readonly columns: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function MetaColumns({ columns, chosen, onChange }: MetaColumnsProps) {
  if (columns.length === 0) return null;
  return (
    <fieldset className={styles.metaColumns}>
      <legend>Columns that become metadata</legend>
      {columns.map((name) => (
        <Checkbox
          key={name}
          isSelected={chosen.includes(name)}
          onChange={(isChosen) =>
            onChange(isChosen ? [...chosen, name] : chosen.filter((other) => other !== name))
          }
        >
          {name}
        </Checkbox>
      ))}
      <Quiet>Metadata is not encrypted for readers. Leave out what is secret.</Quiet>
    </fieldset>
  );
}
