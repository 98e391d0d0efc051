/** Handlers of the group schedules. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Schedule } from '../../../shared/domain/schedule.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { LoginItem } from '../../platform/login-item.ts';
import type { ScheduleStore, StoredSchedule } from '../../schedules/schedule-store.ts';
import type { Schedules } from '../../schedules/schedules.ts';
import { nextTime } from '../../schedules/times.ts';
import type { HandlersOf } from '../register.ts';

export interface SchedulesHandlersOptions {
  readonly scheduleStore: ScheduleStore;
  readonly schedules: Schedules;
  readonly dialogs: Dialogs;
  readonly loginItem: LoginItem;
}

export function schedulesHandlers(options: SchedulesHandlersOptions): HandlersOf<'schedules'> {
  const { scheduleStore: store, schedules, dialogs, loginItem } = options;
  /** Folders that the user chose, by handle: paths stay here. */
  const folders = new Map<string, string>();
  const shown = (schedule: StoredSchedule) => shownOf(schedule, schedules);
  const folderOf = async (handle: string | undefined, id: string | undefined): Promise<string> => {
    const chosen = folders.get(handle ?? '');
    if (chosen !== undefined) return chosen;
    if (id === undefined) throw new AppError('BAD_REQUEST', { detail: 'the field folder' });
    return (await store.get(id)).folder;
  };
  return {
    'schedules.list': async () => ({
      schedules: (await store.list()).map(shown),
      isClockHere: schedules.isClockHere,
    }),
    'schedules.chooseFolder': async () => {
      const path = await dialogs.chooseFolder('Choose the folder into which the files come');
      if (path === undefined) return { folder: null };
      const handle = randomUUID();
      folders.set(handle, path);
      return { folder: { handle, name: basename(path) } };
    },
    'schedules.save': async ({ id, folder, ...draft }) => {
      const path = await folderOf(folder, id);
      return shown(await store.save({ ...draft, id: id ?? randomUUID(), folder: path }));
    },
    'schedules.remove': async ({ id }) => {
      await store.remove(id);
      return {};
    },
    'schedules.setOn': async ({ id, isOn }) =>
      // What came while it was off was not missed: it was not wanted.
      shown(
        await store.change(id, ({ waitingSince: _over, ...before }) => ({
          ...before,
          isOn,
          seenUntil: new Date().toISOString(),
        })),
      ),
    'schedules.run': async ({ id }) => {
      const schedule = await store.change(id, (before) => ({ ...before, missed: [] }));
      void schedules.run(id);
      return { ...shown(schedule), isRunning: true };
    },
    'schedules.forgetMissed': async ({ id }) =>
      shown(await store.change(id, (before) => ({ ...before, missed: [] }))),
    'schedules.background': () => loginItem.state(),
    'schedules.setBackground': ({ runAtLogin }) => loginItem.set(runAtLogin),
  };
}

function shownOf(
  { folder, seenUntil: _seen, ...schedule }: StoredSchedule,
  schedules: Schedules,
): Schedule {
  const { trigger, isOn } = schedule;
  const next = trigger.kind === 'cron' && isOn ? nextTime(trigger, new Date()) : undefined;
  return {
    ...schedule,
    folderName: basename(folder),
    isRunning: schedules.isRunning(schedule.id),
    ...(next && { next: next.toISOString() }),
  };
}
