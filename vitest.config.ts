// Tests that run in plain Node. A project for each folder, so that one kind can run alone:
// `npm test -- unit`, or `npx vitest run test/unit/keys`.
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** How long one test may take on a busy machine: most peers are real programs that start first. */
const timeoutsMs = {
  unit: 60_000,
  integration: 120_000,
  interop: 120_000,
  security: 60_000,
  fuzz: 120_000,
};

/** Named `*.long.test.ts`, wherever they lie: `npm run test:long` runs them, `npm test` does not. */
const LONG = 'test/**/*.long.test.ts';
const LONG_TIMEOUT_MS = 180_000;

/**
 * The longest. They start first, so that none of them runs alone at the end; of the others, the larger a file
 * is, the earlier it starts.
 */
const SLOW = [
  'integration/server/lifecycle',
  'integration/sds-client/cli',
  'integration/cli/send',
  'integration/faults/faults',
  'integration/cli/watch',
  'integration/server/failures',
  'integration/cli/send-resume',
  'integration/server/sftp',
  'integration/delivery/quirks',
  'integration/server/sources',
  'integration/cli/keys',
].map((name) => `/test/${name}.test.ts`);

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = SLOW.findIndex((name) => moduleId.endsWith(name));
      return found === -1 ? SLOW.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Twice as many as a small machine has cores: tests wait for servers and timers as well.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    projects: [
      ...Object.entries(timeoutsMs).map(([name, timeoutMs]) =>
        project(name, timeoutMs, `test/${name}/**/*.test.{ts,tsx,mjs}`, [LONG]),
      ),
      project('long', LONG_TIMEOUT_MS, LONG, []),
    ],
  },
});

function project(name: string, timeoutMs: number, include: string, exclude: string[]) {
  // These start no server and set nothing that another could see: a fresh process for each of their many
  // files would cost more than all they do.
  const shared = name === 'unit' && { pool: 'threads' as const, isolate: false };
  return {
    extends: true as const,
    test: {
      ...{ name, include: [include], exclude, testTimeout: timeoutMs, hookTimeout: timeoutMs },
      ...shared,
    },
  };
}
