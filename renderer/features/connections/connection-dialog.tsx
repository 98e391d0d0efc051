/** Adds or edits a connection. */
import { useCallback, useRef, useState } from 'react';
import type { Input } from '../../../shared/contract/api.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { Checkbox, FieldRow, TextField } from '../../ui/field.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import styles from './connections.module.css';
import type { ConnectionDraft, IdentityDraft } from './draft.ts';
import { identityWords } from './connection-words.ts';
import { draftOf, inputOf } from './draft.ts';
import { SshConfigPicker } from './ssh-config-picker.tsx';
import { HabitFields } from './habit-fields.tsx';
import { IdentityField } from './identity-field.tsx';
import { keepConnection } from './store.ts';

interface ConnectionDialogProps {
  /** Absent: a new one. */
  readonly connection?: Connection;
  readonly onClose: () => void;
  readonly onDone: (connection: Connection) => void;
}

export function ConnectionDialog({ connection, onClose, onDone }: ConnectionDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(connection));
  const [missing, setMissing] = useState<string>();
  const passphraseRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  const tokenRef = useRef<HTMLInputElement>(null);
  const save = useAction((input: Input<'connections.save'>) => call('connections.save', input));
  const change = useCallback((part: Partial<ConnectionDraft>) => {
    setMissing(undefined);
    setDraft((before) => ({ ...before, ...part }));
  }, []);
  const changeIdentity = useCallback((identity: IdentityDraft) => change({ identity }), [change]);

  const submit = async () => {
    const checked = inputOf(draft, connection?.id);
    if ('missing' in checked) {
      setMissing(checked.missing);
      return;
    }
    const saved = await save.run(
      withSecrets(checked.input, {
        passphrase: takeSecret(passphraseRef),
        password: takeSecret(passwordRef),
        adminToken: takeSecret(tokenRef),
      }),
    );
    if (saved === undefined) return;
    keepConnection(saved);
    onDone(saved);
  };

  return (
    <FormDialog
      title={connection === undefined ? 'Add a connection' : `Edit ${connection.name}`}
      submitLabel="Save connection"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={save.isBusy}
      missing={missing}
      error={save.error}
      isWide
    >
      {connection === undefined ? <SshConfigPicker onPick={change} /> : null}
      <div className={styles.hostRow}>
        <TextField
          label="Host"
          value={draft.host}
          onChange={(host) => change({ host })}
          placeholder="sftp.example.com"
          isRequired
          autoFocus
        />
        <TextField label="Port" value={draft.port} onChange={(port) => change({ port })} />
      </div>
      <FieldRow>
        <TextField
          label="User name"
          value={draft.username}
          onChange={(username) => change({ username })}
          hint="The account id on the platform."
          isRequired
        />
        <TextField
          label="Folder"
          value={draft.directory}
          onChange={(directory) => change({ directory })}
          hint="Empty: where the login lands."
          isOptional
        />
      </FieldRow>
      <TextField
        label="Name"
        value={draft.name}
        onChange={(name) => change({ name })}
        hint="How it is called here."
        placeholder={draft.host}
        isOptional
      />
      <IdentityField
        value={draft.identity}
        onChange={changeIdentity}
        current={connection === undefined ? undefined : identityWords(connection)}
        comment={`sealift ${draft.host}`.trim()}
      />
      <SecretFields {...{ draft, change, connection, passphraseRef, passwordRef }} />
      <TextField
        label="Jump hosts"
        value={draft.jumps}
        onChange={(jumps) => change({ jumps })}
        placeholder="user@bastion.example.com:22"
        hint="Servers that lead on to this one, as in ssh -J; several with commas. The same SSH key logs in there."
        isOptional
      />
      <HabitFields draft={draft} change={change} />
      <ConsoleFields draft={draft} change={change} tokenRef={tokenRef} />
    </FormDialog>
  );
}

interface SecretFieldsProps {
  readonly draft: ConnectionDraft;
  readonly change: (part: Partial<ConnectionDraft>) => void;
  readonly connection: Connection | undefined;
  readonly passphraseRef: { readonly current: HTMLInputElement | null };
  readonly passwordRef: { readonly current: HTMLInputElement | null };
}

/** Beside the chosen login: the passphrase of its key file, and a password where one is allowed. */
function SecretFields(props: SecretFieldsProps) {
  const { draft, change, connection, passphraseRef, passwordRef } = props;
  return (
    <>
      {mayBeKeyFile(draft.identity, connection) ? (
        <SecretField
          label="Passphrase of the key file"
          isOptional
          secretRef={passphraseRef}
          hint={connection?.hasPassphrase === true ? 'Empty: the one kept before.' : undefined}
        />
      ) : null}
      {draft.identity.kind === 'password' ? null : (
        <Checkbox
          isSelected={draft.allowsPassword}
          onChange={(allowsPassword) => change({ allowsPassword })}
        >
          Allow a password where the server asks for one
        </Checkbox>
      )}
      {draft.allowsPassword || draft.identity.kind === 'password' ? (
        <SecretField
          label="Password"
          secretRef={passwordRef}
          hint={
            connection?.allowsPassword === true
              ? 'Empty: the one kept before. It is told to this server only, never to a jump host.'
              : 'Kept as passphrases of keys are. It is told to this server only, never to a jump host.'
          }
        />
      ) : null}
    </>
  );
}

interface ConsoleFieldsProps {
  readonly draft: ConnectionDraft;
  readonly change: (part: Partial<ConnectionDraft>) => void;
  readonly tokenRef: { readonly current: HTMLInputElement | null };
}

function ConsoleFields({ draft, change, tokenRef }: ConsoleFieldsProps) {
  return (
    <details className={styles.console} open={draft.consoleUrl !== ''}>
      <summary>Console of a Sealift server (optional)</summary>
      <div className={styles.consoleBody}>
        <FieldRow>
          <TextField
            label="Console address"
            type="url"
            value={draft.consoleUrl}
            onChange={(consoleUrl) => change({ consoleUrl })}
            placeholder="https://console.example.com"
          />
          <TextField
            label="Account"
            value={draft.consoleAccount}
            onChange={(consoleAccount) => change({ consoleAccount })}
          />
        </FieldRow>
        <SecretField
          label="Token"
          secretRef={tokenRef}
          hint="Registers keys and tells what became of an import. Empty: the one kept before."
        />
      </div>
    </details>
  );
}

/** Also where the identity stays as it is and is a file. */
function mayBeKeyFile({ kind }: IdentityDraft, connection: Connection | undefined): boolean {
  return kind === 'file' || (kind === 'keep' && connection?.identity.kind === 'file');
}

interface Secrets {
  readonly passphrase: string;
  readonly password: string;
  readonly adminToken: string;
}

/** Empty ones are left out. */
function withSecrets(
  input: Input<'connections.save'>,
  { passphrase, password, adminToken }: Secrets,
): Input<'connections.save'> {
  return {
    ...input,
    ...(passphrase === '' ? {} : { passphrase }),
    ...(password === '' || !input.allowsPassword ? {} : { password }),
    ...(input.console !== undefined && adminToken !== ''
      ? { console: { ...input.console, adminToken } }
      : {}),
  };
}
