/** Which file names a pattern means, and on which day. */
import { expect, test } from 'vitest';
import { namePattern } from '../../../main/schedules/name-pattern.ts';

const at = (iso: string, timeZone = 'UTC') => ({ at: new Date(iso), timeZone });

test.each([
  ['*', 'a.csv', true],
  ['users*.csv', 'users-1.csv', true],
  ['users*.csv', 'xusers-1.csv', false],
  ['part?.csv', 'part1.csv', true],
  ['part?.csv', 'part12.csv', false],
  ['a+b(1).csv', 'a+b(1).csv', true],
  ['a.csv', 'aXcsv', false],
  ['users-{yyyy-MM-dd}.csv', 'users-2026-11-28.csv', true],
  ['users-{yyyy-MM-dd}.csv', 'users-latest.csv', false],
])('%s means %s: %s', (pattern, name, isMeant) => {
  expect(namePattern(pattern).test(name)).toBe(isMeant);
});

test.each([
  ['u-{yyyyMMdd}.csv', at('2026-11-28T05:00:00Z'), 'u-20261128.csv'],
  ['u-{yyyy-MM-dd}.csv', at('2026-11-28T23:30:00Z', 'Europe/Berlin'), 'u-2026-11-29.csv'],
  ['u-{yyyyMMdd -1d}.csv', at('2026-03-01T05:00:00Z'), 'u-20260228.csv'],
  ['u-{yyyyMMdd -1d}.csv', at('2028-03-01T05:00:00Z'), 'u-20280229.csv'],
  // The day before a day of 23 hours, just after midnight.
  ['u-{dd -1d}.csv', at('2026-03-29T22:10:00Z', 'Europe/Berlin'), 'u-29.csv'],
  ['{yyyy}/x'.replace('/', '-'), at('2026-11-28T05:00:00Z'), '2026-x'],
  ['u-{HHmm}.csv', at('2026-07-01T05:07:00Z', 'Europe/Berlin'), 'u-0707.csv'],
])('%s on its day means one name', (pattern, moment, name) => {
  expect(namePattern(pattern, moment).test(name)).toBe(true);
  expect(namePattern(pattern, moment).test(`${name}x`)).toBe(false);
});

test.each([
  '',
  'a/b.csv',
  'a\\b.csv',
  'u-{}.csv',
  'u-{date}.csv',
  'u-{yyyy.csv',
  'u-}.csv',
  'u-{dd -9999d}',
])('%j is refused', (pattern) => {
  expect(() => namePattern(pattern)).toThrow('SCHEDULE_PATTERN_INVALID');
});
