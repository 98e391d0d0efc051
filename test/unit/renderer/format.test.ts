// How the window writes numbers, times and fingerprints.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDay,
  formatDuration,
  formatFingerprint,
  formatMoment,
  formatRate,
  secondsLeft,
} from '../../../renderer/ui/format.ts';

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1_482_113, '1.48 MB'],
    [9_999_000, '10.0 MB'],
    [118_000_000, '118 MB'],
    [999_999_999, '1.00 GB'],
    [5_000_000_000_000_000, '5000 TB'],
  ])('%d is %s', (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });

  test('has at most three digits and a unit below a petabyte, and never loses more than half a percent', () => {
    const factors = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_000_000_000_000 }), (sizeBytes) => {
        const [digits = '', unit = ''] = formatBytes(sizeBytes).split(' ');
        expect(digits.replace('.', '')).toMatch(/^\d{1,3}$/);
        const value = Number(digits) * factors[unit as keyof typeof factors];
        expect(Math.abs(value - sizeBytes) / sizeBytes).toBeLessThanOrEqual(0.0051);
      }),
    );
  });
});

test('a rate is bytes a second', () => {
  expect(formatRate(11_400_000)).toBe('11.4 MB/s');
});

test.each([
  [0.2, 'under 1 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [185, '3 min 5 s'],
  [3599.9, '1 h'],
  [7800, '2 h 10 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

describe('secondsLeft', () => {
  test('divides what is left by the rate', () => {
    expect(secondsLeft({ done: 20, total: 120, rate: 50 })).toBe(2);
  });

  test('says nothing without a total or a rate', () => {
    expect(secondsLeft({ done: 20, rate: 50 })).toBeUndefined();
    expect(secondsLeft({ done: 20, total: 120 })).toBeUndefined();
    expect(secondsLeft({ done: 20, total: 120, rate: 0 })).toBeUndefined();
  });

  test('is never negative', () => {
    expect(secondsLeft({ done: 130, total: 120, rate: 50 })).toBe(0);
  });
});

test('counts have thousands and a plural', () => {
  expect(formatCount(1, 'row')).toBe('1 row');
  expect(formatCount(0, 'row')).toBe('0 rows');
  expect(formatCount(12_345, 'row')).toBe('12,345 rows');
  expect(formatCount(2, 'entry', 'entries')).toBe('2 entries');
});

test('a fingerprint is grouped by four and loses nothing', () => {
  const fingerprint = '1A7849F996BFD78569533B2CF55DEEE68995217D';
  expect(formatFingerprint(fingerprint)).toBe('1A78 49F9 96BF D785 6953 3B2C F55D EEE6 8995 217D');
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-F]*$/), (text) => {
      expect(formatFingerprint(text).replaceAll(' ', '')).toBe(text);
    }),
  );
});

test('what is not a moment is shown as it came', () => {
  expect(formatMoment('soon')).toBe('soon');
  expect(formatDay('2026-11-23T12:00:00Z')).toBe('23 Nov 2026');
});
