/** The connection of a schedule: one of the profile, or a new one whose host key is pinned at once. */
import { join, resolve } from 'node:path';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { connectSftp } from '../../delivery/connect.ts';
import { requirePinned } from '../../delivery/connection-store.ts';
import { knownHostsPolicy } from '../../delivery/known-hosts.ts';
import { openProfile } from '../../platform/profile.ts';
import { usageError } from '../command-line.ts';
import type { CliContext } from '../outcome.ts';
import { readWay } from '../send/login.ts';
import { openConnections } from '../send/resumed-login.ts';
import type { ResumeOptions } from '../send/resumed-login.ts';

export interface ConnectionOptions extends ResumeOptions {
  readonly connection?: string;
  readonly to?: string;
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly acceptNewHostKey?: boolean;
}

/** @throws AppError USAGE, CONNECTION_UNKNOWN, HOST_KEY_NOT_PINNED, and those of connecting */
export async function findConnection(
  context: CliContext,
  options: ConnectionOptions,
): Promise<Connection> {
  const { connection: name, to, identity } = options;
  const connections = await openConnections(context, options);
  if (name === undefined) return makeConnection(context, options);
  if (to ?? identity) throw usageError('Give --connection, or --to with --identity.');
  const [found, ...others] = (await connections.list()).filter(
    (one) => one.name.toLowerCase() === name.toLowerCase() || one.id === name,
  );
  if (!found) throw new AppError('CONNECTION_UNKNOWN');
  if (others.length > 0) throw usageError(`Several connections are called ${name}: give its id.`);
  return requirePinned(found);
}

/** Logs in once before anything is kept: a schedule that cannot get in shows now, not at night. */
async function makeConnection(
  context: CliContext,
  options: ConnectionOptions,
): Promise<Connection> {
  const { to, identity, knownHosts, acceptNewHostKey: acceptNew = false } = options;
  if (to === undefined || identity === undefined) {
    throw usageError('Give --connection NAME, or --to URL with --identity FILE.');
  }
  const path = resolve(identity);
  const { timeoutSeconds: connectTimeout, keepAliveSeconds: keepAlive } = DEFAULT_HABITS;
  const login = { ...options, to, identity: path, connectTimeout, keepAlive };
  const { target, secrets } = await readWay(context, login);
  const { directory, ...server } = target;
  const file = knownHosts ?? join(await openProfile(), 'known_hosts');
  const verifyHostKey = knownHostsPolicy(file, { acceptNew });
  const session = await connectSftp(
    { ...server, ...secrets },
    { verifyHostKey, signal: context.signal },
  );
  const { hostKey } = session.facts;
  session.close();
  const connections = await openConnections(context, options);
  const { passphrase } = secrets;
  const { id } = await connections.save({
    ...{ name: server.host, ...server, directory, identity: { kind: 'file', path } },
    ...(passphrase !== undefined && { passphrase }),
  });
  return connections.pinHostKey(id, { type: hostKey.type, sha256: hostKey.sha256 });
}
