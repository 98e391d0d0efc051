/** Handlers of the groups connections and sshKeys. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PresentedKey, ProbeStep } from '../../../shared/domain/connection.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { connectSftp } from '../../delivery/connect.ts';
import { requirePinned } from '../../delivery/connection-store.ts';
import { pinPolicy } from '../../delivery/known-hosts.ts';
import { findLeftBehind, removeLeftBehind } from '../../delivery/left-behind.ts';
import type { SftpSession } from '../../delivery/sftp-session.ts';
import { testConnection } from '../../delivery/connection-test.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import { agentIdentities, agentKeys, agentSocket } from '../../delivery/ssh-agent.ts';
import { SshConfig } from '../../delivery/ssh-config.ts';
import type { SshKeyStore, StoredSshKey } from '../../delivery/ssh-key-store.ts';
import { readSshPublicHalf } from '../../delivery/ssh-private-key.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface ConnectionsHandlersOptions {
  readonly connections: ConnectionStore;
  readonly sshKeys: SshKeyStore;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
  readonly onTested: (id: string, step: ProbeStep) => void;
  /** Ids of deliveries that may go on with what they left on a server. */
  readonly openJobs: () => Promise<readonly string[]>;
}

/** Where OpenSSH keeps what it knows for this user. */
const OPENSSH_FOLDER = join(homedir(), '.ssh');

export function connectionsHandlers({
  connections,
  sshKeys,
  files,
  dialogs,
  onTested,
  openJobs,
}: ConnectionsHandlersOptions): HandlersOf<'connections' | 'sshKeys'> {
  /** Keys other than the pinned one that the last test of each connection showed: only such a key can be pinned. */
  const shown = new Map<string, PresentedKey>();

  return {
    'connections.list': () => connections.list(),
    'connections.save': ({ identity, ...draft }) => {
      if (draft.id !== undefined) shown.delete(draft.id);
      return connections.save({
        ...draft,
        identity:
          identity.kind === 'file'
            ? { kind: 'file', path: files.get(identity.handle, 'ssh-key').path }
            : identity,
      });
    },
    'connections.remove': async ({ id }) => {
      shown.delete(id);
      await connections.remove(id);
      return {};
    },
    'connections.test': async ({ id }) => {
      shown.delete(id);
      const hands = {
        connections,
        knownHostsPath: join(OPENSSH_FOLDER, 'known_hosts'),
        onStep: (step: ProbeStep) => onTested(id, step),
      };
      const test = await testConnection(hands, id);
      if (test.presented !== undefined) shown.set(id, test.presented);
      return test;
    },
    ...offerHandlers(files),
    'connections.pinHostKey': ({ id, sha256 }) => {
      const key = shown.get(id);
      if (key?.sha256 !== sha256) throw new AppError('HOST_KEY_NOT_SHOWN');
      return connections.pinHostKey(id, key, key);
    },
    'connections.forgetHostKey': ({ id }) => {
      shown.delete(id);
      return connections.forgetHostKey(id);
    },
    'connections.publicKey': ({ id }) => publicKey({ connections, sshKeys }, id),
    'connections.savePublicKey': async ({ id }) => {
      const { publicLine } = await publicKey({ connections, sshKeys }, id);
      return {
        savedAs: await dialogs.save('sealift.pub', () => Promise.resolve(`${publicLine}\n`)),
      };
    },
    ...leftBehindHandlers(connections, openJobs),
    'sshKeys.list': () => sshKeys.list(),
    'sshKeys.make': ({ comment }) => sshKeys.make(comment),
  };
}

/** What broken deliveries left on a server. */
function leftBehindHandlers(
  connections: ConnectionStore,
  openJobs: ConnectionsHandlersOptions['openJobs'],
): Pick<HandlersOf<'connections'>, 'connections.leftBehind' | 'connections.removeLeftBehind'> {
  return {
    'connections.leftBehind': ({ id }) =>
      withSession(connections, id, async (session, directory) =>
        findLeftBehind(session, directory, await openJobs()),
      ),
    'connections.removeLeftBehind': ({ id, names }) =>
      withSession(connections, id, async (session, directory) => ({
        removed: await removeLeftBehind(session, directory, names, await openJobs()),
      })),
  };
}

/** The server of a connection, by its pinned key, for as long as the work takes. */
async function withSession<T>(
  connections: ConnectionStore,
  id: string,
  work: (session: SftpSession, directory: string) => Promise<T>,
): Promise<T> {
  const { hostKey, directory } = requirePinned(await connections.get(id));
  const verifyHostKey = pinPolicy(hostKey);
  const session = await connectSftp(await connections.target(id), { verifyHostKey });
  try {
    return await work(session, directory);
  } finally {
    session.close();
  }
}

/** What the user has set up for OpenSSH, as an offer. */
function offerHandlers(
  files: FileHandles,
): Pick<
  HandlersOf<'connections'>,
  'connections.sshConfig' | 'connections.sshConfigKey' | 'connections.agentKeys'
> {
  return {
    'connections.sshConfig': async () => {
      const config = await openSshConfig();
      return Promise.all(config.aliases.map((alias) => config.host(alias)));
    },
    'connections.sshConfigKey': async ({ alias }) => {
      const [file] = (await (await openSshConfig()).host(alias)).identityFiles;
      return file === undefined ? {} : { file: await files.adopt(file, 'ssh-key') };
    },
    'connections.agentKeys': () => agentKeys(agentSocket()),
  };
}

function openSshConfig(): Promise<SshConfig> {
  return SshConfig.read(join(OPENSSH_FOLDER, 'config'));
}

/** The public half of the key with which a connection logs in, as it stands in an authorized_keys file. */
export async function publicKey(
  { connections, sshKeys }: Pick<ConnectionsHandlersOptions, 'connections' | 'sshKeys'>,
  id: string,
): Promise<StoredSshKey> {
  const { identity } = await connections.get(id);
  const kept =
    identity.kind === 'stored'
      ? (await sshKeys.list()).find((key) => key.sha256 === identity.sha256)
      : undefined;
  if (kept !== undefined) return kept;
  const { privateKey, passphrase, agent } = await connections.target(id);
  if (privateKey !== undefined) {
    const { sha256, line } = readSshPublicHalf(privateKey, passphrase);
    return { sha256, publicLine: line, comment: '' };
  }
  const [only, other] = agent === undefined ? [] : await agentIdentities(agent);
  if (only === undefined || other !== undefined) throw new AppError('CONNECTION_KEY_UNCLEAR');
  const { sha256, line, comment } = only.key;
  return { sha256, publicLine: `${line} ${comment}`.trim(), comment };
}
