/** Makes a key set: who it is for, its type and expiry, and the passphrase that protects its private half. */
import { useEffect, useRef, useState } from 'react';
import type { KeySet, KeyType, PassphraseHint } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { FieldRow, Select, TextField } from '../../ui/field.tsx';
import { Working } from '../../ui/spinner.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { StrengthMeter } from './strength-meter.tsx';
import { keepKeySet } from './store.ts';

const TYPES: readonly { value: KeyType; label: string }[] = [
  { value: 'rsa3072', label: 'RSA 3072 (recommended)' },
  { value: 'rsa4096', label: 'RSA 4096' },
  { value: 'curve25519', label: 'Curve25519' },
];

const EXPIRIES = [
  { value: 'never', label: 'Never' },
  { value: '365', label: 'In one year' },
  { value: '730', label: 'In two years' },
  { value: '1825', label: 'In five years' },
] as const;

type Expiry = (typeof EXPIRIES)[number]['value'];

/** The hint waits for a pause in typing. */
const HINT_DELAY_MS = 200;

interface MakeKeyDialogProps {
  readonly onClose: () => void;
  readonly onDone: (keySet: KeySet) => void;
}

export function MakeKeyDialog({ onClose, onDone }: MakeKeyDialogProps) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [comment, setComment] = useState('');
  const [type, setType] = useState<KeyType>('rsa3072');
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [mismatch, setMismatch] = useState<string>();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [hint, askHint, forgetHint] = useHint(first);
  const make = useAction((passphrase: string) =>
    call('keys.make', {
      name,
      email,
      ...(comment === '' ? {} : { comment }),
      type,
      expiresInDays: expiry === 'never' ? null : Number(expiry),
      passphrase,
    }),
  );

  const submit = async () => {
    if (first.current?.value !== second.current?.value) {
      setMismatch('The two passphrases differ. Type the same one twice.');
      return;
    }
    setMismatch(undefined);
    const passphrase = takeSecret(first);
    takeSecret(second);
    forgetHint();
    const keySet = await make.run(passphrase);
    if (keySet === undefined) return;
    keepKeySet(keySet);
    onDone(keySet);
  };

  return (
    <FormDialog
      title="Make a key set"
      submitLabel="Make key set"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={make.isBusy}
      error={make.error}
      isWide
    >
      <FieldRow>
        <TextField label="Name" value={name} onChange={setName} isRequired autoFocus />
        <TextField label="E-mail" type="email" value={email} onChange={setEmail} isRequired />
      </FieldRow>
      <TextField
        label="Comment"
        isOptional
        value={comment}
        onChange={setComment}
        hint="Shown in brackets after the name, for example what the key is for."
      />
      <FieldRow>
        <Select label="Type" value={type} options={TYPES} onChange={setType} />
        <Select label="Expires" value={expiry} options={EXPIRIES} onChange={setExpiry} />
      </FieldRow>
      <FieldRow>
        <SecretField label="Passphrase" secretRef={first} onInput={askHint} isRequired />
        <SecretField
          label="Passphrase again"
          secretRef={second}
          problem={mismatch}
          onInput={() => setMismatch(undefined)}
          isRequired
        />
      </FieldRow>
      <StrengthMeter hint={hint} />
      {make.isBusy ? <Working>Making the key set. RSA keys take a few seconds.</Working> : null}
    </FormDialog>
  );
}

/** Asks for the strength of what stands in the field, once typing pauses. */
function useHint(field: { readonly current: HTMLInputElement | null }) {
  const [hint, setHint] = useState<PassphraseHint>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const passphrase = field.current?.value ?? '';
      if (passphrase === '') {
        setHint(undefined);
        return;
      }
      void call('keys.hint', { passphrase }).then((result) => {
        if (result.ok) setHint(result.value);
      });
    }, HINT_DELAY_MS);
  };
  const forget = () => {
    clearTimeout(timer.current);
    setHint(undefined);
  };
  return [hint, ask, forget] as const;
}
