/** Moves a record to another vault, in which this app may write, too. */
import { useState } from 'react';
import { whyNot } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Blocked } from '../../ui/blocked.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { Select } from '../../ui/field.tsx';
import type { RecordsStore } from './record-state.ts';
import { useVaults } from './store.ts';

interface MoveDialogProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: string;
  readonly recordId: string;
  readonly onClose: () => void;
}

export function MoveDialog({ records, app, vault, recordId, onClose }: MoveDialogProps) {
  const vaults = useVaults((state) => state.vaults) ?? [];
  const others = vaults.filter(({ name }) => name !== vault);
  const open = others.filter((other) => whyNot(other, 'write') === undefined);
  const [chosen, setChosen] = useState<string>();
  const target = chosen ?? open[0]?.name;
  const move = useAction((to: string) => call('sds.records.move', { app, recordId, vault: to }));
  const submit = async () => {
    if (target === undefined || (await move.run(target)) === undefined) return;
    records.getState().gone(recordId);
    onClose();
  };
  return (
    <FormDialog
      title="Move record"
      submitLabel="Move record"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={target !== undefined}
      isBusy={move.isBusy}
      error={move.error}
    >
      <p>
        The record keeps its id. Who may read it is then said by the other vault, not by {vault}.
      </p>
      {target === undefined ? (
        <Blocked>There is no other vault in which this app may write.</Blocked>
      ) : (
        <Select
          label="To the vault"
          value={target}
          options={open.map(({ name }) => ({ value: name, label: name }))}
          onChange={setChosen}
        />
      )}
      {others
        .filter((other) => !open.includes(other))
        .map((other) => (
          <Blocked key={other.id}>{whyNot(other, 'write')}</Blocked>
        ))}
    </FormDialog>
  );
}
