/** A short run of `npm run test:faults`: each fault once, with small files. The long one finds the rare moments. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runFaults } from '../../faults/run.ts';
import { buildCli } from '../cli/harness.ts';

const FAULTS_ONCE = 9;
/** Far more than a busy machine needs. */
const MOST_MS = 400_000;

const lines: string[] = [];

beforeAll(buildCli);
afterAll(() => console.info(lines.join('\n')));

it(
  'ends whole and once, whatever befalls it',
  async ({ signal }) => {
    const { table, findings } = await runFaults({
      ...{ deliveries: FAULTS_ONCE, seed: 4, rows: 300, bytesPerSecond: 128 * 1024 },
      ...{ longStallMs: 2_000, signal },
      tell: (line) => lines.push(line),
    });
    lines.push(table);
    expect(findings, lines.join('\n')).toEqual([]);
  },
  MOST_MS,
);
