/** The tenants of SDS services among the connections. */
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Quiet, Section } from '../../ui/page.tsx';
import { TenantCard } from './tenant-card.tsx';
import { TenantDialog } from './tenant-dialog.tsx';
import { useTenants } from './tenant-store.ts';

export function TenantsSection() {
  const { value: tenants, error, load } = useTenants();
  const [isAdding, setAdding] = useState(false);
  const close = () => setAdding(false);
  useEffect(() => void load(), [load]);
  return (
    <Section
      title="SDS tenants"
      actions={
        <Button size="small" icon={<Plus size={14} />} onPress={() => setAdding(true)}>
          Add SDS tenant…
        </Button>
      }
    >
      {error !== undefined ? (
        <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
      ) : null}
      {tenants?.length === 0 ? (
        <Quiet>
          None yet. A tenant of a Secure Data Storage (SDS) service holds the vaults: it takes the
          service’s address, the tenant’s id, and a client id with its secret.
        </Quiet>
      ) : null}
      {tenants?.map((tenant) => (
        <TenantCard key={tenant.id} tenant={tenant} />
      ))}
      {isAdding ? <TenantDialog onClose={close} onDone={close} /> : null}
    </Section>
  );
}
