/** Exports the chosen records, or all of the vault: decrypted after a confirmation, or as they were received. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ChoiceCard, ChoiceCards, Segments } from '../../ui/choice.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Quiet } from '../../ui/page.tsx';
import type { RecordsStore } from './record-state.ts';
import { useTransfers } from './transfers.ts';

interface ExportDialogProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: string;
  readonly onClose: () => void;
}

type Content = 'decrypted' | 'as-received';

export function ExportDialog({ records, app, vault, onClose }: ExportDialogProps) {
  const chosen = useStore(records, (state) => state.chosen);
  const [scope, setScope] = useState<'chosen' | 'all'>(chosen.size > 0 ? 'chosen' : 'all');
  const [format, setFormat] = useState<'csv' | 'json'>('csv');
  const [content, setContent] = useState<Content>('as-received');
  const [isAgreed, setAgreed] = useState(false);
  const begin = useAction(() =>
    call('sds.records.export', {
      app,
      vault,
      format,
      content,
      ...(scope === 'chosen' ? { ids: [...chosen] } : {}),
    }),
  );
  const submit = async () => {
    const begun = await begin.run();
    if (begun === undefined) return;
    // Null: the user closed the dialog for the file's name, and may choose otherwise here.
    if (begun.transfer === null) return;
    useTransfers.getState().keep(begun.transfer);
    onClose();
  };
  return (
    <FormDialog
      title={`Export records of ${vault}`}
      submitLabel="Export…"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={content === 'as-received' || isAgreed}
      isBusy={begin.isBusy}
      error={begin.error}
      isWide
    >
      {chosen.size > 0 ? (
        <Segments
          label="Which"
          value={scope}
          options={[
            { value: 'chosen', label: `${formatCount(chosen.size, 'chosen record')}` },
            { value: 'all', label: 'All of the vault' },
          ]}
          onChange={setScope}
        />
      ) : (
        <Quiet>All records of the vault. To export some, choose them in the list first.</Quiet>
      )}
      <Segments
        label="Format"
        value={format}
        options={[
          { value: 'csv', label: 'CSV' },
          { value: 'json', label: 'JSON' },
        ]}
        onChange={setFormat}
      />
      <ChoiceCards
        label="Content"
        value={content}
        onChange={(value) => setContent(value === 'decrypted' ? 'decrypted' : 'as-received')}
      >
        <ChoiceCard value="as-received" name="As received">
          <strong>As received</strong>
          <Quiet>
            What the service sends: where it encrypts to this app’s key, the file can be opened with
            that key only.
          </Quiet>
        </ChoiceCard>
        <ChoiceCard value="decrypted" name="Decrypted">
          <strong>Decrypted</strong>
          <Quiet>The plain values.</Quiet>
        </ChoiceCard>
      </ChoiceCards>
      {content === 'decrypted' ? (
        <Checkbox isSelected={isAgreed} onChange={setAgreed}>
          I understand that the values will lie unprotected in the file: whoever can read it, its
          backups or copies in a cloud folder can read them.
        </Checkbox>
      ) : null}
    </FormDialog>
  );
}
