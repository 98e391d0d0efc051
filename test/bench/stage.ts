/** What the benches of one run share: the data, keys that every peer knows, and the worker in the real Electron. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, statfsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDisplay } from '../e2e/harness/display.ts';
import type { Display } from '../e2e/harness/display.ts';
import { Peers } from '../interop/seal/peers.ts';
import { PASSPHRASE } from '../unit/keys/test-keys.ts';
import { BenchWorker } from './electron/bench-worker.ts';
import { timeCommand } from './command.ts';
import type { Timed } from './command.ts';
import { writeRows } from './rows.ts';

const MIB = 1024 * 1024;
const SHARED_MEMORY = '/dev/shm';
/** Data, two messages and what comes out of them. */
const SPACE_SHARE = 5;

export class Stage {
  readonly mib = Number(process.env['SEALIFT_BENCH_MIB'] ?? 1024);
  readonly rounds = Number(process.env['SEALIFT_BENCH_ROUNDS'] ?? 5);
  readonly folder: string;
  readonly peers: Peers;
  readonly worker: BenchWorker;
  readonly #display: Display;

  private constructor(peers: Peers, worker: BenchWorker, display: Display) {
    this.folder = makeFolder();
    this.peers = peers;
    this.worker = worker;
    this.#display = display;
  }

  static async set(): Promise<Stage> {
    const peers = await Peers.start();
    const display = await startDisplay();
    return new Stage(peers, await startWorker(display), display);
  }

  /** What is done in memory that nothing has been done in before. */
  async freshWorker<T>(work: (worker: BenchWorker) => Promise<T>): Promise<T> {
    const worker = await startWorker(this.#display);
    try {
      return await work(worker);
    } finally {
      await worker.stop();
    }
  }

  tell(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  /** The CSV, made when it is first asked for. */
  async data(): Promise<string> {
    const path = this.path('bench.csv');
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await writeRows(path, this.mib);
    return path;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** gpg with a home of its own, in which the keys are. */
  async gpg(...args: readonly string[]): Promise<Timed> {
    const common = ['--homedir', this.peers.folder, '--batch', '--yes', '--no-tty', '--quiet'];
    const secret = ['--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE];
    return timeCommand('gpg', [...common, ...secret, '--trust-model', 'always', ...args]);
  }

  async sizeOf(name: string): Promise<number> {
    return (await stat(this.path(name))).size;
  }

  async strike(): Promise<void> {
    await this.worker.stop();
    await this.#display.stop();
    await this.peers.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function startWorker(display: Display): Promise<BenchWorker> {
  // The builds of the bench lie side by side.
  const built = dirname(fileURLToPath(import.meta.url));
  const electron = process.env['SEALIFT_BENCH_ELECTRON'] ?? '';
  return BenchWorker.start(electron, built, display.name);
}

/** In memory where there is room, so that the disk is no part of the figures; SEALIFT_BENCH_DIR overrides. */
function makeFolder(): string {
  const given = process.env['SEALIFT_BENCH_DIR'];
  const wanted = SPACE_SHARE * Number(process.env['SEALIFT_BENCH_MIB'] ?? 1024) * MIB;
  const parent = given ?? (hasRoom(SHARED_MEMORY, wanted) ? SHARED_MEMORY : tmpdir());
  return mkdtempSync(join(parent, 'sealift-bench-'));
}

function hasRoom(folder: string, bytes: number): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > bytes;
  } catch {
    return false;
  }
}

/** First line of what a program says about its version. */
export function versionOf(command: string): string {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  } catch {
    return `${command} (unknown version)`;
  }
}
