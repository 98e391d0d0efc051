/** The ways to get an SDS app: a key that is made here, or one that is there already. */
import { FileKey } from 'lucide-react';
import { useRef, useState } from 'react';
import type { FileRef } from '../../../shared/contract/api.ts';
import type { AppKeyBits, SdsApp } from '../../../shared/domain/vault.ts';
import { APP_KEY_BITS } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Quiet, Row } from '../../ui/page.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { Working } from '../../ui/spinner.tsx';
import { useTenants } from '../connections/index.ts';
import { keepApp } from './app-store.ts';
import { KEY_SIZES, nameProblem } from './app-words.ts';

interface AppDialogProps {
  readonly onClose: () => void;
  readonly onDone: (app: SdsApp) => void;
}

const NAME_HINT =
  '3 to 16 letters, digits, hyphens and underscores. A name is given once and for ever.';

export function MakeAppDialog({ onClose, onDone }: AppDialogProps) {
  const { tenantId, field: tenantField } = useTenantField();
  const [name, setName] = useState('');
  const [isTried, setTried] = useState(false);
  const { bits, field: bitsField } = useBitsField();
  const make = useAction((tenant: string) =>
    call('sds.apps.make', { tenantId: tenant, name: name.trim(), bits }),
  );
  const problem = nameProblem(name.trim());
  const submit = async () => {
    setTried(true);
    if (problem !== undefined || tenantId === undefined) return;
    const app = await make.run(tenantId);
    if (app === undefined) return;
    keepApp(app);
    onDone(app);
  };
  return (
    <FormDialog
      title="Make an app key"
      submitLabel="Make app key"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={tenantId !== undefined}
      isBusy={make.isBusy}
      error={make.error}
    >
      {tenantField}
      <TextField
        label="Name of the app"
        value={name}
        onChange={setName}
        hint={NAME_HINT}
        problem={isTried ? problem : undefined}
        isRequired
        autoFocus
      />
      {bitsField}
      <Quiet>
        The private half stays in the encrypted key store of this profile; SDS gets the public half
        when you register the app.
      </Quiet>
      {make.isBusy ? <Working>Making the key. A large one takes a few seconds.</Working> : null}
    </FormDialog>
  );
}

export function ImportAppDialog({ onClose, onDone }: AppDialogProps) {
  const { tenantId, field: tenantField } = useTenantField();
  const [name, setName] = useState('');
  const [file, setFile] = useState<FileRef>();
  const [isTried, setTried] = useState(false);
  const passphraseRef = useRef<HTMLInputElement>(null);
  const choose = useAction(() => call('files.choose', { purpose: 'sds-key' }));
  const take = useAction((tenant: string, handle: string, passphrase: string) =>
    call('sds.apps.importFile', {
      tenantId: tenant,
      name: name.trim(),
      handle,
      ...(passphrase === '' ? {} : { passphrase }),
    }),
  );
  const asksPassphrase =
    take.error?.code === 'SDS_KEY_PASSPHRASE_NEEDED' ||
    take.error?.code === 'SDS_KEY_PASSPHRASE_WRONG';
  const problem = nameProblem(name.trim());
  const submit = async () => {
    setTried(true);
    if (problem !== undefined || tenantId === undefined || file === undefined) return;
    const app = await take.run(tenantId, file.handle, takeSecret(passphraseRef));
    if (app === undefined) return;
    keepApp(app);
    onDone(app);
  };
  return (
    <FormDialog
      title="Import an app key"
      submitLabel="Import app key"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={tenantId !== undefined && file !== undefined}
      isBusy={take.isBusy}
      error={take.error}
    >
      {tenantField}
      <TextField
        label="Name of the app"
        value={name}
        onChange={setName}
        hint="As it is registered, or will be."
        problem={isTried ? problem : undefined}
        isRequired
        autoFocus
      />
      <Row>
        <Button
          icon={<FileKey size={14} />}
          isPending={choose.isBusy}
          onPress={() => void choose.run().then((files) => setFile(files?.[0] ?? file))}
        >
          Choose private key file…
        </Button>
        <Quiet>{file?.name ?? 'RSA as PEM or DER, PKCS#1 or PKCS#8.'}</Quiet>
      </Row>
      {choose.error !== undefined ? <ErrorBox error={choose.error} /> : null}
      {asksPassphrase ? (
        <SecretField label="Passphrase of the key" secretRef={passphraseRef} autoFocus />
      ) : null}
    </FormDialog>
  );
}

/** The size of a new key. */
export function useBitsField() {
  const [bits, setBits] = useState<AppKeyBits>(2048);
  const pick = (value: string) =>
    setBits(APP_KEY_BITS.find((size) => String(size) === value) ?? bits);
  const field = <Select label="Type" value={String(bits)} options={KEY_SIZES} onChange={pick} />;
  return { bits, field };
}

function useTenantField() {
  const tenants = useTenants((state) => state.value) ?? [];
  const [chosen, setChosen] = useState<string>();
  const tenantId = chosen ?? tenants[0]?.id;
  const field =
    tenantId === undefined ? (
      <Quiet>There is no SDS tenant yet: add one under Connections first.</Quiet>
    ) : (
      <Select
        label="Tenant"
        value={tenantId}
        options={tenants.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={setChosen}
      />
    );
  return { tenantId, field };
}
