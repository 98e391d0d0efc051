/** Adds or edits a tenant of an SDS service. */
import { useRef, useState } from 'react';
import type { Input } from '../../../shared/contract/api.ts';
import type { SdsTenant } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { FieldRow, TextField } from '../../ui/field.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { keepTenant } from './tenant-store.ts';

interface TenantDialogProps {
  /** Absent: a new one. */
  readonly tenant?: SdsTenant;
  readonly onClose: () => void;
  readonly onDone: (tenant: SdsTenant) => void;
}

export function TenantDialog({ tenant, onClose, onDone }: TenantDialogProps) {
  const [url, setUrl] = useState(tenant?.url ?? '');
  const [tenantId, setTenantId] = useState(tenant?.tenant ?? '');
  const [clientId, setClientId] = useState(tenant?.clientId ?? '');
  const [name, setName] = useState(tenant?.name ?? '');
  const secretRef = useRef<HTMLInputElement>(null);
  const save = useAction((input: Input<'sds.tenants.save'>) => call('sds.tenants.save', input));
  const isOther =
    tenant === undefined ||
    url.trim() !== tenant.url ||
    tenantId.trim() !== tenant.tenant ||
    clientId.trim() !== tenant.clientId;

  const submit = async () => {
    const clientSecret = takeSecret(secretRef);
    const saved = await save.run({
      ...(tenant === undefined ? {} : { id: tenant.id }),
      name: name.trim() === '' ? tenantId.trim() : name.trim(),
      url: url.trim(),
      tenant: tenantId.trim(),
      clientId: clientId.trim(),
      ...(clientSecret === '' ? {} : { clientSecret }),
    });
    if (saved === undefined) return;
    keepTenant(saved);
    onDone(saved);
  };

  return (
    <FormDialog
      title={tenant === undefined ? 'Add an SDS tenant' : `Edit ${tenant.name}`}
      submitLabel="Save tenant"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={save.isBusy}
      error={save.error}
      isWide
    >
      <TextField
        label="Address of the service"
        type="url"
        value={url}
        onChange={setUrl}
        placeholder="https://sds.example.com"
        hint="https, or http to this computer alone."
        isRequired
        autoFocus
      />
      <FieldRow>
        <TextField
          label="Tenant"
          value={tenantId}
          onChange={setTenantId}
          hint="The id that the service gave it (X-COREOS-TID)."
          isRequired
        />
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          placeholder={tenantId}
          hint="How it is called here."
          isOptional
        />
      </FieldRow>
      <TextField label="Client id" value={clientId} onChange={setClientId} isMono isRequired />
      <SecretField
        label="Client secret"
        secretRef={secretRef}
        isRequired={isOther}
        hint={
          isOther
            ? 'Kept with the secrets of this profile. It gets the access tokens, and never comes back into this window.'
            : 'Empty: the one kept before.'
        }
      />
    </FormDialog>
  );
}
