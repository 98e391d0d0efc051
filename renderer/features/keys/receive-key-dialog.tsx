/** Has a Sealift server make a key set and hand it over: the public half, the private half and the Key ID, once. */
import { useEffect, useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { FieldRow, TextField } from '../../ui/field.tsx';
import { ConsolePicker, ensureConnections, useConsoleConnections } from '../connections/index.ts';
import { keepKeySet } from './store.ts';

interface ReceiveKeyDialogProps {
  readonly onClose: () => void;
  readonly onDone: (keySet: KeySet) => void;
}

export function ReceiveKeyDialog({ onClose, onDone }: ReceiveKeyDialogProps) {
  const connections = useConsoleConnections();
  const [chosenId, setChosenId] = useState<string>();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const connectionId = chosenId ?? connections[0]?.id;
  useEffect(ensureConnections, []);
  const receive = useAction((id: string) =>
    call('keys.receive', { connectionId: id, name, email }),
  );

  const submit = async () => {
    if (connectionId === undefined) return;
    const keySet = await receive.run(connectionId);
    if (keySet === undefined) return;
    keepKeySet(keySet);
    onDone(keySet);
  };

  return (
    <FormDialog
      title="Receive a key set"
      submitLabel="Receive"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={connectionId !== undefined}
      isBusy={receive.isBusy}
      error={receive.error}
    >
      <p>
        The server makes the pair and its Key ID and sends them here once. Files are sealed to it;
        your own private keys stay where they are.
      </p>
      <ConsolePicker value={connectionId} onChange={setChosenId} onLeave={onClose} />
      <FieldRow>
        <TextField label="Name" value={name} onChange={setName} isRequired />
        <TextField label="E-mail" type="email" value={email} onChange={setEmail} isRequired />
      </FieldRow>
    </FormDialog>
  );
}
