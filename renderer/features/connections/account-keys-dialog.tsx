/** The SSH keys and key sets that are registered with an account, and the way to add this connection's key or remove one. */
import { useEffect, useState } from 'react';
import type { Output } from '../../../shared/contract/api.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { ACCOUNT_LIMITS } from '../../../shared/domain/source.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog, TellDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatDay } from '../../ui/format.ts';
import { Quiet, Row, Section } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import styles from './connections.module.css';

type AccountKeys = Output<'server.keys'>;

interface AccountKeysDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

/** What is to be removed, as the confirmation says it. */
interface Removal {
  readonly name: string;
  readonly consequence: string;
  readonly remove: () => ReturnType<typeof call<'server.removeSshKey' | 'server.removeKeySet'>>;
}

export function AccountKeysDialog({ connection, onClose }: AccountKeysDialogProps) {
  const connectionId = connection.id;
  const [keys, setKeys] = useState<AccountKeys>();
  const [removal, setRemoval] = useState<Removal>();
  const look = useAction(() => call('server.keys', { connectionId }));
  const register = useAction(() => call('server.registerSshKey', { connectionId }));
  const { run } = look;
  useEffect(() => void run().then(setKeys), [run]);
  const registerOwn = async () => {
    if ((await register.run()) !== undefined) setKeys(await run());
  };
  const error = look.error ?? register.error;
  return (
    <>
      <TellDialog title={`Keys of ${connection.console?.account ?? ''}`} onClose={onClose} isWide>
        {keys === undefined && error === undefined ? <Working>Asking the server</Working> : null}
        {keys !== undefined ? (
          <>
            <SshKeys keys={keys} connectionId={connectionId} onRemove={setRemoval} />
            <Row>
              <Button size="small" isPending={register.isBusy} onPress={() => void registerOwn()}>
                Register this connection’s SSH key
              </Button>
            </Row>
            <KeySets keys={keys} connectionId={connectionId} onRemove={setRemoval} />
          </>
        ) : null}
        {error !== undefined ? <ErrorBox error={error} /> : null}
      </TellDialog>
      {removal !== undefined ? (
        <RemoveRegistered
          removal={removal}
          onClose={() => setRemoval(undefined)}
          onRemoved={() => void run().then(setKeys)}
        />
      ) : null}
    </>
  );
}

interface KeyListProps {
  readonly keys: AccountKeys;
  readonly connectionId: string;
  readonly onRemove: (removal: Removal) => void;
}

function SshKeys({ keys: { sshKeys }, connectionId, onRemove }: KeyListProps) {
  return (
    <Section title={`SSH keys, ${sshKeys.length} of ${ACCOUNT_LIMITS.sshKeys}`}>
      {sshKeys.length === 0 ? <Quiet>None yet: nobody can log in.</Quiet> : null}
      <ul className={styles.keys} aria-label="SSH keys">
        {sshKeys.map(({ id, name, sha256, createdAt }) => (
          <li key={id}>
            <KeyWords title={name} code={sha256} day={createdAt} />
            <Button
              size="small"
              onPress={() =>
                onRemove({
                  name: `the SSH key ${name}`,
                  consequence: 'Whoever logs in with it can no longer send to this account.',
                  remove: () => call('server.removeSshKey', { connectionId, id, confirmed: true }),
                })
              }
            >
              Remove…
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function KeySets({ keys: { keySets }, connectionId, onRemove }: KeyListProps) {
  return (
    <Section title={`Key sets, ${keySets.length} of ${ACCOUNT_LIMITS.keySets}`}>
      {keySets.length === 0 ? <Quiet>None yet.</Quiet> : null}
      <ul className={styles.keys} aria-label="Key sets">
        {keySets.map(({ keyId, userId, createdAt }) => (
          <li key={keyId}>
            <KeyWords title={userId} code={keyId} day={createdAt} />
            <Button
              size="small"
              onPress={() =>
                onRemove({
                  name: `the key set ${keyId}`,
                  consequence:
                    'The server no longer opens files whose manifests name this Key ID. Your own copy under Keys stays.',
                  remove: () =>
                    call('server.removeKeySet', { connectionId, keyId, confirmed: true }),
                })
              }
            >
              Remove…
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface KeyWordsProps {
  readonly title: string;
  readonly code: string;
  readonly day: string;
}

function KeyWords({ title, code, day }: KeyWordsProps) {
  return (
    <div className={styles.key}>
      <span>{title}</span>
      <code>{code}</code>
      <Quiet>Registered {formatDay(day)}</Quiet>
    </div>
  );
}

interface RemoveRegisteredProps {
  readonly removal: Removal;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

function RemoveRegistered({ removal, onClose, onRemoved }: RemoveRegisteredProps) {
  const remove = useAction(removal.remove);
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    onRemoved();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${removal.name}`}
      confirmLabel="Remove from the server"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>{removal.consequence}</p>
    </ConfirmDialog>
  );
}
