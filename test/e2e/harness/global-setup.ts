// Prepares a run once: Electron and dist/ by the project's own scripts, and the app staged where an
// unprivileged user can read it. Returns what undoes it all.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publishRunState } from './run-state.ts';
import { stageApp } from './stage.ts';

const root = resolve(import.meta.dirname, '../../..');

export default async function setUp(): Promise<() => Promise<void>> {
  const script = (name: string) =>
    execFileSync(process.execPath, [resolve(root, 'scripts', name)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
  script('build.mjs');
  const electron = script('electron.mjs');
  const appFolder = await mkdtemp(join(tmpdir(), 'sealift-app-'));
  const removeApp = () => rm(appFolder, { recursive: true, force: true });
  try {
    await stageApp(root, appFolder);
    publishRunState({ electron, appFolder });
    return removeApp;
  } catch (error) {
    await removeApp();
    throw error;
  }
}
