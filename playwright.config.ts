// End-to-end tests: the built app in the real Electron under Xvfb. The harness in test/e2e/harness
// prepares everything; `npx playwright test` alone is enough.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/e2e/harness/global-setup.ts',
  outputDir: 'artefacts/e2e',
  // As many as a small machine has cores. Each has a display of its own.
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'artefacts/e2e.json' }]],
});
