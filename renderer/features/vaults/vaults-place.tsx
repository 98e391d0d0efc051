/** The Vaults place: who is at work, in which tenant, and the vaults that are seen with that key. */
import { Plus, RefreshCw, Vault } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { SdsApp } from '../../../shared/domain/vault.ts';
import { useNavigation } from '../../bridge/navigation.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/field.tsx';
import { Empty, Page, Quiet, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { useTenants } from '../connections/index.ts';
import { useApps } from '../keys/index.ts';
import { keepVault, useVaults } from './store.ts';
import { TransferList } from './transfer-list.tsx';
import { TryVaults } from './try-vaults.tsx';
import { VaultDialog } from './vault-dialog.tsx';
import { VaultList } from './vault-list.tsx';
import { VaultView } from './vault-view.tsx';
import styles from './vaults.module.css';

export function VaultsPlace() {
  const { value: tenants, error: tenantsError, load: loadTenants } = useTenants();
  const { value: apps, error: appsError, load: loadApps } = useApps();
  const { appId, open, vaults, chooseApp } = useVaults();
  useEffect(() => {
    void loadTenants();
    void loadApps();
  }, [loadTenants, loadApps]);
  const app = apps?.find(({ id }) => id === appId);
  const first = apps?.find(({ state }) => state !== 'new') ?? apps?.[0];
  useEffect(() => {
    // The app of before may have been removed.
    if (apps !== undefined && app === undefined) chooseApp(first?.id);
  }, [apps, app, first, chooseApp]);
  const error = tenantsError ?? appsError;
  if (error !== undefined) {
    const again = () => void Promise.all([loadTenants(), loadApps()]);
    return (
      <Page title="Vaults">
        <ErrorBox error={error} actions={<Button onPress={again}>Try again</Button>} />
      </Page>
    );
  }
  if (tenants === undefined || apps === undefined) {
    return (
      <Page title="Vaults">
        <Working>Reading tenants and apps</Working>
      </Page>
    );
  }
  if (app === undefined) return <FirstPath hasTenant={tenants.length > 0} />;
  if (open !== undefined && vaults !== undefined) {
    return (
      <VaultView
        key={`${app.id} ${open}`}
        app={app.id}
        appName={app.name}
        name={open}
        vault={vaults.find(({ name }) => name === open)}
      />
    );
  }
  return <Overview app={app} apps={apps} />;
}

/** Before there is an app: what vaults are, a try without an account, and the way with one. */
function FirstPath({ hasTenant }: { readonly hasTenant: boolean }) {
  const go = useNavigation((state) => state.go);
  return (
    <Page title="Vaults">
      <Empty
        icon={<Vault size={32} />}
        title="No app to open vaults with yet"
        actions={
          <>
            <TryVaults />
            <Button onPress={() => go(hasTenant ? 'keys' : 'connections')}>
              {hasTenant ? 'Make or import an app key' : 'Add an SDS tenant'}
            </Button>
          </>
        }
      >
        Vaults of Secure Data Storage (SDS) hold records and files. An app opens them with its RSA
        key, and what comes encrypted is decrypted on this computer. Try it with the practice
        server, or bring the tenant and the app that you have.
      </Empty>
    </Page>
  );
}

interface OverviewProps {
  readonly app: SdsApp;
  readonly apps: readonly SdsApp[];
}

function Overview({ app, apps }: OverviewProps) {
  const { vaults, error, isLoading, load, openVault } = useVaults();
  const [isMaking, setMaking] = useState(false);
  const isRegistered = app.state !== 'new';
  useEffect(() => void load(), [load]);
  const make = (
    <Button
      look="primary"
      icon={<Plus size={14} />}
      isDisabled={!isRegistered}
      onPress={() => setMaking(true)}
    >
      Make vault…
    </Button>
  );
  return (
    <Page
      title="Vaults"
      actions={
        <>
          <AppSwitcher app={app} apps={apps} />
          <IconButton
            label="Load the vaults again"
            icon={<RefreshCw size={14} />}
            isPending={isLoading}
            onPress={() => void load()}
          />
          {make}
        </>
      }
    >
      <Stack>
        {isRegistered ? null : <NotRegistered app={app} />}
        {error === undefined || !isRegistered ? null : (
          <ErrorBox
            error={error}
            actions={<Button onPress={() => void load()}>Try again</Button>}
          />
        )}
        {vaults === undefined && error === undefined ? <Working>Reading the vaults</Working> : null}
        {vaults?.length === 0 ? (
          <Empty icon={<Vault size={32} />} title={`${app.name} sees no vault yet`}>
            Make one, and {app.name} owns it; or have the owner of another vault give {app.name} a
            permission there.
          </Empty>
        ) : null}
        {vaults !== undefined && vaults.length > 0 ? <VaultList vaults={vaults} /> : null}
        <TransferList app={app.id} />
      </Stack>
      {isMaking ? (
        <VaultDialog
          app={app}
          onClose={() => setMaking(false)}
          onDone={(vault) => {
            setMaking(false);
            keepVault(vault);
            openVault(vault.name);
          }}
        />
      ) : null}
    </Page>
  );
}

function NotRegistered({ app }: { readonly app: SdsApp }) {
  const go = useNavigation((state) => state.go);
  return (
    <Stack>
      <Quiet>
        The service does not know {app.name} yet, so it sees no vault and can make none. Register it
        under Keys.
      </Quiet>
      <div>
        <Button onPress={() => go('keys')}>Open Keys</Button>
      </div>
    </Stack>
  );
}

/** App and tenant in one choice: an app belongs to one tenant. The app comes first: a tenant's name may be long. */
function AppSwitcher({ app, apps }: OverviewProps) {
  const tenants = useTenants((state) => state.value);
  const chooseApp = useVaults((state) => state.chooseApp);
  const nameOf = (tenantId: string) => tenants?.find(({ id }) => id === tenantId)?.name ?? '';
  return (
    <div className={styles.switcher}>
      <Select
        label="App and tenant"
        hideLabel
        value={app.id}
        options={apps.map(({ id, name, tenantId }) => ({
          value: id,
          label: `${name} · ${nameOf(tenantId)}`,
        }))}
        onChange={chooseApp}
      />
    </div>
  );
}
