/**
 * Starts a real OpenSSH sshd for a test: own host keys, own port on loopback, own folder, and one
 * account that may log in with the key it makes. Run as root it serves `nobody`, so that permissions
 * count; run by a user it serves that user.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshdOptions {
  /** Default: `['ed25519']`. */
  readonly hostKeyTypes?: readonly HostKeyType[];
  /** Private host key files of an earlier server, in place of new ones. */
  readonly hostKeyFiles?: readonly string[];
  /** Arguments of internal-sftp, `-P stat,lstat` for instance; `false`: no SFTP at all. */
  readonly sftp?: string | false;
  /** Further lines of sshd_config; they stand first, so they win. */
  readonly config?: readonly string[];
  /** Further lines of authorized_keys. */
  readonly authorizedKeys?: readonly string[];
}

export interface Sshd {
  readonly host: string;
  readonly port: number;
  /** Of the first host key, `SHA256:…`. */
  readonly hostKeySha256: string;
  /** Private host key files, in the order of `hostKeyTypes`. */
  readonly hostKeyFiles: readonly string[];
  readonly username: string;
  /** Private key (Ed25519, OpenSSH format, no passphrase) that may log in. */
  readonly identityPath: string;
  /** Where the login lands; belongs to the account. */
  readonly rootDir: string;
  /** For further files of the test; removed by `stop`. */
  readonly workDir: string;
  /** What sshd has said so far. */
  log(): string;
  /** Ends it and all its sessions with SIGKILL; its folder stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';
const READY_TIMEOUT_MS = 10_000;

/** Gives the path to the account that the server serves: tests that run as root make files as root. */
export function giveToAccount(file: string): void {
  if (process.getuid?.() === 0) chownSync(file, idOfNobody('-u'), idOfNobody('-g'));
}

/** Makes a key with ssh-keygen; answers the path of the private half. */
export function makeKeyFile(file: string, args: readonly string[] = ['-t', 'ed25519']): string {
  execFileSync('ssh-keygen', [
    '-q',
    '-f',
    file,
    ...args,
    ...(args.includes('-N') ? [] : ['-N', '']),
  ]);
  return file;
}

/** `SHA256:…` of a key file, as ssh-keygen prints it. */
export function fingerprintOf(file: string): string {
  return execFileSync('ssh-keygen', ['-l', '-f', file]).toString().split(' ')[1] ?? '';
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const isRoot = process.getuid?.() === 0;
  const workDir = mkdtempSync(path.join(os.tmpdir(), 'sealift-sshd-'));
  // The account's own user reads authorized_keys and the served folder.
  chmodSync(workDir, 0o755);
  const rootDir = path.join(workDir, 'root');
  mkdirSync(rootDir);
  giveToAccount(rootDir);
  // sshd refuses to run as root without its privilege separation folder.
  if (isRoot && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });

  const identityPath = makeKeyFile(path.join(workDir, 'identity'));
  const hostKeyFiles =
    options.hostKeyFiles ??
    (options.hostKeyTypes ?? ['ed25519']).map((type) =>
      makeKeyFile(path.join(workDir, `host_${type}`), ['-t', type]),
    );
  const authorized = [readFileSync(`${identityPath}.pub`, 'utf8').trim()];
  await writeFile(
    path.join(workDir, 'authorized_keys'),
    `${[...authorized, ...(options.authorizedKeys ?? [])].join('\n')}\n`,
  );
  const port = await freePort();
  const configFile = path.join(workDir, 'sshd_config');
  await writeFile(configFile, configText({ port, workDir, rootDir, hostKeyFiles, options }));

  let log = '';
  const start = async (): Promise<ChildProcess> => {
    const daemon = spawn(SSHD, ['-D', '-e', '-f', configFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const startsAt = log.length;
    daemon.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    try {
      await waitUntilListening(daemon, () => log.slice(startsAt));
      return daemon;
    } catch (error) {
      await endProcess(daemon);
      throw error;
    }
  };
  let child = await start().catch(async (error: unknown) => {
    await rm(workDir, { recursive: true, force: true });
    throw error;
  });
  return {
    host: '127.0.0.1',
    port,
    hostKeySha256: fingerprintOf(`${hostKeyFiles[0] ?? ''}.pub`),
    hostKeyFiles,
    username: isRoot ? 'nobody' : os.userInfo().username,
    identityPath,
    rootDir,
    workDir,
    log: () => log,
    kill: async () => {
      // The sessions are processes of their own, and outlive the daemon.
      const sessions = descendantsOf(child.pid ?? 0);
      await endProcess(child, 'SIGKILL');
      for (const pid of sessions) killIfThere(pid);
    },
    restart: async () => {
      child = await start();
    },
    stop: async () => {
      await endProcess(child);
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

function configText(parts: {
  port: number;
  workDir: string;
  rootDir: string;
  hostKeyFiles: readonly string[];
  options: SshdOptions;
}): string {
  const { port, workDir, rootDir, hostKeyFiles, options } = parts;
  const sftp = `Subsystem sftp internal-sftp -d ${rootDir} ${options.sftp === false ? '' : (options.sftp ?? '')}`;
  return [
    ...(options.config ?? []),
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `PidFile ${workDir}/sshd.pid`,
    ...hostKeyFiles.map((file) => `HostKey ${file}`),
    `AuthorizedKeysFile ${workDir}/authorized_keys`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitUserRC no',
    'LogLevel VERBOSE',
    ...(options.sftp === false ? [] : [sftp]),
    '',
  ].join('\n');
}

async function waitUntilListening(child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!log().includes('Server listening')) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`);
    if (Date.now() > deadline) throw new Error(`sshd is not ready: ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Its children, their children, and so on, by what the kernel tells of parents. */
function descendantsOf(pid: number): number[] {
  const line = execFileSync('ps', ['-e', '-o', 'pid=,ppid=']).toString();
  const pairs = line.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const found = [pid];
  // Grows while it is walked.
  for (const parent of found) {
    found.push(...pairs.filter(([, of]) => of === parent).map(([child = 0]) => child));
  }
  return found.slice(1);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody']).toString());
}
