/**
 * The bundled server as a stranger meets it: its built entry in its own process, OpenSSH's sftp and
 * GnuPG as its customers, its console API over HTTP. Everything lives in one temporary folder.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ImportRecord, Mail, ServerReady } from '../../../shared/domain/import.ts';

/** From the project's folder, where tests and benches run. */
const ENTRY = resolve('dist/server/index.js');
const WAIT_MS = 30_000;

export interface StartOptions {
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
}

export interface MailWithText extends Mail {
  readonly text: string;
  readonly attachments: readonly { fileName: string; contentBase64: string }[];
}

interface KeySet {
  readonly keyId: string;
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly passphrase: string;
}

export function makeWorkFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'sealift-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs the entry to its end: for starts that are refused, and for --help. */
export function runServer(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise<{ code: number | null; output: string }>((done) => {
    child.once('close', (code) => done({ code, output }));
  });
}

export class TestServer {
  readonly ready: ServerReady;
  readonly adminToken: string;
  readonly child: ChildProcess;
  #log = '';

  private constructor(child: ChildProcess, ready: ServerReady) {
    this.child = child;
    this.ready = ready;
    const file = JSON.parse(readFileSync(ready.credentialsFile, 'utf8')) as { adminToken: string };
    this.adminToken = file.adminToken;
  }

  static async start({
    dataDir,
    args = [],
    env = {},
    nodeArgs = [],
  }: StartOptions = {}): Promise<TestServer> {
    if (!existsSync(ENTRY)) throw new Error('The server is not built yet: run "npm run build".');
    const data = dataDir === undefined ? [] : ['--data', dataDir];
    const child = spawn(process.execPath, [...nodeArgs, ENTRY, ...data, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const line = await new Promise<string>((done, fail) => {
      createInterface({ input: child.stdout }).once('line', done);
      child.once('exit', (code) => fail(new Error(`the server ended with ${code}: ${log}`)));
    });
    const server = new TestServer(child, JSON.parse(line) as ServerReady);
    server.#log = log;
    child.stderr.on('data', (chunk: Buffer) => (server.#log += chunk.toString()));
    return server;
  }

  /** What it wrote to stderr so far. */
  get log(): string {
    return this.#log;
  }

  /** @returns the exit code */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((done) => this.child.once('exit', done));
    this.child.kill(signal);
    return ended;
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.ready.http}/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.adminToken}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** A call that must succeed. `path` is within the first account, unless it names another place. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const full = path.startsWith('/') ? path : `/accounts/${this.ready.account}/${path}`;
    const response = await this.request(method, full, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${full}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  generateKey(): Promise<KeySet> {
    const generate = { name: 'Test', email: 't@example.com', type: 'curve25519' };
    return this.call('POST', 'pgp-keys', { generate });
  }

  imports(): Promise<{ items: ImportRecord[] }> {
    return this.call('GET', 'imports');
  }

  /** The import of this manifest, once it has a verdict. */
  async verdictOn(manifest: string): Promise<ImportRecord> {
    return waitFor(`a verdict on ${manifest}`, async () => {
      const { items } = await this.imports();
      return items.find((item) => item.manifest === manifest && item.finishedAt !== null);
    });
  }

  /** All mail to this address, oldest first, once there are this many. */
  async mailTo(to: string, count: number): Promise<MailWithText[]> {
    const items = await waitFor(`${count} mails to ${to}`, async () => {
      const list = await this.call<{ items: Mail[] }>('GET', `/mail?to=${encodeURIComponent(to)}`);
      return list.items.length >= count ? list.items : undefined;
    });
    const ids = items.map((mail) => mail.id).reverse();
    return Promise.all(ids.map((id) => this.call<MailWithText>('GET', `/mail/${id}`)));
  }
}

/** A customer: an SSH key, a GnuPG home, and a folder with files to send. */
export class Customer {
  readonly folder: string;
  readonly sshKey: string;
  readonly #gnupg: string;

  constructor(folder: string) {
    this.folder = folder;
    // GnuPG's agent puts its socket here: the path must stay short.
    this.#gnupg = mkdtempSync(join(tmpdir(), 'sl-gpg-'));
    this.sshKey = join(folder, 'id');
    mkdirSync(folder, { recursive: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', this.sshKey]);
  }

  get publicKey(): string {
    return readFileSync(`${this.sshKey}.pub`, 'utf8');
  }

  register(server: TestServer): Promise<unknown> {
    return server.call('POST', 'ssh-keys', { name: 'test', publicKey: this.publicKey });
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), content);
  }

  /** Writes `<name>.asc`, sealed by GnuPG, and a manifest for it. */
  prepare(
    name: string,
    content: string,
    key: KeySet,
    manifest: { name: string; type: 'event' | 'profile'; clientEmail: string; columns?: object },
  ): void {
    this.write(name, content);
    this.seal(name, key);
    const { name: manifestName, ...fields } = manifest;
    this.write(
      manifestName,
      JSON.stringify({ fileName: `${name}.asc`, keyId: key.keyId, ...fields }, null, 2),
    );
  }

  seal(name: string, key: KeySet, options: readonly string[] = []): void {
    this.#gpg(['--import'], key.publicKey);
    const recipient = ['--trust-model', 'always', '-r', key.fingerprint];
    this.#gpg([...options, '--yes', ...recipient, '-a', '-e', join(this.folder, name)]);
  }

  /** Opens an armored message with the key set's private key. */
  open(message: string, key: KeySet): string {
    // With `=`: one that begins with a dash would be taken for an option.
    const passphrase = ['--pinentry-mode', 'loopback', `--passphrase=${key.passphrase}`];
    this.#gpg([...passphrase, '--import'], key.privateKey);
    return this.#gpg([...passphrase, '-d'], message);
  }

  /** Runs a batch of sftp's commands. Rejects with its output when one of them fails. */
  async sftp(server: TestServer, commands: readonly string[], key = this.sshKey): Promise<string> {
    const { host, port } = server.ready.sftp;
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
    ];
    const child = spawn(
      'sftp',
      [
        ...['-b', '-', '-i', key, '-P', String(port)],
        ...options.flatMap((option) => ['-o', option]),
        `${server.ready.account}@${host}`,
      ],
      { cwd: this.folder },
    );
    child.stdin.end(`${commands.join('\n')}\n`);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) throw new Error(output);
    return output;
  }

  remove(): void {
    execFileSync('gpgconf', ['--homedir', this.#gnupg, '--kill', 'all']);
    rmSync(this.#gnupg, { recursive: true, force: true });
  }

  #gpg(args: readonly string[], input = ''): string {
    return execFileSync('gpg', ['--homedir', this.#gnupg, '--batch', '-q', ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}

export async function waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
