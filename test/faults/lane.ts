/** One server with the sender that delivers to it, one delivery after the other, each with its fault. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SmallDisk } from '../helpers/tmpfs.ts';
import { Bench, GpgKeys } from '../integration/cli/harness.ts';
import { BundledDropOff } from './bundled-drop-off.ts';
import { makeData, MARKER } from './data.ts';
import type { DropOff } from './drop-off.ts';
import { Ending } from './ending.ts';
import { Injection } from './inject.ts';
import type { ServerName, Trial } from './plan.ts';
import { SshdDropOff } from './sshd-drop-off.ts';
import { User } from './user.ts';

/** A multiple of what all names and receipts of a long run take, with a sealed file. */
const PROFILE_MIB = 48;
/** After which chains of receipts are looked at: what may have torn one. */
const CHAIN_BREAKERS = ['app killed', 'disk full here'];
/** Sealed, a file of these rows is somewhat larger than a third of it in a part. */
const PARTS = 3.5;

export interface LaneOptions {
  readonly rows: number;
  readonly bytesPerSecond: number;
  /** The longest time for which a line stalls; the program takes it for broken after nearly a minute. */
  readonly longStallMs: number;
  readonly canMount: boolean;
}

export class Lane {
  readonly #bench: Bench;
  readonly #gpg: GpgKeys;
  readonly #dropOff: DropOff;
  readonly #disk: SmallDisk | undefined;
  readonly #user: User;
  readonly #options: LaneOptions;
  #usualBytes = 0;

  private constructor(
    parts: { bench: Bench; gpg: GpgKeys; dropOff: DropOff; disk: SmallDisk | undefined },
    options: LaneOptions,
  ) {
    this.#bench = parts.bench;
    this.#gpg = parts.gpg;
    this.#dropOff = parts.dropOff;
    this.#disk = parts.disk;
    this.#options = options;
    this.#user = new User(parts.bench, {
      NODE_OPTIONS: `--import=${resolve('test/faults/clock-step.mjs')}`,
      SEALIFT_CLOCK_FILE: this.#clockFile,
      SEALIFT_MASTER_PASSWORD_FILE: parts.bench.path('master-password'),
    });
  }

  static async open(server: ServerName, options: LaneOptions): Promise<Lane> {
    const bench = new Bench();
    for (const folder of ['profile', 'tmp']) mkdirSync(bench.path(folder), { mode: 0o700 });
    const disk = options.canMount ? SmallDisk.mount(bench.home, PROFILE_MIB) : undefined;
    await chmod(bench.home, 0o700);
    await bench.file('master-password', 'correct horse battery staple\n');
    const gpg = await GpgKeys.make(bench);
    const { canMount } = options;
    const dropOff =
      server === 'sshd'
        ? await SshdDropOff.start(gpg, canMount)
        : await BundledDropOff.start(bench, canMount);
    const lane = new Lane({ bench, gpg, dropOff, disk }, options);
    // Gives the profile its keys, so that receipts are chained from the first on.
    await lane.#user.run(['receipts', 'verify']);
    return lane;
  }

  async close(): Promise<void> {
    await this.#dropOff.stop();
    this.#gpg.stop();
    this.#disk?.unmount();
    await this.#bench.dispose();
  }

  async deliver(trial: Trial): Promise<Ending> {
    const delivery = `d${trial.number}`;
    const sourceName = `${delivery}.csv`;
    const { csv, notes } = makeData(delivery, this.#options.rows);
    await this.#bench.file(sourceName, csv);
    await writeFile(this.#clockFile, '0');
    await this.#dropOff.prepare(delivery);
    const { proxy } = this.#dropOff;
    proxy.delayMs = trial.isFar ? 20 : 0;
    const ending = new Ending(trial, {
      user: this.#user,
      dropOff: this.#dropOff,
      ...{ delivery, sourceName, notes },
      sendArgs: this.#sendArgs(trial, delivery, csv.length),
    });
    const { bytesTo: bytesBefore, connections: connectionsBefore } = proxy;
    const running = this.#user.start(ending.sendArgs);
    const injection = new Injection(trial, this.#stage, running);
    const first = await this.#user.told(running);
    const seen = await injection.end();
    if (trial.fault === 'none') this.#usualBytes = proxy.bytesTo - bytesBefore;
    ending.isHit = injection.isHit;
    ending.connections = proxy.connections - connectionsBefore;
    ending.seen.push(...seen);
    await ending.reach(first);
    await this.#judgeProfile(trial, ending);
    await rm(this.#bench.path(sourceName));
    return ending;
  }

  /** Looks at the chain once more. @returns what is wrong with it */
  async verifyReceipts(): Promise<string[]> {
    const { isOk, code, words } = await this.#user.run(['receipts', 'verify']);
    return isOk ? [] : [`receipts verify: ${code} ${words}`];
  }

  async #judgeProfile(trial: Trial, ending: Ending): Promise<void> {
    const kept = await this.#user.receiptsOf(ending.sourceName);
    if (ending.state !== 'not ended' && kept.length !== (ending.state === 'looked up' ? 0 : 1)) {
      ending.findings.push(`the profile keeps ${kept.length} receipts of it`);
    }
    for (const file of filesIn(this.#bench.home).concat(filesIn(this.#bench.path('tmp')))) {
      const name = file.slice(this.#bench.dir.length + 1);
      if (readFileSync(file).includes(MARKER)) ending.findings.push(`plain rows in ${name}`);
      const isUnfinished =
        /^(profile\/(spool|deliveries|cli-jobs)|tmp)\//.test(name) || /\.(tmp|new)$/.test(name);
      if (isUnfinished) ending.leftovers.push(name);
    }
    if (CHAIN_BREAKERS.includes(trial.fault)) {
      ending.findings.push(...(await this.verifyReceipts()));
    }
  }

  get #stage() {
    return {
      dropOff: this.#dropOff,
      disk: this.#disk,
      clockFile: this.#clockFile,
      bytesPerSecond: this.#options.bytesPerSecond,
      longStallMs: this.#options.longStallMs,
      usualBytes: this.#usualBytes,
    };
  }

  get #clockFile(): string {
    return this.#bench.path('clock');
  }

  #sendArgs({ inParts, retries, verify }: Trial, delivery: string, bytes: number): string[] {
    const limit = Math.round(bytes / PARTS);
    return [
      ...['send', `${delivery}.csv`, ...this.#dropOff.sendArgs(delivery), '--accept-new-host-key'],
      ...['--type', 'event', '--email', 'd@example.com', '--verify', verify],
      ...['--retries', String(retries), '--connect-timeout', '10', '--keep-alive', '5'],
      ...(inParts ? ['--max-sealed-bytes', String(limit)] : []),
    ];
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
