/** The schedules of this profile, in `schedules.json`. No secret is in it: connections and key sets are named by id. */
import { join } from 'node:path';
import { z } from 'zod';
import { errorView } from '../../shared/contract/domain-schemas.ts';
import { scheduleDelivery, scheduleTrigger } from '../../shared/contract/schedule-schemas.ts';
import type {
  ScheduleDelivery,
  ScheduleRun,
  ScheduleTrigger,
} from '../../shared/domain/schedule.ts';
import { AppError } from '../../shared/errors/index.ts';
import { withFileLock } from '../platform/file-lock.ts';
import { JsonFile } from '../platform/json-file.ts';
import { requirePattern } from './name-pattern.ts';
import { requireTimes } from './times.ts';
import { requireFolder } from './watched-folder.ts';

const MAX_SCHEDULES = 200;

const storedRun = z.strictObject({
  at: z.string(),
  due: z.string().optional(),
  outcome: z.enum(['delivered', 'failed', 'nothing']),
  delivered: z.number().int(),
  failed: z.number().int(),
  file: z.string().optional(),
  error: errorView.optional(),
}) satisfies z.ZodType<ScheduleRun>;

const storedSchedule = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  /** Absolute path. */
  folder: z.string(),
  pattern: z.string(),
  trigger: scheduleTrigger,
  delivery: scheduleDelivery,
  isOn: z.boolean(),
  /** Moments of the clock up to here have been run, missed or left out. */
  seenUntil: z.iso.datetime(),
  missed: z.array(z.iso.datetime()),
  /** The moment that waits for the unlock, or when the file came. */
  waitingSince: z.iso.datetime().optional(),
  lastRun: storedRun.optional(),
});
export type StoredSchedule = z.output<typeof storedSchedule>;
const file = z.strictObject({ version: z.literal(1), schedules: z.array(storedSchedule) });

/** What the user fills in. */
export interface ScheduleDraft {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly pattern: string;
  readonly trigger: ScheduleTrigger;
  readonly delivery: ScheduleDelivery;
  readonly isOn: boolean;
}

export class ScheduleStore {
  readonly #file: JsonFile<z.output<typeof file>>;
  readonly #lockPath: string;

  constructor(profileDir: string) {
    const path = join(profileDir, 'schedules.json');
    this.#lockPath = `${path}.lock`;
    this.#file = new JsonFile(path, file, { version: 1, schedules: [] });
  }

  /** By name. @throws AppError PROFILE_FILE_DAMAGED */
  async list(): Promise<StoredSchedule[]> {
    const { schedules } = await this.#file.read();
    return schedules.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  /** @throws AppError SCHEDULE_UNKNOWN */
  async get(id: string): Promise<StoredSchedule> {
    const found = (await this.#file.read()).schedules.find((one) => one.id === id);
    if (!found) throw new AppError('SCHEDULE_UNKNOWN', { id });
    return found;
  }

  /**
   * Adds a schedule, or replaces the one of this id. Its clock begins now: what would have come before is not missed.
   * @throws AppError SCHEDULE_TIME_INVALID, SCHEDULE_PATTERN_INVALID, SCHEDULE_FOLDER_MISSING, SCHEDULES_FULL
   */
  async save(draft: ScheduleDraft, now = new Date()): Promise<StoredSchedule> {
    if (draft.trigger.kind === 'cron') requireTimes(draft.trigger);
    requirePattern(draft.pattern);
    await requireFolder(draft.folder);
    const saved = { ...draft, seenUntil: now.toISOString(), missed: [] };
    await this.#update((all) => {
      const others = all.filter((one) => one.id !== draft.id);
      if (others.length >= MAX_SCHEDULES) throw new AppError('SCHEDULES_FULL');
      const before = all.find((one) => one.id === draft.id);
      return [...others, { ...saved, ...(before?.lastRun && { lastRun: before.lastRun }) }];
    });
    return saved;
  }

  /** @throws AppError SCHEDULE_UNKNOWN */
  async change(
    id: string,
    change: (before: StoredSchedule) => StoredSchedule,
  ): Promise<StoredSchedule> {
    await this.get(id);
    const all = await this.#update((every) =>
      every.map((one) => (one.id === id ? change(one) : one)),
    );
    const changed = all.find((one) => one.id === id);
    if (!changed) throw new AppError('SCHEDULE_UNKNOWN', { id });
    return changed;
  }

  /** @throws AppError SCHEDULE_UNKNOWN */
  async remove(id: string): Promise<void> {
    await this.get(id);
    await this.#update((all) => all.filter((one) => one.id !== id));
  }

  /** App and command line write here alike. */
  async #update(change: (all: StoredSchedule[]) => StoredSchedule[]): Promise<StoredSchedule[]> {
    const { schedules } = await withFileLock(this.#lockPath, () =>
      this.#file.update(({ version, schedules: before }) => ({
        version,
        schedules: change(before),
      })),
    );
    return schedules;
  }
}
