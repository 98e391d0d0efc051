/**
 * Practice: the bundled server beside the app, with an account, a key set, a connection and an SDS tenant made for it, so that
 * a newcomer can send at once and open vaults. Talks to the server as to a stranger, over its console API; how its process is started
 * is handed in.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PracticeState } from '../../shared/contract/api.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import type { ServerReady } from '../../shared/domain/import.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import { ConsoleClient } from '../console/client.ts';
import type { ConnectionStore } from '../delivery/connection-store.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SecretStore } from '../keys/secrets.ts';
import type { SshKeyStore } from '../delivery/ssh-key-store.ts';
import type { Sds } from '../sds/sds.ts';

/** Where the practice server's Key IDs belong, as shown beside a key set. */
const PRACTICE_PLATFORM = 'Practice server';
const MASTER_KEY = 'practice/master-key';
const PRACTICE_EMAIL = 'you@practice.example';

/** A server process as the shell starts it. */
export interface ServerProcess {
  /** The ready line; rejects when the process ends before it, or says nothing for too long. */
  readonly ready: Promise<ServerReady>;
  readonly ended: Promise<void>;
  stop(): void;
}

export interface PracticeOptions {
  readonly profileDir: string;
  readonly startServer: (
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => ServerProcess;
  readonly secrets: () => Promise<SecretStore>;
  readonly keys: KeyStore;
  readonly sshKeys: SshKeyStore;
  readonly connections: ConnectionStore;
  readonly sds: Pick<Sds, 'tenants' | 'saveTenant'>;
  readonly onChange: (state: PracticeState) => void;
  readonly describeFault: (fault: unknown) => ErrorView;
}

interface Running {
  readonly process: ServerProcess;
  readonly console: ConsoleClient;
  readonly account: string;
}

export class Practice {
  readonly #options: PracticeOptions;
  #state: PracticeState = { state: 'stopped' };
  #starting: Promise<PracticeState> | undefined;
  #running: Running | undefined;

  constructor(options: PracticeOptions) {
    this.#options = options;
  }

  get state(): PracticeState {
    return this.#state;
  }

  /** Starts the server, or joins a start under way. The answer says `failed` with the reason when it did not. */
  start(): Promise<PracticeState> {
    if (this.#running !== undefined) return Promise.resolve(this.#state);
    this.#starting ??= this.#startOnce().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async stop(): Promise<PracticeState> {
    const running = this.#running;
    running?.process.stop();
    await running?.process.ended;
    return this.#state;
  }

  /** @throws AppError PRACTICE_NOT_RUNNING */
  get console(): { client: ConsoleClient; account: string } {
    if (this.#running === undefined) throw new AppError('PRACTICE_NOT_RUNNING');
    return { client: this.#running.console, account: this.#running.account };
  }

  async #startOnce(): Promise<PracticeState> {
    this.#set({ state: 'starting' });
    let process: ServerProcess | undefined;
    try {
      process = this.#options.startServer(['--data', join(this.#options.profileDir, 'practice')], {
        SEALIFT_MASTER_KEY: await this.#masterKey(),
      });
      return await this.#furnish(process, await process.ready);
    } catch (fault) {
      process?.stop();
      const { describeFault } = this.#options;
      const error = fault instanceof AppError ? fault.toView() : describeFault(fault);
      return this.#set({ state: 'failed', error });
    }
  }

  /** Makes what a sender needs, where it is not there from an earlier run. */
  async #furnish(process: ServerProcess, ready: ServerReady): Promise<PracticeState> {
    const { adminToken, sds } = await readCredentials(ready.credentialsFile);
    await this.#tenant(ready.http, sds);
    const console = new ConsoleClient({ url: ready.http, adminToken });
    const connection = await this.#connection(console, ready, adminToken);
    const { fingerprint, keyId } = await this.#keySet(console, ready.account);
    this.#running = { process, console, account: ready.account };
    void process.ended.then(() => {
      this.#running = undefined;
      this.#set({ state: 'stopped', connectionId: connection.id, fingerprint, keyId });
    });
    return this.#set({
      state: 'running',
      connectionId: connection.id,
      fingerprint,
      keyId,
      account: ready.account,
      httpUrl: ready.http,
      sftpAddress: `${ready.sftp.host}:${String(ready.sftp.port)}`,
    });
  }

  /** The port changes with each start; the host key is known from the server's own ready line, and pinned. */
  async #connection(
    console: ConsoleClient,
    ready: ServerReady,
    adminToken: string,
  ): Promise<Connection> {
    const { connections } = this.#options;
    const before = (await connections.list()).find(
      (one) => one.practice && one.username === ready.account,
    );
    const saved = await connections.save({
      ...(before === undefined ? {} : { id: before.id }),
      name: PRACTICE_PLATFORM,
      host: ready.sftp.host,
      port: ready.sftp.port,
      username: ready.account,
      directory: '',
      identity: before === undefined ? await this.#newIdentity(console, ready) : { kind: 'keep' },
      console: { url: ready.http, account: ready.account, adminToken },
      practice: true,
    });
    await connections.forgetHostKey(saved.id);
    const hostKey = { type: 'ssh-ed25519', sha256: ready.sftp.hostKeySha256 };
    return connections.pinHostKey(saved.id, hostKey);
  }

  /** The address changes with each start, too, and the secret is given anew for it. */
  async #tenant(url: string, { tenant, clientId, clientSecret }: SdsCredentials): Promise<void> {
    const { sds } = this.#options;
    const before = (await sds.tenants.list()).find((one) => one.practice);
    const draft = { name: PRACTICE_PLATFORM, url, tenant, clientId, clientSecret, practice: true };
    await sds.saveTenant(before === undefined ? draft : { ...draft, id: before.id });
  }

  async #newIdentity(console: ConsoleClient, ready: ServerReady) {
    const { sha256, publicLine } = await this.#options.sshKeys.make('sealift-practice');
    await console.addSshKey(ready.account, { name: 'Sealift', publicKey: publicLine });
    return { kind: 'stored', sha256 } as const;
  }

  async #keySet(console: ConsoleClient, account: string) {
    const { keys } = this.#options;
    const known = new Set((await console.listPgpKeys(account)).map(({ keyId }) => keyId));
    for (const { fingerprint, registrations } of await keys.list()) {
      const registration = registrations.find(({ keyId }) => known.has(keyId));
      if (registration !== undefined) return { fingerprint, keyId: registration.keyId };
    }
    const made = await console.generatePgpKey(account, { name: 'Practice', email: PRACTICE_EMAIL });
    const [keySet] = await keys.add({
      bytes: Buffer.from(made.privateKey),
      passphrase: made.passphrase,
    });
    if (keySet === undefined) throw new AppError('CONSOLE_BAD_ANSWER', { detail: 'no key' });
    const { fingerprint } = keySet;
    await keys.setRegistration(fingerprint, {
      keyId: made.keyId,
      platform: PRACTICE_PLATFORM,
      registeredAt: new Date().toISOString(),
    });
    return { fingerprint, keyId: made.keyId };
  }

  async #masterKey(): Promise<string> {
    const secrets = await this.#options.secrets();
    const kept = await secrets.get(MASTER_KEY);
    if (kept !== undefined) return kept;
    const made = randomBytes(32).toString('base64');
    await secrets.set(MASTER_KEY, made);
    return made;
  }

  #set(state: PracticeState): PracticeState {
    this.#state = state;
    this.#options.onChange(state);
    return state;
  }
}

const credentials = z.object({
  adminToken: z.string().min(1),
  sds: z.object({
    tenant: z.string().min(1),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
  }),
});
type SdsCredentials = z.output<typeof credentials>['sds'];

async function readCredentials(file: string): Promise<z.output<typeof credentials>> {
  return credentials.parse(JSON.parse(await readFile(file, 'utf8')));
}
