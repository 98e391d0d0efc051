import { expect, it } from 'vitest';
import { ProgressMeter } from '../../../main/jobs/progress-meter.ts';

it('tells the rate of the last seconds, not of the whole', () => {
  let now = 0;
  const meter = new ProgressMeter(() => now);
  expect(meter.add(0)).toBeUndefined();
  now = 1_000;
  expect(meter.add(1_000_000)).toBe(1_000_000);
  for (let second = 2; second <= 10; second++) {
    now = second * 1_000;
    meter.add(1_000_000 + (second - 1) * 10);
  }
  now = 11_000;
  expect(meter.add(1_000_100)).toBe(10);
});
