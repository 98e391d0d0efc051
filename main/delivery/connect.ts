/**
 * The way from a host name to an open SFTP session: TCP, SSH handshake, host key, login by key, SFTP.
 * Decides nothing about host keys and stores nothing.
 */
import net from 'node:net';
import ssh2, { type Client, type ParsedKey, type SFTPWrapper } from 'ssh2';
import { AppError } from '../../shared/errors/index.ts';
import { throwIfCancelled } from './cancel.ts';
import { connectError, timedOut, type ConnectStage } from './connect-errors.ts';
import {
  hostKeyAlgorithms,
  presentHostKey,
  type HostKeyVerifier,
  type PresentedHostKey,
} from './host-key.ts';
import { SftpSession } from './sftp-session.ts';
import { readSshPrivateKey, type SshPrivateKey } from './ssh-private-key.ts';

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Content of the key file, OpenSSH or PEM. */
  readonly privateKey: Uint8Array | string;
  readonly passphrase?: string;
}

export interface ConnectOptions {
  /** Accepts or refuses the server's key; time spent in it does not count as waiting. */
  readonly verifyHostKey: HostKeyVerifier;
  readonly signal?: AbortSignal;
  /** Told when the named stage is done, with a few plain words about it. */
  readonly onStage?: (stage: ConnectStage | 'host-key', detail: string) => void;
}

/** How long the way may take, a user's thoughts about a host key not counted. */
const READY_TIMEOUT_MS = 20_000;
/** For each of several addresses of a host; Node's own 250 ms is too short for far servers. */
const ADDRESS_TIMEOUT_MS = 3_000;
/** Keeps firewalls from forgetting an idle session while a large file is checked. */
const KEEPALIVE_INTERVAL_MS = 30_000;
/**
 * ssh2 counts a ping as unanswered even while its answer waits behind megabytes on a slow line, so
 * this is generous; SftpSession notices a silent server sooner.
 */
const KEEPALIVE_MAX_UNANSWERED = 10;

/**
 * Opens a session. The caller closes it.
 *
 * @throws AppError SSH_KEY_*, HOST_*, CONNECTION_*, NOT_AN_SSH_SERVER, SSH_*, LOGIN_*,
 *   SFTP_UNAVAILABLE, CANCELLED, and what `verifyHostKey` throws
 */
export async function connectSftp(
  target: SshTarget,
  options: ConnectOptions,
): Promise<SftpSession> {
  throwIfCancelled(options.signal);
  const identity = readSshPrivateKey(target.privateKey, target.passphrase);
  const knownTypes = (await options.verifyHostKey.knownTypes?.(target.host, target.port)) ?? [];
  return new ConnectAttempt(target, identity, options).run(knownTypes);
}

class ConnectAttempt {
  readonly #target: SshTarget;
  readonly #identity: SshPrivateKey;
  readonly #options: ConnectOptions;
  readonly #client: Client = new ssh2.Client();
  readonly #socket = new net.Socket();
  readonly #startedAt = Date.now();
  #stage: ConnectStage = 'resolve';
  #hostKey: PresentedHostKey | undefined;
  #furtherMethods: string | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** The attempt has its outcome; an answer about the host key that comes later changes nothing. */
  #settled = false;
  #fail: (error: unknown) => void = () => {};

  constructor(target: SshTarget, identity: SshPrivateKey, options: ConnectOptions) {
    this.#target = target;
    this.#identity = identity;
    this.#options = options;
  }

  async run(knownTypes: readonly string[]): Promise<SftpSession> {
    const { signal } = this.#options;
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    const onAbort = () => this.#fail(new AppError('CANCELLED'));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      // An abort before the listener was there told nobody.
      throwIfCancelled(signal);
      this.#startDeadline();
      await Promise.race([failed, this.#login(knownTypes)]);
      this.#reach('login', 'sftp', `Logged in as ${this.#target.username}.`);
      const sftp = await Promise.race([failed, this.#openSftp()]);
      return this.#toSession(sftp);
    } catch (error) {
      // A late error event of a connection that is given up has no one to tell.
      this.#client.on('error', () => {});
      this.#client.destroy();
      this.#socket.destroy();
      throw connectError(error, this.#failure());
    } finally {
      this.#settled = true;
      clearTimeout(this.#deadline);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #login(knownTypes: readonly string[]): Promise<void> {
    const { host, port, username } = this.#target;
    const client = this.#client;
    const ready = new Promise<void>((resolve) => client.once('ready', resolve));
    client.on('error', (error) => this.#fail(error));
    client.on('close', () => this.#fail(undefined));
    // Node emits no lookup for what is an address already.
    if (net.isIP(host)) this.#reach('resolve', 'connect', `${host} is an address.`);
    this.#socket.once('lookup', (error, address) => {
      if (!error) this.#reach('resolve', 'connect', `${host} is ${address}.`);
    });
    this.#socket.once('connect', () =>
      this.#reach('connect', 'handshake', `Port ${port} answers.`),
    );
    this.#socket.setNoDelay(true);
    client.connect({
      sock: this.#socket.connect({
        host,
        port,
        autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
      }),
      username,
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_INTERVAL_MS,
      keepaliveCountMax: KEEPALIVE_MAX_UNANSWERED,
      // ssh2's defaults hold no weak key exchange or cipher. What is sent is compressed already.
      algorithms: { serverHostKey: hostKeyAlgorithms(knownTypes), compress: ['none'] },
      hostVerifier: (blob: Buffer, answer: (accepted: boolean) => void) => {
        void this.#verify(blob).then(answer);
      },
      authHandler: this.#keyOnly(),
    });
    return ready;
  }

  /** Never rejects: a refusal fails the attempt with its own error. */
  async #verify(blob: Buffer): Promise<boolean> {
    const { host, port } = this.#target;
    // Servers renew the session keys now and then and show their host key again.
    if (this.#hostKey) return this.#hostKey.base64 === blob.toString('base64');
    clearTimeout(this.#deadline);
    try {
      const key = presentHostKey(host, port, blob);
      await this.#options.verifyHostKey(key);
      if (this.#settled) return false;
      this.#hostKey = key;
      this.#reach('host-key', 'login', `${key.type} ${key.sha256}`);
      this.#startDeadline();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Offers the key once, then gives up; remembers when the server wants more than the key. */
  #keyOnly(): (
    methods: readonly string[] | null,
    partial: boolean | null,
  ) => { type: 'publickey'; username: string; key: ParsedKey } | false {
    let offered = false;
    return (methods, partial) => {
      if (offered) {
        if (partial) this.#furtherMethods = methods?.join(', ');
        return false;
      }
      offered = true;
      return {
        type: 'publickey',
        username: this.#target.username,
        key: this.#identity.signer,
      };
    };
  }

  #openSftp(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.#client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
    });
  }

  #toSession(sftp: SFTPWrapper): SftpSession {
    const { host, port, username } = this.#target;
    const { type = '', sha256 = '' } = this.#hostKey ?? {};
    const identitySha256 = this.#identity.publicHalf.sha256;
    const facts = { host, port, username, hostKey: { type, sha256 }, identitySha256 };
    return new SftpSession(this.#client, sftp, facts);
  }

  #reach(done: ConnectStage | 'host-key', next: ConnectStage, detail: string): void {
    this.#stage = next;
    this.#options.onStage?.(done, detail);
  }

  #startDeadline(): void {
    this.#deadline = setTimeout(
      () => this.#fail(timedOut(this.#failure(), READY_TIMEOUT_MS)),
      READY_TIMEOUT_MS,
    );
  }

  #failure() {
    const { host, port, username } = this.#target;
    return {
      stage: this.#stage,
      host,
      port,
      username,
      keySha256: this.#identity.publicHalf.sha256,
      elapsedMs: Date.now() - this.#startedAt,
      heardFromServer: this.#socket.bytesRead > 0,
      ...(this.#furtherMethods && { furtherMethods: this.#furtherMethods }),
    };
  }
}
