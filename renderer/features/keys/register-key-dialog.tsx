/** Shares a key set with a Sealift server. The private key travels, so that is said and agreed to first. */
import { useEffect, useRef, useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { ConsolePicker, ensureConnections, useConsoleConnections } from '../connections/index.ts';
import { WithPrimary } from './hand-over-dialog.tsx';
import { shortName } from './key-words.ts';
import { keepKeySet } from './store.ts';

interface RegisterKeyDialogProps {
  readonly keySet: KeySet;
  readonly onClose: () => void;
}

export function RegisterKeyDialog({ keySet, onClose }: RegisterKeyDialogProps) {
  const connections = useConsoleConnections();
  const [chosenId, setChosenId] = useState<string>();
  const [isAgreed, setAgreed] = useState(false);
  const [withPrimary, setWithPrimary] = useState(false);
  const passphraseRef = useRef<HTMLInputElement>(null);
  const connectionId = chosenId ?? connections[0]?.id;
  useEffect(ensureConnections, []);
  const register = useAction((id: string, passphrase: string) =>
    call('keys.register', {
      fingerprint: keySet.fingerprint,
      connectionId: id,
      withPrimary,
      ...(passphrase === '' ? {} : { passphrase }),
      confirmed: true,
    }),
  );

  const submit = async () => {
    if (connectionId === undefined) return;
    const changed = await register.run(connectionId, takeSecret(passphraseRef));
    if (changed === undefined) return;
    keepKeySet(changed);
    onClose();
  };

  return (
    <FormDialog
      title={`Register ${shortName(keySet.userId)}`}
      submitLabel="Share and register"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={connectionId !== undefined && isAgreed}
      isBusy={register.isBusy}
      error={register.error}
    >
      <Notice tone="warning" title="The private key and its passphrase leave this computer">
        <p>
          The server needs both to open your files. Whoever holds them can open every file that was
          ever sealed to this key set. Receiving a key set from the server avoids that.
        </p>
      </Notice>
      <ConsolePicker value={connectionId} onChange={setChosenId} onLeave={onClose} />
      <WithPrimary isSelected={withPrimary} onChange={setWithPrimary} />
      {keySet.hasPassphrase ? null : (
        <SecretField label="Passphrase" secretRef={passphraseRef} isRequired />
      )}
      <Checkbox isSelected={isAgreed} onChange={setAgreed}>
        Share the private key and passphrase with this server
      </Checkbox>
    </FormDialog>
  );
}
