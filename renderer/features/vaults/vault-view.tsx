/** One vault: its records, its files, its settings. */
import { ArrowLeft } from 'lucide-react';
import type { SdsVault } from '../../../shared/domain/vault.ts';
import { PERMISSION_WORDS } from '../../../shared/domain/vault.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { FilesView } from './files-view.tsx';
import { RecordsView } from './records-view.tsx';
import { useVaults } from './store.ts';
import { TransferList } from './transfer-list.tsx';
import { VaultSettings } from './vault-settings.tsx';
import styles from './vaults.module.css';

interface VaultViewProps {
  /** Local id of the app. */
  readonly app: string;
  readonly appName: string;
  readonly name: string;
  /** Undefined: the service does not list it for this app. */
  readonly vault: SdsVault | undefined;
}

export function VaultView({ app, appName, name, vault }: VaultViewProps) {
  const openVault = useVaults((state) => state.openVault);
  const back = (
    <Button size="small" icon={<ArrowLeft size={14} />} onPress={() => openVault(undefined)}>
      All vaults
    </Button>
  );
  if (vault === undefined) {
    return (
      <Page title={name} actions={back} takesFocus>
        <Notice tone="warning" title={`${appName} may no longer use the vault ${name}`}>
          <p>
            Its owner took the permission away, or gave it to another app. Only the owner of the
            vault can give it again.
          </p>
        </Notice>
      </Page>
    );
  }
  return (
    <Page
      title={name}
      takesFocus
      isFilled
      actions={
        <>
          {vault.isEnabled ? null : <Badge tone="warning">Disabled</Badge>}
          <span className={styles.may}>
            <code>{vault.permission}</code> {PERMISSION_WORDS[vault.permission]}
          </span>
          {back}
        </>
      }
    >
      <Tabs
        label={`Vault ${name}`}
        isFilled
        tabs={[
          // What was shown with one permission is not shown with another.
          {
            id: 'records',
            name: 'Records',
            content: <RecordsView key={vault.permission} app={app} vault={vault} />,
          },
          {
            id: 'files',
            name: 'Files',
            content: <FilesView key={vault.permission} app={app} vault={vault} />,
          },
          {
            id: 'settings',
            name: 'Permissions and rules',
            content: <VaultSettings app={app} vault={vault} />,
          },
        ]}
      />
      <TransferList app={app} />
    </Page>
  );
}
