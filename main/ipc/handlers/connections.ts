/** Handlers of the groups connections and sshKeys. */
import type { HostKey, ProbeStep } from '../../../shared/domain/connection.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { pinPolicy } from '../../delivery/known-hosts.ts';
import type { HostKeyVerifier, PresentedHostKey } from '../../delivery/host-key.ts';
import { probe } from '../../delivery/probe.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { SshKeyStore } from '../../delivery/ssh-key-store.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface ConnectionsHandlersOptions {
  readonly connections: ConnectionStore;
  readonly sshKeys: SshKeyStore;
  readonly files: FileHandles;
}

export function connectionsHandlers({
  connections,
  sshKeys,
  files,
}: ConnectionsHandlersOptions): HandlersOf<'connections' | 'sshKeys'> {
  /** Keys other than the pinned one that the last test of each connection showed: only such a key can be pinned. */
  const shown = new Map<string, HostKey>();

  const test = async (id: string) => {
    const { hostKey: pinned, directory } = await connections.get(id);
    shown.delete(id);
    const steps: ProbeStep[] = [];
    let error: ErrorView | undefined;
    const pin = pinPolicy(pinned);
    const policy: HostKeyVerifier = Object.assign(
      (key: PresentedHostKey) => {
        if (key.sha256 !== pinned?.sha256) shown.set(id, { type: key.type, sha256: key.sha256 });
        return pin(key);
      },
      { knownTypes: pin.knownTypes },
    );
    try {
      for await (const step of probe(await connections.target(id), directory, policy)) {
        steps.push(step);
      }
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      error = fault.toView();
    }
    const presented = shown.get(id);
    return {
      steps,
      ...(presented === undefined ? {} : { presented }),
      ...(error === undefined ? {} : { error }),
    };
  };

  return {
    'connections.list': () => connections.list(),
    'connections.save': ({ identity, ...draft }) =>
      connections.save({
        ...draft,
        identity:
          identity.kind === 'file'
            ? { kind: 'file', path: files.get(identity.handle, 'ssh-key').path }
            : identity,
      }),
    'connections.remove': async ({ id }) => {
      await connections.remove(id);
      return {};
    },
    'connections.test': ({ id }) => test(id),
    'connections.pinHostKey': ({ id, sha256 }) => {
      const key = shown.get(id);
      if (key?.sha256 !== sha256) throw new AppError('HOST_KEY_NOT_SHOWN');
      return connections.pinHostKey(id, key);
    },
    'connections.forgetHostKey': ({ id }) => connections.forgetHostKey(id),
    'sshKeys.list': () => sshKeys.list(),
    'sshKeys.make': ({ comment }) => sshKeys.make(comment),
  };
}
