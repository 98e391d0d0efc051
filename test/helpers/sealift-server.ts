/** Starts the bundled server as its own process, as the app does: by the path of its built entry. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerReady } from '../../shared/domain/import.ts';

export interface SealiftServer {
  readonly ready: ServerReady;
  readonly adminToken: string;
  readonly pid: number;
  /** The server's folder; removed by `stop` unless it was given. */
  readonly dataDir: string;
  /** It has ended, by whatever. */
  readonly isOver: boolean;
  /** The end of its log. */
  log(): string;
  /** `stop` without a chance to tidy up: SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** From the project's folder, where tests and harnesses run. */
const ENTRY = path.resolve('dist/server/index.js');

/** @param args further arguments; `dataDir` survives `stop`, so that a restart can be tried */
export async function startSealiftServer(
  options: { dataDir?: string; args?: readonly string[] } = {},
): Promise<SealiftServer> {
  if (!existsSync(ENTRY)) throw new Error('The server is not built yet: run "npm run build".');
  // The server keeps its master key beside its data folder.
  const ownDir = mkdtempSync(path.join(os.tmpdir(), 'sealift-server-'));
  const dataDir = options.dataDir ?? path.join(ownDir, 'data');
  const ports = ['--http', '0', '--sftp', '0', '--smtp', '0'];
  const child = spawn(
    process.execPath,
    [ENTRY, ...ports, '--data', dataDir, ...(options.args ?? [])],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stop = async (signal?: NodeJS.Signals) => {
    await endProcess(child, signal);
    await rm(ownDir, { recursive: true, force: true });
  };
  const log = followLog(child);
  try {
    const ready = await readReadyLine(child, log);
    const credentials: unknown = JSON.parse(readFileSync(ready.credentialsFile, 'utf8'));
    const { adminToken } = credentials as { adminToken: string };
    return {
      ...{ ready, adminToken, pid: child.pid ?? 0, dataDir, log },
      get isOver() {
        return isOver(child);
      },
      kill: () => stop('SIGKILL'),
      stop: () => stop(),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function followLog(child: ChildProcess): () => string {
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000);
  });
  return () => log;
}

function readReadyLine(child: ChildProcess, log: () => string): Promise<ServerReady> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${log()}`)));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve(JSON.parse(line) as ServerReady);
    });
  });
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (isOver(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
