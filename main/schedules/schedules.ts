/**
 * The clock of a profile: runs schedules when their time or their files come, notes what was missed while nothing
 * ran, and lets wait what comes while the keys are locked. Knows no window, no worker and no command line: how a
 * file is delivered is handed in.
 */
import { join } from 'node:path';
import type { Receipt } from '../../shared/domain/job.ts';
import type { ScheduleNews, ScheduleRun } from '../../shared/domain/schedule.ts';
import { AppError } from '../../shared/errors/index.ts';
import { takeFileLock } from '../platform/file-lock.ts';
import type { Release } from '../platform/file-lock.ts';
import { BackOff } from './back-off.ts';
import { wasDelivered } from './delivered-before.ts';
import { namePattern } from './name-pattern.ts';
import { putAway, runFile } from './run-file.ts';
import type { FileHands } from './run-file.ts';
import type { ScheduleStore, StoredSchedule } from './schedule-store.ts';
import { timesBetween } from './times.ts';
import { dataFiles, StableFiles } from './watched-folder.ts';
import type { FileStamp } from './watched-folder.ts';

/** A moment that is seen later than this was missed: the machine slept, or Sealift did not run. */
const LATE_MS = 2 * 60 * 1000;
const TICK_MS = 1_000;
/** Older ones say nothing new. */
const MISSED_KEPT = 50;

export interface SchedulesOptions {
  readonly profileDir: string;
  readonly store: Pick<ScheduleStore, 'list' | 'get' | 'change'>;
  readonly handsOf: (schedule: StoredSchedule) => FileHands;
  readonly receipts: () => Promise<readonly Receipt[]>;
  readonly isLocked: () => Promise<boolean>;
  readonly onChange: (id: string) => void;
  readonly onNews: (news: ScheduleNews) => void;
  /** Faults of ours: logged, and told as INTERNAL. */
  readonly describeFault: (fault: unknown) => AppError;
  /** Of the file by which one process keeps the clock. Default: that of the profile's schedules. */
  readonly lockName?: string;
  readonly now?: () => Date;
  /** How long a file must have been the same. */
  readonly settleMs?: number;
}

export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #now: () => Date;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stable = new Map<string, StableFiles>();
  readonly #backOff = new BackOff();
  #release: Release | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** Keeps the clock from now on, as soon as no other process of the profile does. */
  start(): void {
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
    void this.tick();
  }

  /** False while another process of the profile keeps the clock. */
  get isClockHere(): boolean {
    return this.#release !== undefined;
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /** Looks at the clock and the folders once. Never rejects: what fails is told of as the run's end. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick()
      .catch((fault: unknown) => void this.#options.describeFault(fault))
      .finally(() => (this.#ticking = undefined));
    return this.#ticking;
  }

  /**
   * Runs a schedule now, whatever its clock says.
   * @returns how it ended; undefined when it runs already or waits for the keys
   * @throws AppError SCHEDULE_UNKNOWN
   */
  async run(id: string): Promise<ScheduleRun | undefined> {
    const schedule = await this.#options.store.get(id);
    if (this.#running.has(id)) return undefined;
    if (schedule.trigger.kind === 'watch') return this.#begin(schedule, await filesOf(schedule));
    return this.#begin(schedule, undefined);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#ticking || this.#running.size > 0) {
      await Promise.all([this.#ticking, ...this.#running.values()]);
    }
  }

  /** What runs is stopped and can go on later. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.idle();
    await this.#release?.();
    this.#release = undefined;
  }

  async #tick(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { profileDir, lockName = 'schedules-clock.lock' } = this.#options;
    this.#release ??= await takeFileLock(join(profileDir, lockName));
    if (!this.#release) return;
    for (const schedule of await this.#options.store.list()) {
      if (!schedule.isOn || this.#running.has(schedule.id)) continue;
      if (schedule.trigger.kind === 'watch') await this.#look(schedule);
      else await this.#consult(schedule);
    }
  }

  /** The clock of a schedule: what came is run, what came long ago was missed. */
  async #consult(schedule: StoredSchedule): Promise<void> {
    const { id, trigger, seenUntil, waitingSince } = schedule;
    if (trigger.kind !== 'cron') return;
    const now = this.#now();
    // A clock that was set back would bring the same moments again.
    const times = timesBetween(trigger, new Date(seenUntil), now);
    const last = times.at(-1);
    if (!last) {
      const mayBegin = waitingSince !== undefined && !(await this.#isStillLocked(schedule));
      if (mayBegin) void this.#begin(schedule, new Date(waitingSince));
      return;
    }
    const isDue = now.getTime() - last.getTime() <= LATE_MS;
    const missed = isDue ? times.slice(0, -1) : times;
    const noted = await this.#note(id, (before) => ({
      ...before,
      seenUntil: last.toISOString(),
      missed: [...before.missed, ...missed.map((time) => time.toISOString())].slice(-MISSED_KEPT),
    }));
    const { name } = schedule;
    if (missed.length > 0) this.#options.onNews({ kind: 'missed', name, count: missed.length });
    if (isDue) void this.#begin(noted, last);
  }

  /** A watched folder: files that have stopped growing are run. */
  async #look(schedule: StoredSchedule): Promise<void> {
    const { id } = schedule;
    const stable = this.#stable.get(id) ?? new StableFiles(this.#options.settleMs);
    this.#stable.set(id, stable);
    const now = this.#now().getTime();
    try {
      const files = stable
        .settled(await filesOf(schedule), now)
        .filter(({ name }) => this.#backOff.mayTry(`${id}/${name}`, now));
      if (files.length > 0 && !(await this.#isStillLocked(schedule))) {
        void this.#begin(schedule, files);
      }
    } catch (fault) {
      await this.#noteOnce(schedule, this.#asError(fault));
    }
  }

  /** It waits for the keys, and was told to: what it would do is wait again. */
  async #isStillLocked({ waitingSince }: StoredSchedule): Promise<boolean> {
    return waitingSince !== undefined && (await this.#options.isLocked());
  }

  /** @param what files that came, or the moment of the clock; undefined: the user began it */
  async #begin(
    schedule: StoredSchedule,
    what: readonly FileStamp[] | Date | undefined,
  ): Promise<ScheduleRun | undefined> {
    const { id } = schedule;
    if (this.#running.has(id) || this.#stop.signal.aborted) return undefined;
    let run: ScheduleRun | undefined;
    const running = this.#run(schedule, what)
      .then((ended) => (run = ended))
      .catch((fault: unknown) => void this.#options.describeFault(fault))
      .then(() => {
        this.#running.delete(id);
        this.#options.onChange(id);
      });
    this.#running.set(id, running);
    this.#options.onChange(id);
    await running;
    return run;
  }

  async #run(
    schedule: StoredSchedule,
    what: readonly FileStamp[] | Date | undefined,
  ): Promise<ScheduleRun | undefined> {
    const { id, name, trigger } = schedule;
    const at = this.#now();
    const due = what instanceof Date ? what : undefined;
    if (await this.#options.isLocked()) {
      if (schedule.waitingSince !== undefined) return undefined;
      const waitingSince = (due ?? at).toISOString();
      await this.#note(id, (before) => ({ ...before, waitingSince }));
      this.#options.onNews({ kind: 'waiting', name });
      return undefined;
    }
    const run: ScheduleRun = {
      at: at.toISOString(),
      ...(due && { due: due.toISOString() }),
      ...(await this.#runFiles(schedule, what, due ?? at)),
    };
    await this.#note(id, ({ waitingSince: _over, ...before }) => ({ ...before, lastRun: run }));
    const isQuiet = trigger.kind === 'watch' && run.outcome === 'nothing';
    if (!isQuiet) this.#options.onNews({ kind: 'ran', name, run });
    return run;
  }

  async #runFiles(
    schedule: StoredSchedule,
    what: readonly FileStamp[] | Date | undefined,
    moment: Date,
  ): Promise<Omit<ScheduleRun, 'at' | 'due'>> {
    const counts = { delivered: 0, failed: 0 };
    let last: { file?: string; error: AppError } | undefined;
    try {
      const files = Array.isArray(what) ? what : await filesOf(schedule, moment);
      for (const file of files as readonly FileStamp[]) {
        const error = await this.#runOne(schedule, file);
        counts[error ? 'failed' : 'delivered'] += 1;
        if (error) last = { file: file.name, error };
        if (error?.code === 'CANCELLED') break;
      }
    } catch (fault) {
      last = { error: this.#asError(fault) };
    }
    const outcome = last ? 'failed' : counts.delivered > 0 ? 'delivered' : 'nothing';
    return {
      outcome,
      ...counts,
      ...(last?.file !== undefined && { file: last.file }),
      ...(last && { error: last.error.toView() }),
    };
  }

  async #runOne(schedule: StoredSchedule, file: FileStamp): Promise<AppError | undefined> {
    const { id, folder, trigger } = schedule;
    const putsAway = trigger.kind === 'watch';
    const key = `${id}/${file.name}`;
    if (putsAway && (await wasDelivered(folder, file, await this.#options.receipts()))) {
      await putAway(folder, file, 'done');
      return undefined;
    }
    const options = { putsAway, signal: this.#stop.signal };
    const outcome = await runFile(folder, file, this.#options.handsOf(schedule), options);
    if (outcome.kind === 'kept') this.#backOff.failed(key, this.#now().getTime());
    else this.#backOff.forget(key);
    return outcome.kind === 'delivered' ? undefined : outcome.error;
  }

  /** A folder that is gone is told once, not every second. */
  async #noteOnce(schedule: StoredSchedule, error: AppError): Promise<void> {
    const { id, name, lastRun } = schedule;
    if (lastRun?.error?.code === error.code && lastRun.file === undefined) return;
    const counts = { delivered: 0, failed: 0 };
    const run: ScheduleRun = {
      ...{ at: this.#now().toISOString(), outcome: 'failed', ...counts },
      error: error.toView(),
    };
    await this.#note(id, (before) => ({ ...before, lastRun: run }));
    this.#options.onNews({ kind: 'ran', name, run });
  }

  async #note(
    id: string,
    change: (before: StoredSchedule) => StoredSchedule,
  ): Promise<StoredSchedule> {
    const changed = await this.#options.store.change(id, change);
    this.#options.onChange(id);
    return changed;
  }

  #asError(fault: unknown): AppError {
    return fault instanceof AppError ? fault : this.#options.describeFault(fault);
  }
}

/** Files that are meant now; of a clock those of the moment's date. @throws AppError FILE_NOT_FOUND */
function filesOf(schedule: StoredSchedule, at?: Date): Promise<FileStamp[]> {
  const { folder, pattern, trigger } = schedule;
  const moment = at && trigger.kind === 'cron' ? { at, timeZone: trigger.timeZone } : undefined;
  return dataFiles(folder, pattern, namePattern(pattern, moment));
}
