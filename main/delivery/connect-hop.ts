/**
 * One SSH server of the way: a line to it, the handshake, its host key, the login, and what is opened then, a
 * line on to the next server or SFTP. Every wait ends: by an answer, a bound, or a cancel.
 */
import net from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import { AppError } from '../../shared/errors/index.ts';
import { throwIfCancelled } from './cancel.ts';
import {
  connectError,
  timedOut,
  type ConnectFailure,
  type ConnectStage,
} from './connect-errors.ts';
import {
  hostKeyAlgorithms,
  presentHostKey,
  type HostKeyVerifier,
  type PresentedHostKey,
} from './host-key.ts';
import { CLOSE_TIMEOUT_MS, SftpSession } from './sftp-session.ts';
import type { LoginAttempts } from './ssh-login.ts';
import { sendThriftily } from './ssh-output.ts';

export interface HopServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
}

export interface HopOptions {
  readonly verifyHostKey: HostKeyVerifier;
  /** Bounds each of connecting with login, the line on, and opening SFTP; thinking about a host key excepted. */
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStage: (stage: ConnectStage | 'host-key', detail: string) => void;
}

/** For each of several addresses of a host; Node's own 250 ms is too short for far servers. */
const ADDRESS_TIMEOUT_MS = 3_000;
/**
 * ssh2 counts a ping as unanswered even while its answer waits behind megabytes on a slow line, so
 * this is generous; SftpSession notices a silent server sooner.
 */
const KEEPALIVE_MAX_UNANSWERED = 10;

export class ConnectHop {
  readonly #server: HopServer;
  readonly #attempts: LoginAttempts;
  readonly #options: HopOptions;
  readonly #client: Client = new ssh2.Client();
  readonly #startedAt = Date.now();
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  #line: Duplex | undefined;
  #heardFromServer = false;
  #stage: ConnectStage = 'resolve';
  #hostKey: PresentedHostKey | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** The connection has ended. */
  #isOver = false;

  constructor(server: HopServer, attempts: LoginAttempts, options: HopOptions) {
    this.#server = server;
    this.#attempts = attempts;
    this.#options = options;
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // It may fail while nobody waits.
    this.#failed.catch(() => {});
    // Each channel of an upload listens.
    this.#client.setMaxListeners(0);
    this.#client.on('error', (error) => this.#fail(error));
    this.#client.on('close', () => {
      this.#isOver = true;
      this.#fail(undefined);
    });
    // ssh2 would wait for a new password for ever.
    this.#client.on('change password', () => {
      const { host, username } = server;
      this.#fail(new AppError('LOGIN_PASSWORD_EXPIRED', { host, username }));
    });
  }

  /** @param line through the server before this one; absent: a TCP connection is opened */
  async login(line?: Duplex): Promise<void> {
    // Asked before the deadline begins: a file or a user may answer.
    const { host, port, username } = this.#server;
    const knownTypes = (await this.#options.verifyHostKey.knownTypes?.(host, port)) ?? [];
    await this.#bounded(() => this.#login(knownTypes, line));
    this.#reach('login', 'sftp', `Logged in as ${username} with ${this.#attempts.words}.`);
  }

  /** A line from this server on to the next. */
  forward(next: HopServer): Promise<Duplex> {
    this.#stage = 'forward';
    return this.#bounded(
      () =>
        new Promise((resolve, reject) => {
          this.#client.forwardOut('127.0.0.1', 0, next.host, next.port, (error, channel) => {
            if (error) reject(error);
            else resolve(channel);
          });
        }),
      next,
    );
  }

  async openSftp(): Promise<SftpSession> {
    const sftp = await this.#bounded(
      () =>
        new Promise<SFTPWrapper>((resolve, reject) => {
          this.#client.sftp((error, opened) => (error ? reject(error) : resolve(opened)));
        }),
    );
    const { type = '', sha256 = '' } = this.#hostKey ?? {};
    const login = this.#attempts.used ?? { method: 'key' };
    const facts = { ...this.#server, hostKey: { type, sha256 }, login };
    return new SftpSession(this.#client, sftp, facts, { keepAliveMs: this.#options.keepAliveMs });
  }

  onClose(then: () => void): void {
    this.#client.once('close', then);
  }

  /** Says goodbye; cuts the connection when the server does not answer that. */
  end(): void {
    this.#client.end();
    const cut = setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS);
    this.#client.once('close', () => clearTimeout(cut));
  }

  destroy(): void {
    this.#isOver = true;
    this.#client.destroy();
    this.#line?.destroy();
  }

  async #bounded<T>(work: () => Promise<T>, next?: HopServer): Promise<T> {
    const { signal } = this.#options;
    const onAbort = () => this.#fail(new AppError('CANCELLED'));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      // An abort before the listener was there told nobody.
      throwIfCancelled(signal);
      this.#startDeadline();
      return await Promise.race([this.#failed, work()]);
    } catch (error) {
      this.destroy();
      throw connectError(error, this.#failure(next));
    } finally {
      clearTimeout(this.#deadline);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #login(knownTypes: readonly string[], line: Duplex | undefined): Promise<void> {
    const { username } = this.#server;
    const client = this.#client;
    const ready = new Promise<void>((resolve) => client.once('ready', resolve));
    this.#line = line ?? this.#openSocket();
    if (line) this.#stage = 'handshake';
    client.connect({
      sock: this.#line,
      username,
      readyTimeout: 0,
      keepaliveInterval: this.#options.keepAliveMs,
      keepaliveCountMax: KEEPALIVE_MAX_UNANSWERED,
      // ssh2's defaults hold no weak key exchange or cipher. What is sent is compressed already.
      algorithms: { serverHostKey: hostKeyAlgorithms(knownTypes), compress: ['none'] },
      hostVerifier: (blob: Buffer, answer: (accepted: boolean) => void) => {
        // Servers renew the session keys now and then and show their host key again. Answered at once: ssh2
        // may send what is on the way under the wrong keys while it waits for this answer.
        if (this.#hostKey) answer(this.#hostKey.base64 === blob.toString('base64'));
        else void this.#verify(blob, answer);
      },
      authHandler: this.#attempts.handler,
    });
    sendThriftily(client, this.#line);
    this.#line.once('data', () => {
      this.#heardFromServer = true;
    });
    return ready;
  }

  #openSocket(): net.Socket {
    const { host, port } = this.#server;
    const socket = new net.Socket();
    // Node emits no lookup for what is an address already.
    if (net.isIP(host)) this.#reach('resolve', 'connect', `${host} is an address.`);
    socket.once('lookup', (error, address) => {
      if (!error) this.#reach('resolve', 'connect', `${host} is ${address}.`);
    });
    socket.once('connect', () => this.#reach('connect', 'handshake', `Port ${port} answers.`));
    socket.setNoDelay(true);
    return socket.connect({ host, port, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS });
  }

  /**
   * Never rejects, and never answers no: a refusal fails the attempt with its own error. ssh2 takes no answer
   * for a connection that has ended; it throws.
   */
  async #verify(blob: Buffer, answer: (accepted: boolean) => void): Promise<void> {
    const { host, port } = this.#server;
    clearTimeout(this.#deadline);
    try {
      const key = presentHostKey(host, port, blob);
      await this.#options.verifyHostKey(key);
      if (this.#isOver) return;
      this.#hostKey = key;
      this.#reach('host-key', 'login', `${key.type} ${key.sha256}`);
      this.#startDeadline();
      answer(true);
    } catch (error) {
      this.#fail(error);
    }
  }

  #reach(done: ConnectStage | 'host-key', next: ConnectStage, detail: string): void {
    this.#stage = next;
    this.#options.onStage(done, detail);
  }

  #startDeadline(): void {
    const { timeoutMs } = this.#options;
    this.#deadline = setTimeout(() => this.#fail(timedOut(this.#failure(), timeoutMs)), timeoutMs);
  }

  #failure(next?: HopServer): ConnectFailure {
    return {
      ...this.#server,
      stage: this.#stage,
      login: this.#attempts,
      elapsedMs: Date.now() - this.#startedAt,
      heardFromServer: this.#heardFromServer,
      next,
    };
  }
}
