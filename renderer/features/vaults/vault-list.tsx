/** The vaults that the app owns or may use, with what it may do in each. */
import { ChevronRight } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import type { SdsVault } from '../../../shared/domain/vault.ts';
import { PERMISSION_WORDS } from '../../../shared/domain/vault.ts';
import { Badge } from '../../ui/badge.tsx';
import { formatCount } from '../../ui/format.ts';
import { useVaults } from './store.ts';
import styles from './vaults.module.css';

export function VaultList({ vaults }: { readonly vaults: readonly SdsVault[] }) {
  const openVault = useVaults((state) => state.openVault);
  return (
    <ul className={styles.vaults} aria-label="Vaults">
      {vaults.map((vault) => (
        <li key={vault.id}>
          <AriaButton className={styles.vault ?? ''} onPress={() => openVault(vault.name)}>
            <span className={styles.vaultMain}>
              <span className={styles.vaultName}>
                <span>
                  <span className="visually-hidden">Open </span>
                  {vault.name}
                </span>
                {vault.isMine ? <Badge tone="info">Mine</Badge> : null}
                {vault.isEnabled ? null : <Badge tone="warning">Disabled</Badge>}
                {vault.isStrict ? <Badge tone="neutral">Strict</Badge> : null}
              </span>
              <span className={styles.note}>
                {vault.isMine ? '' : `Owner: ${vault.owner} · `}
                {formatCount(vault.readLimit, 'record')} a call
                {vault.uniqueData ? ' · unique data' : ''}
              </span>
            </span>
            <span className={styles.vaultMay}>
              <code>{vault.permission}</code> {PERMISSION_WORDS[vault.permission]}
            </span>
            <ChevronRight size={16} aria-hidden />
          </AriaButton>
        </li>
      ))}
    </ul>
  );
}
