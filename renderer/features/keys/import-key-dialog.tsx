/** Takes in OpenPGP keys, public or private, from a file or from pasted text. */
import { FileKey } from 'lucide-react';
import { useRef, useState } from 'react';
import type { FileRef } from '../../../shared/contract/api.ts';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextArea } from '../../ui/field.tsx';
import { Quiet, Row } from '../../ui/page.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { keepKeySet } from './store.ts';

interface ImportKeyDialogProps {
  readonly onClose: () => void;
  readonly onDone: (keySets: readonly KeySet[]) => void;
}

export function ImportKeyDialog({ onClose, onDone }: ImportKeyDialogProps) {
  const [source, setSource] = useState<'file' | 'text'>('file');
  const [file, setFile] = useState<FileRef>();
  const [text, setText] = useState('');
  const passphraseRef = useRef<HTMLInputElement>(null);
  const choose = useAction(() => call('files.choose', { purpose: 'openpgp-key' }));
  const importKeys = useAction((passphrase: string) => {
    const secret = passphrase === '' ? {} : { passphrase };
    return source === 'file' && file !== undefined
      ? call('keys.importFile', { handle: file.handle, ...secret })
      : call('keys.importText', { text, ...secret });
  });

  const submit = async () => {
    const keySets = await importKeys.run(takeSecret(passphraseRef));
    if (keySets === undefined) return;
    setText('');
    keySets.forEach(keepKeySet);
    onDone(keySets);
  };

  return (
    <FormDialog
      title="Import keys"
      submitLabel="Import"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={source === 'file' ? file !== undefined : text.trim() !== ''}
      isBusy={importKeys.isBusy}
      error={importKeys.error}
      isWide
    >
      <Segments
        label="From"
        value={source}
        options={[
          { value: 'file', label: 'A file' },
          { value: 'text', label: 'Pasted text' },
        ]}
        onChange={setSource}
      />
      {source === 'file' ? (
        <Row>
          <Button
            icon={<FileKey size={14} />}
            isPending={choose.isBusy}
            onPress={() => void choose.run().then((files) => setFile(files?.[0] ?? file))}
          >
            Choose key file…
          </Button>
          <Quiet>{file?.name ?? 'Armored or binary, as gpg exports it.'}</Quiet>
        </Row>
      ) : (
        <TextArea
          label="Armored key"
          rows={8}
          value={text}
          onChange={setText}
          placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
        />
      )}
      {choose.error !== undefined ? <ErrorBox error={choose.error} /> : null}
      <SecretField
        label="Passphrase of a private key"
        isOptional
        secretRef={passphraseRef}
        hint="Kept with the secrets of this profile, so that files can be opened without asking."
      />
    </FormDialog>
  );
}
