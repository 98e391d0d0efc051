/** The clock of a profile over real folders, with a fake time: what runs, what was missed, what waits, what is put where. */
import { randomUUID } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Schedules } from '../../../main/schedules/schedules.ts';
import type { SchedulesOptions } from '../../../main/schedules/schedules.ts';
import { nextTime } from '../../../main/schedules/times.ts';
import { ScheduleStore } from '../../../main/schedules/schedule-store.ts';
import type { ScheduleNews, ScheduleTrigger } from '../../../shared/domain/schedule.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { receiptOf } from '../jobs/receipts.ts';

let profile: string;
let folder: string;
let store: ScheduleStore;
let now: Date;
let isLocked: boolean;
let delivered: string[];
let fault: AppError | undefined;
/** What somebody does while a file is delivered. */
let meanwhile: (() => Promise<void>) | undefined;
let news: ScheduleNews[];
let clocks: Schedules[];
beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'sealift-schedules-'));
  folder = join(profile, 'in');
  await mkdir(folder);
  store = new ScheduleStore(profile);
  now = new Date('2026-03-28T12:00:00Z');
  isLocked = false;
  delivered = [];
  fault = undefined;
  meanwhile = undefined;
  news = [];
  clocks = [];
});
afterEach(async () => {
  for (const clock of clocks) await clock.close();
  await rm(profile, { recursive: true });
});

function clockOf(records: SchedulesOptions['store'] = store): Schedules {
  const clock = new Schedules({
    ...{ profileDir: profile, store: records },
    handsOf: () => ({
      deliver: async (path) => {
        if (fault) throw fault;
        await meanwhile?.();
        delivered.push(path.slice(folder.length + 1));
        return receiptOf(path);
      },
      saveFailedRows: (_path, output) => writeFile(output, 'rows'),
    }),
    receipts: () => Promise.resolve([]),
    isLocked: () => Promise.resolve(isLocked),
    onChange: () => undefined,
    onNews: (one) => news.push(one),
    describeFault: (what) => {
      throw what;
    },
    now: () => now,
    settleMs: 1_000,
  });
  clocks.push(clock);
  return clock;
}

async function schedule(trigger: ScheduleTrigger, pattern = '*'): Promise<string> {
  const { id } = await store.save(
    {
      ...{ id: randomUUID(), name: 'Users', folder, pattern, trigger, isOn: true },
      delivery: {
        ...{ connectionId: randomUUID(), fingerprint: 'A'.repeat(40), keyId: 'k' },
        ...{ type: 'profile', clientEmail: 'a@example.com', mapping: { kind: 'guess' } },
        ...{ acceptRejected: false, convert: false },
      },
    },
    now,
  );
  return id;
}

const watch = { kind: 'watch' } as const;
const nightly = { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' } as const;

async function tickAt(clock: Schedules, time: string | number): Promise<void> {
  now = typeof time === 'number' ? new Date(now.getTime() + time) : new Date(time);
  await clock.tick();
  await clock.idle();
}

test('a time comes once across both changes of daylight saving, though the clock ticks twice at it', async () => {
  await writeFile(join(folder, 'users.csv'), 'a');
  await schedule(nightly);
  const clock = clockOf();
  for (const tick of ['2026-03-29T00:59:00Z', '2026-03-29T01:00:01Z', '2026-03-29T01:30:30Z']) {
    await tickAt(clock, tick);
  }
  expect(delivered).toEqual(['users.csv']);
  expect(await readdir(folder)).toEqual(['users.csv']);
  await store.change((await store.list())[0]!.id, (one) => ({
    ...one,
    seenUntil: '2026-10-24T12:00:00.000Z',
  }));
  for (const tick of ['2026-10-25T00:30:05Z', '2026-10-25T00:31:05Z', '2026-10-25T01:30:05Z']) {
    await tickAt(clock, tick);
  }
  expect(delivered).toEqual(['users.csv', 'users.csv']);
});

test('two years by the clock: each day once, with nothing missed', async () => {
  await writeFile(join(folder, 'users.csv'), 'a');
  const id = await schedule(nightly);
  // The disk plays no part here.
  let kept = await store.get(id);
  const clock = clockOf({
    list: () => Promise.resolve([kept]),
    get: () => Promise.resolve(kept),
    change: (_id, change) => Promise.resolve((kept = change(kept))),
  });
  for (let day = 0; day < 730; day += 1) {
    const noon = Date.parse('2026-03-28T12:00:00Z') + day * 86_400_000;
    const { cron, timeZone } = nightly;
    const due = nextTime({ cron, timeZone }, new Date(noon))!;
    await tickAt(clock, due.toISOString());
  }
  expect(delivered).toHaveLength(730);
  expect(kept.missed).toEqual([]);
});

test('times that passed while nothing ran are missed, told, and not made up', async () => {
  await writeFile(join(folder, 'users.csv'), 'a');
  const id = await schedule(nightly);
  const clock = clockOf();
  await tickAt(clock, '2026-04-01T12:00:00Z');
  expect(delivered).toEqual([]);
  expect((await store.get(id)).missed).toEqual([
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
    '2026-04-01T00:30:00.000Z',
  ]);
  expect(news).toEqual([{ kind: 'missed', name: 'Users', count: 4 }]);
  expect(await clock.run(id)).toMatchObject({ outcome: 'delivered', delivered: 1 });
});

test('a clock that is set back brings nothing again', async () => {
  await writeFile(join(folder, 'users.csv'), 'a');
  await schedule(nightly);
  const clock = clockOf();
  await tickAt(clock, '2026-03-29T01:00:01Z');
  await tickAt(clock, '2026-03-29T00:00:00Z');
  await tickAt(clock, '2026-03-29T01:00:01Z');
  expect(delivered).toHaveLength(1);
});

test('a time that comes while the keys are locked waits, is told once, and runs after the unlock', async () => {
  await writeFile(join(folder, 'users.csv'), 'a');
  const id = await schedule(nightly);
  const clock = clockOf();
  isLocked = true;
  await tickAt(clock, '2026-03-29T01:00:01Z');
  await tickAt(clock, 60_000);
  expect(await store.get(id)).toMatchObject({ waitingSince: '2026-03-29T01:00:00.000Z' });
  expect(news).toEqual([{ kind: 'waiting', name: 'Users' }]);
  isLocked = false;
  // Another start of the program, too.
  await clock.close();
  const again = clockOf();
  await tickAt(again, 3_600_000);
  expect(delivered).toEqual(['users.csv']);
  const after = await store.get(id);
  expect(after.waitingSince).toBeUndefined();
  expect(after.lastRun).toMatchObject({ outcome: 'delivered', due: '2026-03-29T01:00:00.000Z' });
});

test('a pattern with a date means the day of the moment, not of the run', async () => {
  for (const day of ['28', '29', '30']) await writeFile(join(folder, `u-2026-03-${day}.csv`), 'a');
  await schedule(nightly, 'u-{yyyy-MM-dd -1d}.csv');
  await tickAt(clockOf(), '2026-03-29T01:00:30Z');
  expect(delivered).toEqual(['u-2026-03-28.csv']);
});

test('a file that grows is not touched, and is delivered and put away when it has stopped', async () => {
  await schedule(watch);
  const clock = clockOf();
  const path = join(folder, 'users.csv');
  await writeFile(path, 'a');
  for (let step = 0; step < 4; step += 1) {
    await tickAt(clock, 900);
    await appendFile(path, 'b');
  }
  expect(delivered).toEqual([]);
  await tickAt(clock, 900);
  await tickAt(clock, 1_100);
  expect(delivered).toEqual(['users.csv']);
  expect([await readdir(folder), await readdir(join(folder, 'done'))]).toEqual([
    ['done'],
    ['users.csv'],
  ]);
  // The same name again does not overwrite the first.
  await writeFile(path, 'next');
  await tickAt(clock, 1_000);
  await tickAt(clock, 1_100);
  expect((await readdir(join(folder, 'done'))).sort()).toEqual(['users (2).csv', 'users.csv']);
});

test('what editors and downloads write meanwhile, empty files, folders and other kinds are left alone', async () => {
  await schedule(watch);
  const names = [
    '.users.csv.swp',
    'a.csv~',
    'b.csv.part',
    'c.csv.crdownload',
    '~$d.csv',
    'read.me',
  ];
  for (const name of names) await writeFile(join(folder, name), 'a');
  await writeFile(join(folder, 'empty.csv'), '');
  await mkdir(join(folder, 'folder.csv'));
  const clock = clockOf();
  for (let step = 0; step < 3; step += 1) await tickAt(clock, 1_500);
  expect(delivered).toEqual([]);
});

test('a file that fails its check goes into failed/ with its rows, and the others are delivered', async () => {
  await schedule(watch);
  for (const name of ['a.csv', 'b.csv']) await writeFile(join(folder, name), 'a');
  fault = new AppError('ROWS_REJECTED', { file: 'a.csv', rejected: 1, rows: 2 });
  const clock = clockOf();
  await tickAt(clock, 0);
  await tickAt(clock, 1_500);
  expect((await readdir(join(folder, 'failed'))).sort()).toEqual([
    'a.csv',
    'a.failed-rows.csv',
    'b.csv',
    'b.failed-rows.csv',
  ]);
  expect(news.at(-1)).toMatchObject({ kind: 'ran', run: { outcome: 'failed', failed: 2 } });
});

test('a broken line leaves the file where it is, to be tried again after a pause', async () => {
  await schedule(watch);
  await writeFile(join(folder, 'a.csv'), 'a');
  fault = new AppError('CONNECTION_REFUSED', { host: 'h', port: 22 });
  const clock = clockOf();
  await tickAt(clock, 0);
  await tickAt(clock, 1_500);
  expect(await readdir(folder)).toEqual(['a.csv']);
  fault = undefined;
  await tickAt(clock, 10_000);
  expect(delivered).toEqual([]);
  await tickAt(clock, 30_000);
  expect(delivered).toEqual(['a.csv']);
});

test('a file that takes the place of one under way is not put away with it', async () => {
  await schedule(watch);
  await writeFile(join(folder, 'a.csv'), 'first');
  await writeFile(join(folder, 'next'), 'another one');
  const clock = clockOf();
  await tickAt(clock, 0);
  meanwhile = () => rename(join(folder, 'next'), join(folder, 'a.csv'));
  await tickAt(clock, 1_500);
  expect(delivered).toEqual(['a.csv']);
  expect(await readFile(join(folder, 'a.csv'), 'utf8')).toBe('another one');
});

test('one process keeps the clock, and the next takes it up', async () => {
  await schedule(watch);
  const [first, second] = [clockOf(), clockOf()];
  await first.tick();
  await second.tick();
  expect([first.isClockHere, second.isClockHere]).toEqual([true, false]);
  await first.close();
  await second.tick();
  expect(second.isClockHere).toBe(true);
});

test('a schedule whose folder is gone says so once', async () => {
  await schedule(watch);
  await rm(folder, { recursive: true });
  const clock = clockOf();
  for (let step = 0; step < 3; step += 1) await tickAt(clock, 1_000);
  expect(news).toHaveLength(1);
  expect(news[0]).toMatchObject({ kind: 'ran', run: { error: { code: 'FILE_NOT_FOUND' } } });
});
