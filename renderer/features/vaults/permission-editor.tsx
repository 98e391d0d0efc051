/** Who may do what in a vault: a row an app, with its three digits and what they mean. */
import { Plus, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useState } from 'react';
import type { AppPermission } from '../../../shared/domain/vault.ts';
import { PERMISSION_WORDS, accessOf } from '../../../shared/domain/vault.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox, Select, TextField } from '../../ui/field.tsx';
import { Quiet } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { nameProblem } from '../keys/index.ts';
import { READ_OPTIONS, change } from './permissions.ts';
import styles from './vaults.module.css';

interface PermissionEditorProps {
  readonly owner: string;
  readonly permissions: readonly AppPermission[];
  readonly onChange: (permissions: readonly AppPermission[]) => void;
}

const COLUMNS = [
  { name: 'App' },
  { name: 'Writes' },
  { name: 'Reads' },
  { name: 'Permission' },
  { name: 'Take off', isNameHidden: true },
];

export function PermissionEditor({ owner, permissions, onChange }: PermissionEditorProps) {
  return (
    <div className={styles.permissions}>
      {permissions.length === 0 ? (
        <Quiet>No other app may do anything. {owner}, the owner, writes and reads encrypted.</Quiet>
      ) : (
        <Table label="Permissions" columns={COLUMNS}>
          {permissions.map((entry) => (
            <PermissionRow
              key={entry.app}
              entry={entry}
              isOwner={entry.app === owner}
              onChange={(part) => onChange(change(permissions, entry.app, part))}
              onRemove={() => onChange(permissions.filter(({ app }) => app !== entry.app))}
            />
          ))}
        </Table>
      )}
      <AddApp
        taken={[...permissions.map(({ app }) => app)]}
        onAdd={(app) => onChange([...permissions, { app, permission: '010' }])}
      />
    </div>
  );
}

interface PermissionRowProps {
  readonly entry: AppPermission;
  readonly isOwner: boolean;
  readonly onChange: (part: Parameters<typeof change>[2]) => void;
  readonly onRemove: () => void;
}

function PermissionRow({ entry, isOwner, onChange, onRemove }: PermissionRowProps) {
  const { write, read } = accessOf(entry.permission);
  return (
    <tr>
      <th scope="row" className={styles.permittedApp}>
        {entry.app}
        {isOwner ? <div className={styles.note}>Owner</div> : null}
      </th>
      <td>
        <Checkbox isSelected={write} onChange={(next) => onChange({ write: next })}>
          <span className="visually-hidden">{entry.app} writes</span>
        </Checkbox>
      </td>
      <td className={styles.reads}>
        <Select
          label={`How ${entry.app} reads`}
          hideLabel
          isCompact
          value={read}
          options={READ_OPTIONS}
          onChange={(next) => onChange({ read: next })}
        />
      </td>
      <td>
        <code>{entry.permission}</code>
        <div className={styles.note}>{PERMISSION_WORDS[entry.permission]}</div>
      </td>
      <td>
        {isOwner ? null : (
          <IconButton
            size="small"
            label={`Take ${entry.app} off the list`}
            icon={<X size={14} />}
            onPress={onRemove}
          />
        )}
      </td>
    </tr>
  );
}

interface AddAppProps {
  readonly taken: readonly string[];
  readonly onAdd: (app: string) => void;
}

function AddApp({ taken, onAdd }: AddAppProps) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const problem = taken.includes(wanted) ? `${wanted} is on the list.` : nameProblem(wanted);
  const add = () => {
    if (problem !== undefined) return;
    onAdd(wanted);
    setName('');
  };
  const addOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || wanted === '') return;
    event.preventDefault();
    add();
  };
  return (
    <div className={styles.addApp} onKeyDown={addOnEnter}>
      <TextField
        label="Add an app"
        value={name}
        onChange={setName}
        placeholder="Name of a registered app"
        problem={wanted.length >= 3 ? problem : undefined}
      />
      <Button icon={<Plus size={14} />} isDisabled={problem !== undefined} onPress={add}>
        Add app
      </Button>
    </div>
  );
}
