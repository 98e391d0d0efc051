// The one import of every end-to-end test: Playwright's `test` with a user and a way to start the
// app as that user. Apps and users are gone when the test ends; on failure, logs and a picture stay.
import { test as base, expect, type ElectronApplication, type Page } from '@playwright/test';
import { join, resolve } from 'node:path';
import { startDisplay } from './display.ts';
import { launch, type LaunchedApp, type LaunchOptions } from './launch.ts';
import { makeUser, type TestUser } from './user.ts';

const screensFolder = resolve(import.meta.dirname, '../../../artefacts/screens');

interface Fixtures {
  /** A new person with an empty profile. */
  user: TestUser;
  /** Starts the app as `user`; a second call after closing the first is a restart. */
  launchApp: (options?: LaunchOptions) => Promise<LaunchedApp>;
}

interface WorkerFixtures {
  /** The name of an X display that no other worker's windows and clipboard are on. */
  display: string;
}

/* eslint-disable no-empty-pattern -- Playwright reads the fixture's needs from the pattern */
export const test = base.extend<Fixtures, WorkerFixtures>({
  display: [
    async ({}, use) => {
      const display = await startDisplay();
      await use(display.name);
      await display.stop();
    },
    { scope: 'worker' },
  ],
  user: async ({}, use) => {
    const user = await makeUser();
    await use(user);
    await user.remove();
  },
  launchApp: async ({ display, user }, use, testInfo) => {
    const launched: LaunchedApp[] = [];
    await use(async (options) => {
      const app = await launch(user, display, options);
      launched.push(app);
      return app;
    });
    const failed = testInfo.status !== testInfo.expectedStatus;
    for (const { app, window, logs } of launched) {
      if (failed && !window.isClosed()) {
        await testInfo.attach('window', {
          body: await window.screenshot(),
          contentType: 'image/png',
        });
      }
      // A test that failed may have left a delivery under way, of which the app would ask.
      const agree = app.evaluate(({ dialog }) => {
        dialog.showMessageBoxSync = () => 1;
      });
      await agree.catch(() => undefined);
      await app.close();
      if (failed) await testInfo.attach('log', { body: await logs(), contentType: 'text/plain' });
    }
  },
});
/* eslint-enable no-empty-pattern */

/** Keeps a picture of the window as artefacts/screens/<name>.png. */
export async function keepScreen(window: Page, name: string): Promise<void> {
  await window.screenshot({ path: join(screensFolder, `${name}.png`), animations: 'disabled' });
}

/** The system's dialog belongs to no page and cannot be typed into; its answer is given instead, from now on. */
export function answerSaveDialog(app: ElectronApplication, path: string): Promise<void> {
  return app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

export { expect };
export type { LaunchedApp, LaunchOptions, TestUser };
