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
  stop(): Promise<void>;
}

const ENTRY = path.resolve(import.meta.dirname, '../../dist/server/index.js');

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
  const stop = async () => {
    await endProcess(child);
    await rm(ownDir, { recursive: true, force: true });
  };
  try {
    const ready = await readReadyLine(child);
    const credentials: unknown = JSON.parse(readFileSync(ready.credentialsFile, 'utf8'));
    const { adminToken } = credentials as { adminToken: string };
    return { ready, adminToken, pid: child.pid ?? 0, dataDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readReadyLine(child: ChildProcess): Promise<ServerReady> {
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve(JSON.parse(line) as ServerReady);
    });
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
