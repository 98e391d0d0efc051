import { expect, it } from 'vitest';
import { APP_BACK_OFF, CLI_BACK_OFF, waitBeforeRetry } from '../../../main/jobs/back-off.ts';

const backOff = { mostRetries: 4, firstWaitMs: 1_000, longestWaitMs: 5_000 };
const waits = (random: number) =>
  [1, 2, 3, 4, 5].map((retry) => waitBeforeRetry(backOff, retry, random));

it('doubles up to the longest wait, and gives up after the last', () => {
  expect(waits(1)).toEqual([1_000, 2_000, 4_000, 5_000, undefined]);
});

it('takes off up to half of it', () => {
  expect(waits(0)).toEqual([500, 1_000, 2_000, 2_500, undefined]);
});

it('does not wait alike twice', () => {
  expect(
    new Set(Array.from({ length: 50 }, () => waitBeforeRetry(APP_BACK_OFF, 8))).size,
  ).toBeGreaterThan(20);
});

it.each([
  ['app', APP_BACK_OFF, 60, 180],
  ['CLI', CLI_BACK_OFF, 3 / 60, 10 / 60],
])('the %s goes on for as long as its comment says', (_, each, least, most) => {
  let sum = 0;
  for (let retry = 1; retry <= each.mostRetries; retry += 1) {
    sum += waitBeforeRetry(each, retry, 0.5) ?? NaN;
  }
  expect(sum / 60_000).toBeGreaterThan(least);
  expect(sum / 60_000).toBeLessThan(most);
});
