/** What a connection test says about the host key. Pure. */
import type {
  Connection,
  HostKey,
  PresentedKey,
  ProbeStep,
} from '../../../shared/domain/connection.ts';

export const STEP_WORDS: Readonly<Record<ProbeStep['step'], string>> = {
  resolve: 'Find the host',
  connect: 'Connect',
  jump: 'Jump hosts',
  'host-key': 'Host key',
  login: 'Log in',
  folder: 'Folder',
  write: 'Write a file',
  space: 'Free space',
};

/** Of all servers on the way, that at this address. */
export function pinnedAt(
  connection: Pick<Connection, 'host' | 'port' | 'hostKey' | 'jumps'>,
  { host, port }: Pick<PresentedKey, 'host' | 'port'>,
): HostKey | undefined {
  const servers = [connection, ...connection.jumps];
  return servers.find((server) => server.host === host && server.port === port)?.hostKey;
}

/** What the user's own known_hosts says of a key that is new here. */
export const KNOWN_HOSTS_WORDS: Readonly<Record<PresentedKey['knownHosts'], string | undefined>> = {
  same: 'OpenSSH on this computer knows the host by this very key (~/.ssh/known_hosts).',
  other:
    'Take care: OpenSSH on this computer knows the host by another key (~/.ssh/known_hosts). Either it was replaced since, or someone stands in between.',
  revoked: 'This key is marked as revoked in ~/.ssh/known_hosts. Do not trust it.',
  unknown: undefined,
};

/**
 * - `none`: nothing to decide.
 * - `new`: no key is pinned yet; the user compares and trusts.
 * - `changed`: another key than the pinned one was shown; nothing may be sent.
 */
export type HostKeyQuestion = 'none' | 'new' | 'changed';

export function hostKeyQuestion(
  pinned: HostKey | undefined,
  presented: HostKey | undefined,
): HostKeyQuestion {
  if (presented === undefined || presented.sha256 === pinned?.sha256) return 'none';
  return pinned === undefined ? 'new' : 'changed';
}

/** `ann@sftp.example.com:22/in`, the port only where it is not SSH's own. */
export function addressOf(
  connection: Pick<Connection, 'host' | 'port' | 'username' | 'directory'>,
): string {
  const host = connection.host.includes(':') ? `[${connection.host}]` : connection.host;
  const port = connection.port === 22 ? '' : `:${connection.port}`;
  const folder = connection.directory === '' ? '' : `/${connection.directory.replace(/^\//, '')}`;
  return `${connection.username}@${host}${port}${folder}`;
}
