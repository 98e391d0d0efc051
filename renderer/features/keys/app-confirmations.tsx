/** What can be done with an SDS app that needs a second thought: linking, rotating, letting the key out, removing. */
import { useRef, useState } from 'react';
import type { SdsApp } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ConfirmDialog, FormDialog } from '../../ui/dialog.tsx';
import { Checkbox, TextField } from '../../ui/field.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { Working } from '../../ui/spinner.tsx';
import { useBitsField } from './app-dialogs.tsx';
import { keepApp, useApps } from './app-store.ts';

interface AppProps {
  readonly app: SdsApp;
  readonly onClose: () => void;
}

const APP_ID = /^app:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MIN_PASSPHRASE = 8;

export function LinkAppDialog({ app, onClose }: AppProps) {
  const [appId, setAppId] = useState(app.appId ?? '');
  const [isTried, setTried] = useState(false);
  const wanted = appId.trim().toLowerCase();
  const isFine = wanted === '' || APP_ID.test(wanted);
  const link = useAction(() =>
    call('sds.apps.link', { id: app.id, ...(wanted === '' ? {} : { appId: wanted }) }),
  );
  const submit = async () => {
    setTried(true);
    if (!isFine) return;
    const linked = await link.run();
    if (linked === undefined) return;
    keepApp(linked);
    onClose();
  };
  return (
    <FormDialog
      title={`Link ${app.name}`}
      submitLabel="Link app"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={link.isBusy}
      error={link.error}
    >
      <p>
        For an app that is registered with this key already. The service is asked; nothing is
        changed there.
      </p>
      <TextField
        label="App id"
        value={appId}
        onChange={setAppId}
        placeholder="app:3f0c9a44-5d3e-4d0f-9a63-0a4a7a4d7c11"
        hint="As the service gave it at the registration. Without it the key cannot be rotated."
        problem={isTried && !isFine ? 'An app id is app: and a UUID.' : undefined}
        isOptional
        isMono
        autoFocus
      />
    </FormDialog>
  );
}

export function RotateAppDialog({ app, onClose }: AppProps) {
  const { bits, field } = useBitsField();
  const rotate = useAction(() => call('sds.apps.rotate', { id: app.id, bits }));
  const load = useApps((state) => state.load);
  const submit = async () => {
    const rotated = await rotate.run();
    if (rotated === undefined) {
      // A rotation that broke off changed the app's state, too.
      await load();
      return;
    }
    keepApp(rotated);
    onClose();
  };
  return (
    <FormDialog
      title={`Rotate the key of ${app.name}`}
      submitLabel="Rotate key"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={rotate.isBusy}
      error={rotate.error}
    >
      <p>
        A new key is made, and the service takes it from then on. The old one is kept here to open
        what was saved as it was received. Whoever else uses this app with the old key is locked
        out.
      </p>
      {field}
      {rotate.isBusy ? <Working>Making the key and telling the service</Working> : null}
    </FormDialog>
  );
}

export function ExportAppDialog({ app, onClose }: AppProps) {
  const [isAgreed, setAgreed] = useState(false);
  const [problem, setProblem] = useState<string>();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const save = useAction((passphrase: string) =>
    call('sds.apps.exportPrivate', { id: app.id, passphrase, confirmed: true }),
  );
  const confirm = async () => {
    const wanted = first.current?.value ?? '';
    if (wanted.length < MIN_PASSPHRASE) {
      setProblem(`At least ${MIN_PASSPHRASE} characters.`);
      return;
    }
    if (wanted !== second.current?.value) {
      setProblem('The two passphrases differ. Type the same one twice.');
      return;
    }
    takeSecret(second);
    if ((await save.run(takeSecret(first))) !== undefined) onClose();
  };
  return (
    <ConfirmDialog
      title={`Export the private key of ${app.name}`}
      confirmLabel="Export private key…"
      isReady={isAgreed}
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={save.isBusy}
      error={save.error}
    >
      <p>
        The file holds the private key as PKCS#8 PEM under a passphrase. It leaves the encrypted
        store of Sealift: whoever has the file and the passphrase can sign as {app.name} and read
        all that it may read.
      </p>
      <SecretField label="Passphrase for the file" secretRef={first} isRequired autoFocus />
      <SecretField
        label="Passphrase again"
        secretRef={second}
        problem={problem}
        onInput={() => setProblem(undefined)}
        isRequired
      />
      <Checkbox isSelected={isAgreed} onChange={setAgreed}>
        I understand what leaving the store means
      </Checkbox>
    </ConfirmDialog>
  );
}

export function RemoveAppDialog({ app, onClose }: AppProps) {
  const load = useApps((state) => state.load);
  const remove = useAction(() => call('sds.apps.remove', { id: app.id, confirmed: true }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    await load();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${app.name}`}
      confirmLabel="Remove app key"
      typed={app.name}
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        Its private key is deleted from this computer, and so are {app.archivedKeys} replaced ones.
        Without a copy elsewhere nobody can sign as {app.name} again, nor change the vaults that it
        owns. The service keeps the name for ever.
      </p>
    </ConfirmDialog>
  );
}
