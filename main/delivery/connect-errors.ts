/** Turns what sockets and ssh2 report while connecting into plain words. Nothing else maps these. */
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import { plainReason } from './plain-reason.ts';
import type { LoginAttempts } from './ssh-login.ts';
import { SHA1_REFUSED } from './ssh-private-key.ts';

/** How far a connection got. */
export type ConnectStage = 'resolve' | 'connect' | 'handshake' | 'login' | 'forward' | 'sftp';

export interface ConnectFailure {
  readonly stage: ConnectStage;
  readonly host: string;
  readonly port: number;
  readonly login: Pick<LoginAttempts, 'failure'>;
  readonly elapsedMs: number;
  /** Whether the server sent anything at all. */
  readonly heardFromServer: boolean;
  /** To which server this one was asked to lead on. */
  readonly next?: { readonly host: string; readonly port: number } | undefined;
}

const SOCKET_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'HOST_NOT_FOUND',
  EAI_AGAIN: 'HOST_NOT_FOUND',
  EAI_FAIL: 'HOST_NOT_FOUND',
  ENODATA: 'HOST_NOT_FOUND',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'HOST_UNREACHABLE',
  ENETUNREACH: 'HOST_UNREACHABLE',
  EHOSTDOWN: 'HOST_UNREACHABLE',
  ENETDOWN: 'HOST_UNREACHABLE',
  EADDRNOTAVAIL: 'HOST_UNREACHABLE',
};

const STAGE_ACTIONS: Readonly<Record<ConnectStage, string>> = {
  resolve: 'looking the host up',
  connect: 'connecting',
  handshake: 'agreeing on encryption',
  login: 'logging in',
  forward: 'connecting on to the next server',
  sftp: 'starting SFTP',
};

/** Maps any failure of the way to an open SFTP session. AppErrors pass unchanged. */
export function connectError(error: unknown, at: ConnectFailure): AppError {
  if (error instanceof AppError) return error;
  const { host, port } = at;
  const { code, message, level } = describe(error);
  const socketCode = typeof code === 'string' ? code : '';
  const cause = { cause: error };
  const known = SOCKET_CODES[socketCode];
  if (known) return new AppError(known, { host, port }, cause);
  if (socketCode === 'ETIMEDOUT') return timedOut(at, at.elapsedMs, error);
  if (message.includes(SHA1_REFUSED))
    return new AppError('LOGIN_SIGNATURE_OUTDATED', { host }, cause);
  if (message === '' || socketCode === 'ECONNRESET' || socketCode === 'EPIPE') {
    return new AppError('CONNECTION_LOST', { host, action: STAGE_ACTIONS[at.stage] }, cause);
  }
  if (at.stage === 'forward') return jumpRefused(at, message, error);
  if (at.stage === 'sftp') {
    return new AppError('SFTP_UNAVAILABLE', { host, reason: plainReason(message) }, cause);
  }
  if (level === 'client-authentication' || isLoginDisconnect(at.stage, code, message)) {
    return at.login.failure(host, error);
  }
  if (level === 'agent') return new AppError('SSH_AGENT_REFUSED', {}, cause);
  const missing = /no matching (.+)$/.exec(message)?.[1];
  if (missing) return new AppError('SSH_NO_COMMON_ALGORITHM', { host, kind: missing }, cause);
  if (/identification string|greeting|header/i.test(message)) {
    return new AppError('NOT_AN_SSH_SERVER', { host, port }, cause);
  }
  if (/before handshake/i.test(message)) {
    const closed = at.heardFromServer ? 'NOT_AN_SSH_SERVER' : 'CONNECTION_CLOSED_EARLY';
    return new AppError(closed, { host, port }, cause);
  }
  return new AppError('SSH_PROTOCOL_FAILED', { host, reason: plainReason(message) }, cause);
}

export function timedOut(at: ConnectFailure, timeoutMs: number, cause?: unknown): AppError {
  const { host, port } = at;
  const seconds = Math.ceil(timeoutMs / 1000);
  return new AppError('CONNECTION_TIMED_OUT', { host, port, seconds }, { cause });
}

/** OpenSSH says "open failed" of what its settings forbid and of what does not answer alike. */
function jumpRefused(at: ConnectFailure, message: string, cause: unknown): AppError {
  const { host, next = { host: '', port: 0 } } = at;
  const reason = plainReason(message.replace(/^\(SSH\) Channel open failure:\s*/, ''));
  const params = { host, nextHost: next.host, nextPort: next.port, reason };
  return new AppError('JUMP_REFUSED', params, { cause });
}

/** Reasons 2, 14 and 15 of RFC 4253 section 11.1, with which servers end a login they do not want. */
function isLoginDisconnect(stage: ConnectStage, code: unknown, message: string): boolean {
  if (stage !== 'login') return false;
  return code === 14 || code === 15 || (code === 2 && /authentication/i.test(message));
}

function describe(error: unknown): { code: unknown; message: string; level: unknown } {
  if (!(error instanceof Error)) return { code: undefined, message: '', level: undefined };
  const { code, message, level } = error as Error & { code?: unknown; level?: unknown };
  return { code, message, level };
}
