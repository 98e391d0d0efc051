/** Setting the master password, for computers without a keychain. */
import { useRef, useState } from 'react';
import { useAction } from '../../bridge/use-action.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { useSettings } from './store.ts';

/** As the main process demands it. */
const MIN_LENGTH = 8;

interface MasterPasswordDialogProps {
  readonly onClose: () => void;
}

export function SetMasterPasswordDialog({ onClose }: MasterPasswordDialogProps) {
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const setPassword = useSettings((state) => state.setMasterPassword);
  const save = useAction(setPassword);
  const submit = async () => {
    const wanted = first.current?.value ?? '';
    if (wanted.length < MIN_LENGTH) {
      setProblem(`At least ${MIN_LENGTH} characters.`);
      return;
    }
    if (wanted !== second.current?.value) {
      setProblem('The two passwords differ. Type the same one twice.');
      return;
    }
    takeSecret(second);
    if ((await save.run(takeSecret(first))) !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Set a master password"
      submitLabel="Set master password"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={save.isBusy}
      error={save.error}
    >
      <p>
        It encrypts the private keys, passphrases and tokens of this profile, and is asked for once
        each time Sealift starts. It is written down nowhere: without it those secrets are lost.
      </p>
      <SecretField label="Master password" secretRef={first} isRequired autoFocus />
      <SecretField
        label="Master password again"
        secretRef={second}
        problem={problem}
        onInput={() => setProblem(undefined)}
        isRequired
      />
    </FormDialog>
  );
}
