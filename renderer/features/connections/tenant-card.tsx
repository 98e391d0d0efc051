/** One SDS tenant: where it is, and a test that it lets us in. */
import { Check, CircleMinus, PlugZap, X } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../../shared/contract/api.ts';
import type { SdsTenant } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Card, Quiet, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import styles from './connections.module.css';
import { TenantDialog } from './tenant-dialog.tsx';
import { useTenants } from './tenant-store.ts';
import { tenantSteps } from './tenant-words.ts';

export function TenantCard({ tenant }: { readonly tenant: SdsTenant }) {
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const close = () => setOpen(undefined);
  return (
    <Card label={`SDS tenant ${tenant.name}`}>
      <div className={styles.head}>
        <h3>{tenant.name}</h3>
        {tenant.practice ? <Badge tone="info">Practice</Badge> : null}
      </div>
      <Facts
        facts={[
          { name: 'Address', value: tenant.url, isMono: true },
          { name: 'Tenant', value: tenant.tenant, isMono: true },
          { name: 'Client id', value: tenant.clientId, isMono: true },
        ]}
      />
      <TenantTest tenant={tenant} />
      {tenant.practice ? (
        <Quiet>Practice made it, and brings it up to date at each start of its server.</Quiet>
      ) : (
        <Row>
          <Button size="small" onPress={() => setOpen('edit')}>
            Edit…
          </Button>
          <Button size="small" onPress={() => setOpen('remove')}>
            Remove…
          </Button>
        </Row>
      )}
      {open === 'edit' ? <TenantDialog tenant={tenant} onClose={close} onDone={close} /> : null}
      {open === 'remove' ? <RemoveTenantDialog tenant={tenant} onClose={close} /> : null}
    </Card>
  );
}

const ICONS = { ok: Check, failed: X, skipped: CircleMinus } as const;
const STATE_WORDS = { ok: 'Passed', failed: 'Failed', skipped: 'Skipped' } as const;

function TenantTest({ tenant }: { readonly tenant: SdsTenant }) {
  const [result, setResult] = useState<Output<'sds.tenants.test'>>();
  const test = useAction(() => call('sds.tenants.test', { id: tenant.id }));
  const run = async () => {
    setResult(undefined);
    setResult(await test.run());
  };
  return (
    <Stack>
      <Row>
        <Button icon={<PlugZap size={14} />} isPending={test.isBusy} onPress={() => void run()}>
          {result === undefined ? 'Test tenant' : 'Test again'}
        </Button>
        {test.isBusy ? <Working>Asking {tenant.url}</Working> : null}
      </Row>
      {result !== undefined ? (
        <ol className={styles.steps} aria-label="Steps of the test">
          {tenantSteps(result).map((step) => {
            const Icon = ICONS[step.state];
            return (
              <li key={step.name} className={styles.step} data-state={step.state}>
                <Icon size={14} role="img" aria-label={STATE_WORDS[step.state]} />
                <span>{step.name}</span>
                <span className={styles.detail}>{step.detail}</span>
              </li>
            );
          })}
        </ol>
      ) : null}
      {result?.error !== undefined ? <ErrorBox error={result.error} /> : null}
      {test.error !== undefined ? <ErrorBox error={test.error} /> : null}
    </Stack>
  );
}

interface RemoveTenantDialogProps {
  readonly tenant: SdsTenant;
  readonly onClose: () => void;
}

function RemoveTenantDialog({ tenant, onClose }: RemoveTenantDialogProps) {
  const load = useTenants((state) => state.load);
  const remove = useAction(() => call('sds.tenants.remove', { id: tenant.id }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    await load();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${tenant.name}`}
      confirmLabel="Remove tenant"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        Its address and its client secret are deleted from this computer. Its vaults, records and
        files stay with the service.
      </p>
    </ConfirmDialog>
  );
}
