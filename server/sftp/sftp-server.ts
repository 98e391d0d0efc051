/** The SSH listener: public-key login by account id, SFTP and nothing else. */
import type { AddressInfo } from 'node:net';
import { realpath } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { Algorithms, AuthContext, Connection, PublicKeyAuthContext, SFTPWrapper } from 'ssh2';
import { accountFolder } from '../folders.ts';
import type { Folders } from '../folders.ts';
import { errorFields, log } from '../log.ts';
import type { Store } from '../store/index.ts';
import { AccountFiles } from './account-files.ts';
import type { OpenWrites } from './account-files.ts';
import { socketOf } from './backlog.ts';
import { verifierOf } from './public-key.ts';
import { SftpSession } from './session.ts';

const MAX_CONNECTIONS = 100;
const MAX_LOGIN_ATTEMPTS = 20;
/** Sessions at a time on one connection: clients open one, some a second for listings. */
const MAX_CHANNELS = 10;
const LOGIN_MS = 30_000;
const IDLE_MS = 10 * 60_000;
/** How long a client that is sent away may take to read what is still on its way. */
const FAREWELL_MS = 2000;

/**
 * AES only: without its native add-on ssh2 computes ChaCha20-Poly1305 in JavaScript, several times
 * slower, and clients would choose it first.
 */
const ALGORITHMS: Algorithms = {
  cipher: [
    'aes256-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-ctr',
  ],
  hmac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
  ],
};

export interface SftpServerOptions {
  readonly host: string;
  readonly port: number;
  /** OpenSSH private key. */
  readonly hostKey: string;
  readonly store: Store;
  readonly folders: Folders;
  readonly maxFileBytes: number;
  /** A file was completed, by CLOSE or RENAME. */
  readonly onComplete: (accountId: string, path: string) => Promise<void>;
}

export interface SftpServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const connections = new Set<ClientConnection>();
  const openWrites: OpenWrites = new Map();
  const server = new ssh2.Server(
    { hostKeys: [options.hostKey], ident: 'Sealift', algorithms: ALGORITHMS },
    (client) => {
      // Answers are small: each would wait for the client to confirm the one before it.
      (client as WithNoDelay).setNoDelay(true);
      const connection = new ClientConnection(client, options, openWrites);
      connections.add(connection);
      client.on('close', () => connections.delete(connection));
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      server.on('error', (error: unknown) => log.warn('sftp.listener-error', errorFields(error)));
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.disconnect();
      await closed;
      await Promise.all([...connections].map((connection) => connection.ended));
    },
  };
}

/** What ssh2's connections can do and its types do not tell. */
type WithNoDelay = Connection & { setNoDelay(isSet: boolean): void };

class ClientConnection {
  /** Resolves when the connection is gone and its files are closed. */
  readonly ended: Promise<void>;
  readonly #client: Connection;
  readonly #options: SftpServerOptions;
  readonly #openWrites: OpenWrites;
  readonly #sessions = new Set<SftpSession>();
  #timer: NodeJS.Timeout;
  #attempts = 0;
  #channels = 0;
  #accountId = '';
  #folder = '';

  constructor(client: Connection, options: SftpServerOptions, openWrites: OpenWrites) {
    this.#client = client;
    this.#options = options;
    this.#openWrites = openWrites;
    this.#timer = setTimeout(() => this.disconnect(), LOGIN_MS);
    this.ended = new Promise((resolve) => {
      client.on('close', () => {
        clearTimeout(this.#timer);
        void Promise.all([...this.#sessions].map((session) => session.abandon())).then(() =>
          resolve(),
        );
      });
    });
    // Garbage, broken connections and failed handshakes all end here: nothing to do but go on.
    client.on('error', (error: unknown) => {
      log.info('sftp.client-error', { detail: error instanceof Error ? error.message : undefined });
    });
    client.on('authentication', (context) => {
      this.#authenticate(context).catch((error: unknown) => {
        log.error('sftp.login-failed', errorFields(error));
        context.reject(['publickey']);
      });
    });
    client.on('ready', () => this.#onReady());
  }

  disconnect(): void {
    this.#client.end();
    // A client that reads nothing would keep the connection, and what waits for it, for ever.
    setTimeout(() => socketOf(this.#client).destroy(), FAREWELL_MS).unref();
  }

  async #authenticate(context: AuthContext): Promise<void> {
    this.#attempts += 1;
    if (this.#attempts > MAX_LOGIN_ATTEMPTS) {
      this.disconnect();
      return;
    }
    if (context.method !== 'publickey' || !(await this.#isAllowed(context))) {
      context.reject(['publickey']);
      return;
    }
    this.#accountId = context.username;
    // Made ready here: once a session is accepted its requests may come in the same breath.
    this.#folder = await realpath(await accountFolder(this.#options.folders, context.username));
    context.accept();
  }

  async #isAllowed(context: PublicKeyAuthContext): Promise<boolean> {
    const blob = context.key.data.toString('base64');
    if (!(await this.#options.store.accounts.hasSshKey(context.username, blob))) return false;
    // Without a signature the client only asks whether this key would do.
    if (!context.signature || !context.blob) return context.signature === undefined;
    const type = context.key.algo.startsWith('rsa-sha2-') ? 'ssh-rsa' : context.key.algo;
    const verifier = verifierOf(type, blob);
    return verifier?.verify(context.blob, context.signature, context.hashAlgo) === true;
  }

  #onReady(): void {
    log.info('sftp.login', { account: this.#accountId });
    this.#touch();
    this.#client.on('session', (accept, reject) => {
      if (this.#channels >= MAX_CHANNELS) {
        log.warn('sftp.too-many-sessions', { account: this.#accountId });
        reject();
        return;
      }
      this.#channels += 1;
      const channel = accept();
      let session: SftpSession | undefined;
      channel.on('sftp', (acceptSftp) => {
        session = this.#startSftp(acceptSftp());
      });
      channel.once('close', () => void this.#endChannel(session));
    });
  }

  #startSftp(sftp: SFTPWrapper): SftpSession {
    const accountId = this.#accountId;
    const { store, maxFileBytes, onComplete } = this.#options;
    const session = new SftpSession(sftp, {
      files: new AccountFiles(accountId, this.#folder, store.uploads, this.#openWrites),
      accountId,
      maxFileBytes,
      onComplete: (path) => onComplete(accountId, path),
      onActivity: () => this.#touch(),
      disconnect: () => this.disconnect(),
      unsentBytes: () => socketOf(this.#client).writableLength,
    });
    this.#sessions.add(session);
    return session;
  }

  /** The place is free again when the session's files are closed. */
  async #endChannel(session: SftpSession | undefined): Promise<void> {
    if (session) {
      await session.abandon();
      this.#sessions.delete(session);
    }
    this.#channels -= 1;
  }

  #touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.disconnect(), IDLE_MS);
  }
}
