/**
 * The way from a host name to an open SFTP session: TCP, jump hosts, SSH handshake, host key, login, SFTP.
 * Decides nothing about host keys and stores nothing.
 */
import type { Duplex } from 'node:stream';
import { DEFAULT_HABITS, type HostKey } from '../../shared/domain/connection.ts';
import { throwIfCancelled } from './cancel.ts';
import type { ConnectStage } from './connect-errors.ts';
import { ConnectHop, type HopOptions } from './connect-hop.ts';
import type { HostKeyVerifier } from './host-key.ts';
import { pinPolicy } from './known-hosts.ts';
import type { SftpSession } from './sftp-session.ts';
import { prepareLogin, type SshLogin } from './ssh-login.ts';

interface SshServer extends SshLogin {
  readonly host: string;
  readonly port: number;
  readonly username: string;
}

/** A server on the way, which connects on to the next. */
export interface SshJump extends SshServer {
  /** Its pinned host key; absent: `verifyHostKey` decides about it as about the target's. */
  readonly hostKey?: HostKey | undefined;
  /** Decides in place of a pinned key. */
  readonly verifyHostKey?: HostKeyVerifier;
}

export interface SshTarget extends SshServer {
  /** From here to the target, in this order. Each has its host key checked. */
  readonly jumps?: readonly SshJump[] | undefined;
  /** How long each server may take until SFTP is open. */
  readonly timeoutSeconds?: number | undefined;
  /** How often a word is said on a line on which nothing else is. */
  readonly keepAliveSeconds?: number | undefined;
}

export interface ConnectOptions {
  /** Accepts or refuses the server's key; time spent in it does not count as waiting. */
  readonly verifyHostKey: HostKeyVerifier;
  readonly signal?: AbortSignal;
  /** Told when the named stage is done, with a few plain words about it. */
  readonly onStage?: (stage: ConnectStage | 'jump' | 'host-key', detail: string) => void;
}

/**
 * Opens a session. The caller closes it.
 *
 * @throws AppError SSH_KEY_*, SSH_AGENT_*, HOST_*, CONNECTION_*, NOT_AN_SSH_SERVER, SSH_*, LOGIN_*,
 *   JUMP_REFUSED, SFTP_UNAVAILABLE, CANCELLED, and what `verifyHostKey` throws
 */
export async function connectSftp(
  target: SshTarget,
  options: ConnectOptions,
): Promise<SftpSession> {
  throwIfCancelled(options.signal);
  const servers: readonly SshJump[] = [...(target.jumps ?? []), target];
  const hops: ConnectHop[] = [];
  // All before the first packet: a passphrase that is wrong should cost no connection.
  for (const server of servers) {
    const attempts = await prepareLogin(server.username, server);
    const hop = hopOptions(target, server, server === target, options);
    hops.push(new ConnectHop(addressOf(server), attempts, hop));
  }
  try {
    const session = await throughAll(hops, servers, options);
    // Without this the connections to the jump hosts would outlive the session.
    hops.at(-1)?.onClose(() => {
      for (const hop of hops.slice(0, -1).reverse()) hop.end();
    });
    return session;
  } catch (error) {
    for (const hop of hops) hop.destroy();
    throw error;
  }
}

/** From each server on to the next; answers the session on the last. */
async function throughAll(
  hops: readonly ConnectHop[],
  servers: readonly SshJump[],
  { onStage }: ConnectOptions,
): Promise<SftpSession> {
  let line: Duplex | undefined;
  for (const [index, hop] of hops.entries()) {
    await hop.login(line);
    const next = servers[index + 1];
    if (next === undefined) return hop.openSftp();
    line = await hop.forward(addressOf(next));
    const { host = '' } = servers[index] ?? {};
    onStage?.('jump', `${host} leads on to ${next.host} port ${next.port}.`);
  }
  throw new TypeError('no server to connect to');
}

function hopOptions(
  { timeoutSeconds, keepAliveSeconds }: SshTarget,
  server: SshJump,
  isLast: boolean,
  { verifyHostKey, signal, onStage }: ConnectOptions,
): HopOptions {
  const pinned = server.hostKey && pinPolicy(server.hostKey);
  return {
    verifyHostKey: server.verifyHostKey ?? pinned ?? verifyHostKey,
    timeoutMs: (timeoutSeconds ?? DEFAULT_HABITS.timeoutSeconds) * 1000,
    keepAliveMs: (keepAliveSeconds ?? DEFAULT_HABITS.keepAliveSeconds) * 1000,
    signal,
    onStage: (stage, detail) => {
      // Of a server on the way only how it is reached is a step of its own.
      if (isLast || stage === 'resolve' || stage === 'connect') onStage?.(stage, detail);
    },
  };
}

function addressOf({ host, port, username }: SshServer) {
  return { host, port, username };
}
