/** A short run of `npm run test:faults`, with small files: the long one finds the rare moments. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fault } from '../../faults/plan.ts';
import { runFaults } from '../../faults/run.ts';
import { buildCli } from '../cli/harness.ts';

/** Far more than a busy machine needs. */
const MOST_MS = 400_000;

/** A delivery for each of these faults, and one without to each server. */
export function eachOnce(faults: readonly Fault[]): void {
  const lines: string[] = [];
  beforeAll(buildCli);
  afterAll(() => console.info(lines.join('\n')));

  it(
    'ends whole and once, whatever befalls it',
    async ({ signal }) => {
      const { table, findings } = await runFaults({
        ...{ faults, deliveries: faults.length, seed: 4, rows: 300, bytesPerSecond: 128 * 1024 },
        ...{ longStallMs: 2_000, signal },
        tell: (line) => lines.push(line),
      });
      lines.push(table);
      expect(findings, lines.join('\n')).toEqual([]);
    },
    MOST_MS,
  );
}
