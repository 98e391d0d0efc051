// Tests that run in plain Node. A project for each folder, so that one kind can run alone:
// `npm test -- unit`, or `npx vitest run test/unit/keys`.
import { defineConfig } from 'vitest/config';

/** How long one test may take: most peers are real programs that start first. */
const timeoutsMs = {
  unit: 20_000,
  integration: 60_000,
  interop: 120_000,
  security: 60_000,
  fuzz: 120_000,
};

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than a small machine has cores: tests wait for servers and timers as well.
    maxWorkers: 3,
    projects: Object.entries(timeoutsMs).map(([name, timeoutMs]) => ({
      extends: true as const,
      test: {
        name,
        include: [`test/${name}/**/*.test.{ts,tsx,mjs}`],
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs,
      },
    })),
  },
});
