/** Makes a vault. The app that signs becomes its owner. */
import { useState } from 'react';
import type { AppPermission, SdsApp, SdsVaultDetails } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { nameProblem } from '../keys/index.ts';
import { PermissionEditor } from './permission-editor.tsx';
import { VaultRules, limitProblem } from './vault-rules.tsx';

interface VaultDialogProps {
  readonly app: SdsApp;
  readonly onClose: () => void;
  readonly onDone: (vault: SdsVaultDetails) => void;
}

export function VaultDialog({ app, onClose, onDone }: VaultDialogProps) {
  const [name, setName] = useState('');
  const [rules, setRules] = useState({ readLimit: '50', uniqueData: false, isStrict: false });
  const [permissions, setPermissions] = useState<readonly AppPermission[]>([]);
  const [isTried, setTried] = useState(false);
  const problem = nameProblem(name.trim());
  const make = useAction(() =>
    call('sds.vaults.make', {
      app: app.id,
      name: name.trim(),
      readLimit: Number(rules.readLimit),
      uniqueData: rules.uniqueData,
      isStrict: rules.isStrict,
      permissions: [...permissions],
    }),
  );
  const submit = async () => {
    setTried(true);
    if (problem !== undefined || limitProblem(rules.readLimit) !== undefined) return;
    const vault = await make.run();
    if (vault !== undefined) onDone(vault);
  };
  return (
    <FormDialog
      title="Make a vault"
      submitLabel="Make vault"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={make.isBusy}
      error={make.error}
      isWide
    >
      <p>
        Its owner is the app {app.name}: it alone sees and changes these settings, and says who may
        do what.
      </p>
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        hint="3 to 16 letters, digits, hyphens and underscores. It cannot be changed later."
        problem={isTried ? problem : undefined}
        isRequired
        autoFocus
      />
      <VaultRules rules={rules} onChange={setRules} />
      <PermissionEditor owner={app.name} permissions={permissions} onChange={setPermissions} />
    </FormDialog>
  );
}
