// Tests that run in plain Node. A project for each folder, so that one kind can run alone:
// `npm test -- unit`, or `npx vitest run test/unit/keys`.
import { defineConfig } from 'vitest/config';

/** How long one test may take: most peers are real programs that start first. */
const timeoutsMs = {
  unit: 20_000,
  integration: 120_000,
  interop: 120_000,
  security: 60_000,
  fuzz: 120_000,
};

/** Named `*.long.test.ts`, wherever they lie: `npm run test:long` runs them, `npm test` does not. */
const LONG = 'test/**/*.long.test.ts';
const LONG_TIMEOUT_MS = 180_000;

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than a small machine has cores: tests wait for servers and timers as well.
    maxWorkers: 3,
    projects: [
      ...Object.entries(timeoutsMs).map(([name, timeoutMs]) =>
        project(name, timeoutMs, `test/${name}/**/*.test.{ts,tsx,mjs}`, [LONG]),
      ),
      project('long', LONG_TIMEOUT_MS, LONG, []),
    ],
  },
});

function project(name: string, timeoutMs: number, include: string, exclude: string[]) {
  return {
    extends: true as const,
    test: { name, include: [include], exclude, testTimeout: timeoutMs, hookTimeout: timeoutMs },
  };
}
