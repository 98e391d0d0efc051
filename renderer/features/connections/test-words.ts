/** What a connection test says about the host key. Pure. */
import type { Connection, HostKey, ProbeStep } from '../../../shared/domain/connection.ts';

export const STEP_WORDS: Readonly<Record<ProbeStep['step'], string>> = {
  resolve: 'Find the host',
  connect: 'Connect',
  'host-key': 'Host key',
  login: 'Log in',
  folder: 'Folder',
  space: 'Free space',
};

/**
 * - `none`: nothing to decide.
 * - `new`: no key is pinned yet; the user compares and trusts.
 * - `changed`: another key than the pinned one was shown; nothing may be sent.
 */
export type HostKeyQuestion = 'none' | 'new' | 'changed';

export function hostKeyQuestion(
  connection: Pick<Connection, 'hostKey'>,
  presented: HostKey | undefined,
): HostKeyQuestion {
  if (presented === undefined || presented.sha256 === connection.hostKey?.sha256) return 'none';
  return connection.hostKey === undefined ? 'new' : 'changed';
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
