/**
 * Hands a key set to a platform without console: a folder with both keys, after it was said what that means;
 * then what to send, what never to send with it, and the Key ID that comes back.
 */
import { useRef, useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { FormDialog, TellDialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { shortName } from './key-words.ts';
import styles from './keys.module.css';

interface HandOverDialogProps {
  readonly keySet: KeySet;
  readonly onClose: () => void;
  /** Leads on to the Key ID, where the platform has answered already. */
  readonly onNoteKeyId: () => void;
}

export function HandOverDialog({ keySet, onClose, onNoteKeyId }: HandOverDialogProps) {
  const [isAgreed, setAgreed] = useState(false);
  const [withPrimary, setWithPrimary] = useState(false);
  const [savedAs, setSavedAs] = useState<string>();
  const passphraseRef = useRef<HTMLInputElement>(null);
  const handOver = useAction((passphrase: string) =>
    call('keys.handOver', {
      fingerprint: keySet.fingerprint,
      withPrimary,
      ...(passphrase === '' ? {} : { passphrase }),
      confirmed: true,
    }),
  );
  const submit = async () => {
    const saved = await handOver.run(takeSecret(passphraseRef));
    // Null: the system's dialog was closed; the user may still want to go on here.
    if (saved !== undefined && saved.savedAs !== null) setSavedAs(saved.savedAs);
  };

  if (savedAs !== undefined) {
    return <HandedOver savedAs={savedAs} onClose={onClose} onNoteKeyId={onNoteKeyId} />;
  }
  return (
    <FormDialog
      title={`Hand over ${shortName(keySet.userId)}`}
      submitLabel="Save folder…"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={isAgreed}
      isBusy={handOver.isBusy}
      error={handOver.error}
      isWide
    >
      <p>
        For a platform that takes key sets by hand. Sealift writes a folder with the public key, the
        private key, and a letter that says what to do with them. The platform answers with a Key
        ID.
      </p>
      <Notice tone="warning" title="A private key leaves this computer">
        <p>
          The platform needs it to open your files. Whoever has it and its passphrase can open every
          file that was ever sealed to this key set. A key set that the platform makes for you
          avoids that: ask for one first.
        </p>
      </Notice>
      <WithPrimary isSelected={withPrimary} onChange={setWithPrimary} />
      {keySet.hasPassphrase ? null : (
        <SecretField
          label="Passphrase"
          secretRef={passphraseRef}
          hint="It opens the key here, and is not written into the folder."
          isRequired
        />
      )}
      <Checkbox isSelected={isAgreed} onChange={setAgreed}>
        I will give the folder to the platform alone, and the passphrase by another way
      </Checkbox>
    </FormDialog>
  );
}

interface WithPrimaryProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
}

/** Sharing and handing over alike: how much of the private key goes. */
export function WithPrimary({ isSelected, onChange }: WithPrimaryProps) {
  return (
    <Checkbox isSelected={isSelected} onChange={onChange}>
      With the primary key: only where the platform refuses the encryption subkey alone. It could
      then also sign in your name.
    </Checkbox>
  );
}

interface HandedOverProps {
  readonly savedAs: string;
  readonly onClose: () => void;
  readonly onNoteKeyId: () => void;
}

function HandedOver({ savedAs, onClose, onNoteKeyId }: HandedOverProps) {
  return (
    <TellDialog
      title="The folder is saved"
      onClose={onClose}
      actions={<Button onPress={onNoteKeyId}>Note Key ID…</Button>}
      isWide
    >
      <p>
        It is called <code>{savedAs}</code> and holds public.asc, private.asc and README.txt.
      </p>
      <ol className={styles.steps}>
        <li>Send the folder by the protected way that the platform names for keys.</li>
        <li>
          Tell the passphrase by another way, to a person you know: by telephone, in a password
          manager, or by a link that opens once. <strong>Never send both together.</strong>
        </li>
        <li>
          Note the Key ID that the platform answers with: under Keys, <em>Note Key ID…</em>, today
          or later.
        </li>
        <li>Then delete the folder, also from the bin and from what copies your files.</li>
      </ol>
    </TellDialog>
  );
}
