/** Does to a delivery that runs what its trial says, and undoes it when the program has ended. */
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../helpers/random.ts';
import type { SmallDisk } from '../helpers/tmpfs.ts';
import type { Running } from '../integration/cli/harness.ts';
import type { DropOff } from './drop-off.ts';
import type { Trial } from './plan.ts';

const KIB = 1024;
const LOOK_EVERY_MS = 3;
/** Bytes in 1 % of such chunks are flipped. */
const CHUNK_BYTES = 64 * KIB;
const SPOILED_OF_100 = 1;
const SLOW_BYTES_PER_SECOND = 64 * KIB;
const HOUR_MS = 3_600_000;
const STEPS_MS = [1, 24, 24 * 365].flatMap((hours) => [hours * HOUR_MS, -hours * HOUR_MS]);

export interface Stage {
  readonly dropOff: DropOff;
  /** Of the sender's profile. */
  readonly disk: SmallDisk | undefined;
  /** See clock-step.mjs. */
  readonly clockFile: string;
  /** What the line carries in a second when nothing ails it. */
  readonly bytesPerSecond: number;
  readonly longStallMs: number;
  /** That an undisturbed delivery sends. */
  readonly usualBytes: number;
}

export class Injection {
  /** The fault came while the program ran. */
  isHit = false;
  readonly #trial: Trial;
  readonly #stage: Stage;
  readonly #running: Running;
  readonly #ended = new AbortController();
  /** What went wrong with the fault itself, if anything. */
  readonly #work: Promise<unknown>;
  readonly #startBytes: number;

  /** Begins at once. */
  constructor(trial: Trial, stage: Stage, running: Running) {
    this.#trial = trial;
    this.#stage = stage;
    this.#running = running;
    const { proxy } = stage.dropOff;
    this.#startBytes = proxy.bytesTo;
    proxy.bytesPerSecond = stage.bytesPerSecond;
    if (trial.fault === 'flipped bytes') proxy.onPiece = this.#spoiler();
    this.#work = this.#run().catch((error: unknown) => error);
  }

  /** The program has ended: the fault is over. @returns what the harness saw that must not be */
  async end(): Promise<string[]> {
    this.#ended.abort();
    const failure = await this.#work;
    const { dropOff, disk, clockFile } = this.#stage;
    dropOff.proxy.thaw();
    dropOff.proxy.onPiece = undefined;
    dropOff.proxy.bytesPerSecond = this.#stage.bytesPerSecond;
    disk?.free();
    dropOff.disk?.free();
    // Where the clock was put right meanwhile, and where it was not.
    if (this.#trial.dice.next(2) === 0) writeFileSync(clockFile, '0');
    const hadEnded = await dropOff.ensureUp();
    if (failure !== undefined) throw new Error('the fault could not be made', { cause: failure });
    return hadEnded ? ['the server had ended by itself'] : [];
  }

  async #run(): Promise<void> {
    if (this.#trial.fault === 'none' || !(await this.#momentHasCome())) return;
    this.isHit = true;
    await this.#strike();
  }

  /** @returns false when the program ended before */
  async #momentHasCome(): Promise<boolean> {
    const { moment } = this.#trial;
    if ('afterMs' in moment) return this.#while(moment.afterMs);
    const { proxy } = this.#stage.dropOff;
    const until = this.#startBytes + moment.share * this.#stage.usualBytes;
    while (proxy.bytesTo < until) {
      if (!(await this.#while(LOOK_EVERY_MS))) return false;
    }
    return this.#while(moment.thenMs);
  }

  async #strike(): Promise<void> {
    const { dropOff, disk, clockFile } = this.#stage;
    const { proxy } = dropOff;
    const { fault, dice } = this.#trial;
    switch (fault) {
      case 'none':
        return;
      case 'flipped bytes':
        // What flips them waits for `isHit`.
        return;
      case 'app killed':
        this.#running.child.kill('SIGKILL');
        return;
      case 'server killed':
        await dropOff.kill();
        await wait(dice.next(1_500));
        await dropOff.ensureUp();
        return;
      case 'line cut':
        proxy.cut(dice.pick(['end', 'reset']));
        return;
      case 'line stalls':
        proxy.freeze();
        await this.#while(dice.pick([1_000, 4_000, this.#stage.longStallMs]));
        proxy.thaw();
        return;
      case 'slow line':
        proxy.bytesPerSecond = SLOW_BYTES_PER_SECOND;
        await this.#while(1_000 + dice.next(4_000));
        proxy.bytesPerSecond = this.#stage.bytesPerSecond;
        return;
      case 'disk full here':
        disk?.fill(dice.pick([0, dice.next(this.#stage.usualBytes)]));
        return;
      case 'disk full there':
        dropOff.disk?.fill(dice.pick([0, 16, 128]) * KIB);
        await this.#while(1_000 + dice.next(6_000));
        dropOff.disk?.free();
        return;
      case 'clock step':
        writeFileSync(clockFile, String(dice.pick(STEPS_MS)));
    }
  }

  /** Flips one byte at the trial's moment, and others at random. */
  #spoiler(): (piece: Buffer, direction: 'to' | 'from') => void {
    const { dice } = this.#trial;
    const first = dice.pick(['to', 'to', 'to', 'from'] as const);
    let hasFlipped = false;
    let bytes = 0;
    return (piece, direction) => {
      if (this.isHit && !hasFlipped && direction === first) {
        hasFlipped = true;
        flip(piece, dice);
      }
      if (direction !== 'to') return;
      const chunks =
        Math.floor((bytes + piece.length) / CHUNK_BYTES) - Math.floor(bytes / CHUNK_BYTES);
      bytes += piece.length;
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        if (dice.next(100) < SPOILED_OF_100) flip(piece, dice);
      }
    };
  }

  /** @returns false when the program ended before that time was over */
  async #while(ms: number): Promise<boolean> {
    const { signal } = this.#ended;
    if (signal.aborted) return false;
    return wait(ms, true, { signal }).catch(() => false);
  }
}

function flip(piece: Buffer, dice: Random): void {
  const at = dice.next(piece.length);
  piece[at] = (piece[at] ?? 0) ^ (1 << dice.next(8));
}
