/** Moments of the clock over two years, across every change of daylight saving: each comes once. */
import { describe, expect, test } from 'vitest';
import { nextTime, requireTimes, timesBetween } from '../../../main/schedules/times.ts';

const FROM = new Date('2026-01-01T00:00:00Z');
const UNTIL = new Date('2028-01-01T00:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

/** Northern and southern, by an hour and by half an hour, and one that keeps the same time. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
];

/** All of two years, in pieces: `timesBetween` gives a thousand at most. */
function all(cron: string, timeZone: string): Date[] {
  const times: Date[] = [];
  for (let from = FROM; from < UNTIL;) {
    const until = new Date(Math.min(from.getTime() + 30 * DAY_MS, UNTIL.getTime()));
    times.push(...timesBetween({ cron, timeZone }, from, until));
    from = until;
  }
  return times;
}

/** The calendar day of a moment in a zone: `2026-03-29`. */
function dayIn(time: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(time);
}

function clockIn(time: Date, timeZone: string): string {
  const format = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', format).format(time);
}

describe.each(ZONES)('in %s', (timeZone) => {
  // Each lies in an hour that some zone skips and doubles.
  test.each(['30 2 * * *', '15 1 * * *', '0 3 * * *', '59 23 * * *', '0 0 * * *'])(
    '%s comes once on each calendar day of two years',
    (cron) => {
      const times = all(cron, timeZone);
      const days = times.map((time) => dayIn(time, timeZone));
      expect(new Set(days).size).toBe(days.length);
      expect(days.length).toBeGreaterThanOrEqual(729);
      const gaps = times.slice(1).map((time, index) => time.getTime() - times[index]!.getTime());
      expect(Math.max(...gaps)).toBeLessThanOrEqual(25 * 60 * 60 * 1000);
      const [minute, hour] = cron.split(' ').map((field) => field.padStart(2, '0'));
      const others = times.filter((time) => clockIn(time, timeZone) !== `${hour}:${minute}`);
      // Only where the hour is skipped the clock shows another time: twice in two years.
      expect(others.length).toBeLessThanOrEqual(2);
    },
  );

  test('an hourly line comes in every hour that there is, skipped and doubled ones as the clock has them', () => {
    const times = all('10 * * * *', timeZone);
    expect(new Set(times.map((time) => time.getTime())).size).toBe(times.length);
    const gaps = times.slice(1).map((time, index) => time.getTime() - times[index]!.getTime());
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30 * 60 * 1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(90 * 60 * 1000);
  });
});

test('a skipped moment comes at the end of the gap, a doubled one the first time', () => {
  const night = (day: string) => [new Date(`${day}T00:00:00Z`), new Date(`${day}T04:00:00Z`)];
  const line = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
  const [from, until] = night('2026-03-29') as [Date, Date];
  expect(timesBetween(line, from, until)).toEqual([new Date('2026-03-29T01:00:00Z')]);
  const [from2, until2] = night('2026-10-25') as [Date, Date];
  expect(timesBetween(line, from2, until2)).toEqual([new Date('2026-10-25T00:30:00Z')]);
});

test('lines and zones that are none, or never come, are refused', () => {
  const refused = { code: 'SCHEDULE_TIME_INVALID' };
  const check = (cron: string, timeZone = 'UTC') => {
    try {
      requireTimes({ cron, timeZone });
      return undefined;
    } catch (error) {
      return error;
    }
  };
  expect(check('0 5 * * 1-5')).toBeUndefined();
  for (const line of ['', '61 * * * *', '0 0 31 2 *', '* * * *', '0 0 5 * * *', 'at five']) {
    expect(check(line), line).toMatchObject(refused);
  }
  expect(check('0 5 * * *', 'Europe/Nowhere')).toMatchObject(refused);
});

test('a minute line after a year of absence fills no memory', () => {
  const line = { cron: '* * * * *', timeZone: 'UTC' };
  expect(timesBetween(line, FROM, UNTIL)).toHaveLength(1000);
  expect(nextTime(line, FROM)).toEqual(new Date('2026-01-01T00:01:00Z'));
});
