// Starts the built app in the real Electron, with Chromium's sandbox on, as a test's user.
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { readRunState } from './run-state.ts';
import type { TestUser } from './user.ts';

export interface LaunchOptions {
  /** Added to the app's environment. */
  env?: Record<string, string>;
  /** Command-line arguments after the app's folder. */
  args?: readonly string[];
  /** False: a session in which no keychain answers. */
  hasKeychain?: boolean;
}

export interface LaunchedApp {
  app: ElectronApplication;
  /** The first window, loaded. */
  window: Page;
  /** Everything the app has written to stdout and stderr, and this window to its console. */
  logs: () => Promise<string>;
}

const launchTimeoutMs = 60_000;

/** @param display as the DISPLAY variable wants it */
export async function launch(
  user: TestUser,
  display: string,
  options: LaunchOptions = {},
): Promise<LaunchedApp> {
  const run = readRunState();
  const app = await _electron.launch({
    executablePath: await user.writeLauncher(run.electron),
    chromiumSandbox: true,
    args: [run.appFolder, ...(options.args ?? [])],
    env: {
      ...inheritedEnv(),
      DISPLAY: display,
      SEALIFT_HOME: user.profile,
      ...sessionEnv(options),
      ...options.env,
    },
    timeout: launchTimeoutMs,
  });
  const lines: string[] = [];
  const window = await app.firstWindow();
  window.on('console', (message) => lines.push(message.text()));
  window.on('pageerror', (error) => lines.push(error.stack ?? error.message));
  await window.waitForLoadState('domcontentloaded');
  return {
    app,
    window,
    logs: async () => `${await readFile(user.log, 'utf8')}\n--- window\n${lines.join('\n')}`,
  };
}

/** No variable of the developer's desktop or of the test runner reaches the app. */
function inheritedEnv(): Record<string, string> {
  const { PATH = '', LANG = 'C.UTF-8', TZ } = process.env;
  return { PATH, LANG, ...(TZ ? { TZ } : {}) };
}

function sessionEnv({ hasKeychain = true }: LaunchOptions): Record<string, string> {
  return hasKeychain ? {} : { SEALIFT_NO_KEYCHAIN: '1' };
}
