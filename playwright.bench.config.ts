// Measurements in the real Electron, `npm run bench -- look`: they print figures and judge none, and
// `npm test` does not run them. The harness is that of the end-to-end tests.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test/bench',
  testMatch: '**/*.bench.ts',
  globalSetup: './test/e2e/harness/global-setup.ts',
  outputDir: 'artefacts/bench',
  workers: 1,
  timeout: 15 * 60_000,
  reporter: 'line',
});
