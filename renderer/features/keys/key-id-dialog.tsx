/** Notes the Key ID that a platform gave for a key set. */
import { useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { isKeyId, shortName } from './key-words.ts';
import { keepKeySet } from './store.ts';

interface KeyIdDialogProps {
  readonly keySet: KeySet;
  readonly onClose: () => void;
  readonly onDone: (keySet: KeySet) => void;
}

export function KeyIdDialog({ keySet, onClose, onDone }: KeyIdDialogProps) {
  const [keyId, setKeyId] = useState('');
  const [isTried, setTried] = useState(false);
  const note = useAction(() =>
    call('keys.setKeyId', { fingerprint: keySet.fingerprint, keyId: keyId.trim().toLowerCase() }),
  );
  const submit = async () => {
    setTried(true);
    if (!isKeyId(keyId)) return;
    const changed = await note.run();
    if (changed === undefined) return;
    keepKeySet(changed);
    onDone(changed);
  };
  return (
    <FormDialog
      title={`Note the Key ID of ${shortName(keySet.userId)}`}
      submitLabel="Note Key ID"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={note.isBusy}
      error={note.error}
    >
      <p>
        The platform gives a Key ID once it has this key set. Each manifest names it, so that the
        platform finds the right key.
      </p>
      <TextField
        label="Key ID"
        value={keyId}
        onChange={setKeyId}
        placeholder="ec491319-9823-48cd-b6a1-6bb0bc666d75"
        problem={
          isTried && !isKeyId(keyId)
            ? 'A Key ID is a UUID: 32 hex digits in groups of 8-4-4-4-12.'
            : undefined
        }
        isMono
        autoFocus
      />
    </FormDialog>
  );
}
