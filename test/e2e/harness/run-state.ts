// What the run's global set-up prepares once and every worker process then reads: Playwright hands
// environment variables from the one to the other.

export interface RunState {
  /** Electron's executable, from the cache that scripts/electron.mjs keeps. */
  electron: string;
  /** The built app with its production packages, readable by every user. */
  appFolder: string;
}

const variable = 'SEALIFT_E2E_RUN';

export function publishRunState(state: RunState): void {
  process.env[variable] = JSON.stringify(state);
}

export function readRunState(): RunState {
  const text = process.env[variable];
  if (text === undefined)
    throw new Error('the global set-up has not run: use playwright.config.ts');
  return JSON.parse(text) as RunState;
}
