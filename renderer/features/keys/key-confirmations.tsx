/** The two actions on a key set that cannot be taken back: letting the private key out, and removing the set. */
import { useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { shortName } from './key-words.ts';
import { useKeys } from './store.ts';

interface KeyDialogProps {
  readonly keySet: KeySet;
  readonly onClose: () => void;
}

export function ExportPrivateDialog({ keySet, onClose }: KeyDialogProps) {
  const [isAgreed, setAgreed] = useState(false);
  const save = useAction(() =>
    call('keys.exportPrivate', { fingerprint: keySet.fingerprint, confirmed: true }),
  );
  return (
    <ConfirmDialog
      title={`Export the private key of ${shortName(keySet.userId)}`}
      confirmLabel="Export private key…"
      isReady={isAgreed}
      onClose={onClose}
      onConfirm={() => void save.run().then((saved) => saved !== undefined && onClose())}
      isBusy={save.isBusy}
      error={save.error}
    >
      <p>
        The file will hold the private key, protected by its passphrase alone. It leaves the
        encrypted store of Sealift: backups, cloud folders and other people of this computer may
        come to hold copies.
      </p>
      <p>
        Whoever has the file and the passphrase can open every file sealed to this key set. Share it
        only with the platform that must decrypt, and delete it once it has arrived.
      </p>
      <Checkbox isSelected={isAgreed} onChange={setAgreed}>
        I understand what leaving the store means
      </Checkbox>
    </ConfirmDialog>
  );
}

export function RemoveKeyDialog({ keySet, onClose }: KeyDialogProps) {
  const loadKeys = useKeys((state) => state.load);
  const remove = useAction(() => call('keys.remove', { fingerprint: keySet.fingerprint }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    await loadKeys();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${shortName(keySet.userId)}`}
      confirmLabel="Remove key set"
      {...(keySet.hasPrivateKey ? { typed: keySet.fingerprint.slice(-8) } : {})}
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        {keySet.hasPrivateKey
          ? 'Its private key is deleted from this computer. Without a copy elsewhere, files sealed to it can never be opened here again.'
          : 'Its public key is deleted from this computer. It can be imported again.'}
      </p>
      <p>Platforms that know it keep it, with its Key ID, until it is deleted there.</p>
    </ConfirmDialog>
  );
}
