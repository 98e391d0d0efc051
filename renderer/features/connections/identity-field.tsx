/** What a connection logs in with: an SSH key that Sealift keeps, a key file, the SSH agent, or a password. */
import { FileKey, Plus } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { FileRef, SshKey } from '../../../shared/contract/api.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/field.tsx';
import { Quiet, Row, Stack } from '../../ui/page.tsx';
import { AgentKeys } from './agent-keys.tsx';
import styles from './connections.module.css';
import type { IdentityDraft } from './draft.ts';
import { useConnections, useSshKeys } from './store.ts';

interface IdentityFieldProps {
  readonly value: IdentityDraft;
  readonly onChange: (value: IdentityDraft) => void;
  /** The identity that an existing connection has now, in words. */
  readonly current: string | undefined;
  /** What a new key's comment says, so that an administrator knows whose it is. */
  readonly comment: string;
}

export function IdentityField({ value, onChange, current, comment }: IdentityFieldProps) {
  const kinds = [
    ...(current === undefined ? [] : [{ value: 'keep' as const, label: 'As it is' }]),
    { value: 'stored' as const, label: 'Kept by Sealift' },
    { value: 'file' as const, label: 'A key file' },
    { value: 'agent' as const, label: 'SSH agent' },
    { value: 'password' as const, label: 'Password' },
  ];
  return (
    <Stack>
      <Segments
        label="Login"
        value={value.kind}
        options={kinds}
        onChange={(kind) => onChange({ kind })}
      />
      {value.kind === 'keep' ? <Quiet>{current}</Quiet> : null}
      {value.kind === 'file' ? (
        <KeyFile file={value.file} onChange={(file) => onChange({ kind: 'file', file })} />
      ) : null}
      {value.kind === 'agent' ? (
        <AgentKeys
          sha256={value.sha256}
          onChange={(sha256) => onChange({ kind: 'agent', sha256 })}
        />
      ) : null}
      {value.kind === 'password' ? (
        <Quiet>
          A password alone can be guessed and lent. Where you can choose, use an SSH key.
        </Quiet>
      ) : null}
      {value.kind === 'stored' ? (
        <StoredKey
          sha256={value.sha256}
          comment={comment}
          onChange={(sha256) => onChange({ kind: 'stored', sha256 })}
        />
      ) : null}
    </Stack>
  );
}

interface KeyFileProps {
  readonly file: FileRef | undefined;
  readonly onChange: (file: FileRef) => void;
}

function KeyFile({ file, onChange }: KeyFileProps) {
  const choose = useAction(() => call('files.choose', { purpose: 'ssh-key' }));
  const pick = async () => {
    const chosen = (await choose.run())?.[0];
    if (chosen !== undefined) onChange(chosen);
  };
  return (
    <>
      <Row>
        <Button icon={<FileKey size={14} />} isPending={choose.isBusy} onPress={() => void pick()}>
          Choose private key file…
        </Button>
        <Quiet>{file?.name ?? 'OpenSSH or PEM, such as ~/.ssh/id_ed25519.'}</Quiet>
      </Row>
      {choose.error !== undefined ? <ErrorBox error={choose.error} /> : null}
    </>
  );
}

interface StoredKeyProps {
  readonly sha256: string | undefined;
  readonly comment: string;
  readonly onChange: (sha256: string) => void;
}

function StoredKey({ sha256, comment, onChange }: StoredKeyProps) {
  const keys = useOwnSshKeys();
  const error = useSshKeys((state) => state.error);
  const load = useSshKeys((state) => state.load);
  const make = useAction(() => call('sshKeys.make', { comment }));
  useEffect(() => void load(), [load]);
  const first = keys?.[0];
  // One key is the usual case: it is taken without a click.
  useEffect(() => {
    if (sha256 === undefined && first !== undefined) onChange(first.sha256);
  }, [sha256, first, onChange]);
  const makeOne = async () => {
    const key = await make.run();
    if (key === undefined) return;
    await load();
    onChange(key.sha256);
  };
  const chosen = keys?.find((key) => key.sha256 === sha256);
  return (
    <>
      {keys !== undefined && keys.length > 0 && chosen !== undefined ? (
        <Select
          label="Kept key"
          value={chosen.sha256}
          options={keys.map((key) => ({ value: key.sha256, label: labelOf(key) }))}
          onChange={onChange}
        />
      ) : null}
      <Row>
        <Button
          size="small"
          icon={<Plus size={14} />}
          isPending={make.isBusy}
          onPress={() => void makeOne()}
        >
          Make an SSH key
        </Button>
        {chosen !== undefined ? (
          <CopyButton text={chosen.publicLine} label="Copy public key" hasLabel />
        ) : null}
      </Row>
      {chosen !== undefined ? (
        <>
          <pre className={styles.publicKey} aria-label="Public SSH key">
            {chosen.publicLine}
          </pre>
          <Quiet>
            Give this public half to the platform; the private half never leaves Sealift.
          </Quiet>
        </>
      ) : null}
      {make.error !== undefined ? <ErrorBox error={make.error} /> : null}
      {error !== undefined ? <ErrorBox error={error} /> : null}
    </>
  );
}

/** The kept keys without the one that Practice made for itself. */
function useOwnSshKeys(): readonly SshKey[] | undefined {
  const keys = useSshKeys((state) => state.value);
  const connections = useConnections((state) => state.value);
  return useMemo(() => {
    const isPractice = (key: SshKey) =>
      connections?.some(
        ({ practice, identity }) =>
          practice && identity.kind === 'stored' && identity.sha256 === key.sha256,
      ) ?? false;
    return keys?.filter((key) => !isPractice(key));
  }, [keys, connections]);
}

function labelOf(key: SshKey): string {
  return key.comment === '' ? key.sha256 : `${key.comment} (${key.sha256})`;
}
