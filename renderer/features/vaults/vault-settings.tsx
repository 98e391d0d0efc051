/** What the owner of a vault sets: its rules, whether it is enabled, and everyone's permission. */
import { useEffect, useState } from 'react';
import type { AppPermission, SdsVault, SdsVaultDetails } from '../../../shared/domain/vault.ts';
import { PERMISSION_WORDS, whyNot } from '../../../shared/domain/vault.ts';
import type { Input } from '../../../shared/contract/api.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Blocked } from '../../ui/blocked.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Card, Quiet, Row, Section } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { PermissionEditor } from './permission-editor.tsx';
import { isSame } from './permissions.ts';
import { keepVault } from './store.ts';
import { VaultRules, limitProblem } from './vault-rules.tsx';
import styles from './vaults.module.css';

interface VaultSettingsProps {
  readonly app: string;
  readonly vault: SdsVault;
}

export function VaultSettings({ app, vault }: VaultSettingsProps) {
  const reason = whyNot(vault, 'configure');
  const [details, setDetails] = useState<SdsVaultDetails>();
  const load = useAction(() => call('sds.vaults.get', { app, vaultId: vault.id }));
  const { run } = load;
  useEffect(() => {
    if (reason === undefined) void run().then(setDetails);
  }, [reason, run]);
  return (
    <div className={styles.scroll}>
      {reason === undefined ? null : <Blocked>{reason}</Blocked>}
      <VaultFacts vault={vault} details={details} />
      {load.error === undefined ? null : (
        <ErrorBox
          error={load.error}
          actions={<Button onPress={() => void run().then(setDetails)}>Try again</Button>}
        />
      )}
      {load.isBusy && details === undefined ? <Working>Reading the settings</Working> : null}
      {details === undefined ? null : (
        // The key takes what was saved into the fields.
        <Editor key={details.updatedAt} app={app} details={details} onSaved={setDetails} />
      )}
    </div>
  );
}

function VaultFacts({
  vault,
  details,
}: Pick<VaultSettingsProps, 'vault'> & { readonly details: SdsVaultDetails | undefined }) {
  return (
    <Facts
      facts={[
        { name: 'Id', value: vault.id, isMono: true },
        { name: 'Owner', value: vault.owner },
        {
          name: 'This app may',
          value: `${vault.permission}: ${PERMISSION_WORDS[vault.permission]}`,
        },
        { name: 'Read limit', value: String(vault.readLimit) },
        { name: 'Unique data', value: vault.uniqueData ? 'Yes' : 'No' },
        { name: 'Strict signatures', value: vault.isStrict ? 'Yes' : 'No' },
        {
          name: 'Made',
          value: details === undefined ? undefined : formatMoment(details.createdAt),
        },
        {
          name: 'Changed',
          value: details === undefined ? undefined : formatMoment(details.updatedAt),
        },
      ]}
    />
  );
}

interface EditorProps {
  readonly app: string;
  readonly details: SdsVaultDetails;
  readonly onSaved: (details: SdsVaultDetails) => void;
}

type Change = Omit<Input<'sds.vaults.update'>, 'app' | 'vaultId'>;

function Editor({ app, details, onSaved }: EditorProps) {
  const [rules, setRules] = useState({ ...details, readLimit: String(details.readLimit) });
  const [permissions, setPermissions] = useState<readonly AppPermission[]>(details.permissions);
  const update = useAction((change: Change) =>
    call('sds.vaults.update', { app, vaultId: details.id, ...change }),
  );
  const [isSaved, setSaved] = useState(false);
  const [tried, setTried] = useState<'settings' | 'enabled'>('settings');
  const change = changeOf(details, rules, permissions);
  const isChanged = Object.keys(change).length > 0;
  const save = async (part: Change) => {
    setSaved(false);
    setTried(part.isEnabled === undefined ? 'settings' : 'enabled');
    const changed = await update.run(part);
    if (changed === undefined) return;
    keepVault(changed);
    onSaved(changed);
    setSaved(true);
  };
  /** Above the button that was pressed, where it is in sight. */
  const failure = (part: typeof tried) =>
    update.error === undefined || tried !== part ? null : <ErrorBox error={update.error} />;
  return (
    <>
      <Section title="Permissions">
        <PermissionEditor
          owner={details.owner}
          permissions={permissions}
          onChange={setPermissions}
        />
      </Section>
      <Section title="Rules">
        <Card>
          <VaultRules rules={rules} onChange={(next) => setRules({ ...rules, ...next })} />
        </Card>
      </Section>
      {failure('settings')}
      <Row>
        <Button
          look="primary"
          isDisabled={!isChanged || limitProblem(rules.readLimit) !== undefined}
          isPending={update.isBusy}
          onPress={() => void save(change)}
        >
          Save settings
        </Button>
        {isSaved && !isChanged ? <span role="status">Saved.</span> : null}
      </Row>
      <Section title={details.isEnabled ? 'Disable' : 'Enable'}>
        <Card>
          <Quiet>
            {details.isEnabled
              ? 'A disabled vault refuses to be read and written. Only an empty one can be disabled: move or delete its records and files first, unfinished uploads too.'
              : 'The vault is disabled: it refuses to be read and written, by its owner too.'}
          </Quiet>
          {failure('enabled')}
          <Row>
            <Button
              isPending={update.isBusy}
              onPress={() => void save({ isEnabled: !details.isEnabled })}
            >
              {details.isEnabled ? 'Disable vault' : 'Enable vault'}
            </Button>
          </Row>
        </Card>
      </Section>
    </>
  );
}

/** What is other than it was. */
function changeOf(
  details: SdsVaultDetails,
  rules: { readonly readLimit: string; readonly uniqueData: boolean; readonly isStrict: boolean },
  permissions: readonly AppPermission[],
): Change {
  const readLimit = Number(rules.readLimit);
  return {
    ...(readLimit === details.readLimit ? {} : { readLimit }),
    ...(rules.uniqueData === details.uniqueData ? {} : { uniqueData: rules.uniqueData }),
    ...(rules.isStrict === details.isStrict ? {} : { isStrict: rules.isStrict }),
    ...(isSame(permissions, details.permissions) ? {} : { permissions: [...permissions] }),
  };
}
