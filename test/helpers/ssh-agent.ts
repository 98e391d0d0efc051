/** Starts a real ssh-agent for a test, with keys in it. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface SshAgent {
  /** As SSH_AUTH_SOCK names it. */
  readonly socket: string;
  add(keyFile: string): void;
  /** Runs ssh-add with these arguments, `-D` for instance. */
  sshAdd(...args: readonly string[]): void;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 10_000;

export async function startSshAgent(keyFiles: readonly string[] = []): Promise<SshAgent> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-agent-'));
  const socket = path.join(folder, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('no ssh-agent');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const sshAdd = (...args: readonly string[]) => {
    execFileSync('ssh-add', ['-q', ...args], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  };
  const add = (file: string) => sshAdd(file);
  keyFiles.forEach(add);
  return {
    socket,
    add,
    sshAdd,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
