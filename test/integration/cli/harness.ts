/**
 * Runs the built CLI as a child process, in a folder and a profile of its own. The child gets a bare
 * environment: no keychain, no user's configuration.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** From the project's folder, where tests and harnesses run. */
const root = resolve('.');
const cliPath = join(root, 'dist/main/cli.js');

/** For `beforeAll`: makes dist/ what the sources say. Quick when it is. */
export function buildCli(): void {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'pipe' });
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user: root reads every file. */
  readonly uid?: number;
}

/** A child that runs while the test does something to it. */
export interface Running {
  readonly child: ChildProcess;
  readonly result: Promise<RunResult>;
  readonly stderr: () => string;
}

export interface JsonFailure {
  readonly ok: false;
  readonly error: { code: string; params: Record<string, unknown>; text: string; next: string };
}

export class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), 'sealift-cli-'));
  readonly home = join(this.dir, 'profile');

  path(name: string): string {
    return join(this.dir, name);
  }

  async file(name: string, content: string | Buffer, mode = 0o600): Promise<string> {
    await writeFile(this.path(name), content);
    await chmod(this.path(name), mode);
    return this.path(name);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** What lies in a folder of the bench; nothing when it is not there. */
  list(name = '.'): string[] {
    return existsSync(this.path(name)) ? readdirSync(this.path(name)).sort() : [];
  }

  /** How the CLI is started here, for a test that starts it in another way. */
  command(args: readonly string[]): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.dir,
      TMPDIR: this.path('tmp'),
      SEALIFT_HOME: this.home,
    };
    return { command: process.execPath, args: [cliPath, ...args], env };
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    const { command, args: all, env } = this.command(args);
    const child = spawn(command, all, {
      cwd: this.dir,
      env: { ...env, ...options.env },
      stdio: 'pipe',
      ...(options.uid !== undefined && { uid: options.uid }),
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    const result = new Promise<RunResult>((done) => {
      child.once('close', (code) => {
        done({ code, stdout: Buffer.concat(stdout).toString(), stderr });
      });
    });
    return { child, result, stderr: () => stderr };
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    await mkdir(this.path('tmp'), { recursive: true });
    const { child, result } = this.start(args, options);
    child.stdin?.end(options.input ?? '');
    return result;
  }

  /** Runs with `--json`; the last line of stdout, parsed. */
  async json<T = Record<string, unknown>>(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<{ code: number | null; stderr: string; result: T }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], options);
    const line = stdout.trimEnd().split('\n').at(-1) ?? '';
    return { code, stderr, result: JSON.parse(line) as T };
  }

  dispose(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }
}

/** Waits for something that another process does. */
export async function until(what: string, isSo: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A key set made by GnuPG, in the bench's folder: `public.asc`, `private.asc`. */
export class GpgKeys {
  readonly #home: string;
  readonly #bench: Bench;

  private constructor(bench: Bench, home: string) {
    this.#bench = bench;
    this.#home = home;
  }

  static async make(bench: Bench): Promise<GpgKeys> {
    const home = bench.path('gnupg');
    await mkdir(home, { mode: 0o700 });
    return new GpgKeys(bench, home);
  }

  gpg(args: readonly string[], input?: Buffer): Buffer {
    const batch = ['--homedir', this.#home, '--batch', '--quiet', '--no-tty', '--yes'];
    return execFileSync('gpg', [...batch, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Makes a key without passphrase and writes its public half; answers the fingerprint. */
  async addKey(email: string, usage: 'encrypt' | 'sign-only', passphrase = ''): Promise<string> {
    const secret = ['--pinentry-mode', 'loopback', '--passphrase', passphrase];
    this.gpg([...secret, '--quick-gen-key', `Test <${email}>`, 'ed25519', 'sign', 'never']);
    const listing = this.gpg(['--list-keys', '--with-colons', email]).toString();
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
    if (usage === 'encrypt') {
      this.gpg([...secret, '--quick-add-key', fingerprint, 'cv25519', 'encr', 'never']);
    }
    await this.#bench.file(`${email}.public.asc`, this.gpg(['--armor', '--export', fingerprint]));
    const exported = this.gpg([...secret, '--armor', '--export-secret-keys', fingerprint]);
    await this.#bench.file(`${email}.private.asc`, exported);
    return fingerprint;
  }

  /** Ends the agent that gpg started for this home. */
  stop(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
  }
}

/** Runs the CLI on a terminal (a pty made by script(1)) and types each answer the moment its question appears. */
export function onTerminal(
  bench: Bench,
  args: readonly string[],
  answers: readonly (readonly [question: string, typed: string])[],
): Promise<{ code: number | null; screen: string }> {
  const { command, args: all, env } = bench.command(args);
  const line = [command, ...all].map((word) => `'${word}'`).join(' ');
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: bench.dir, env });
  const waiting = [...answers];
  let screen = '';
  terminal.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const [next] = waiting;
    if (!next || !screen.includes(next[0])) return;
    terminal.stdin.write(next[1]);
    waiting.shift();
  });
  return new Promise((resolve) => {
    terminal.once('close', (code) => {
      resolve({ code, screen });
    });
  });
}
