/**
 * Composition root of the app: builds the rooms, registers the calls, opens the window. No logic may live here.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, nativeTheme } from 'electron';
import type { BrowserWindow } from 'electron';
import { buildApp } from './shell/build-app.ts';
import { APP_ORIGIN, declareAppScheme, serveApp } from './shell/app-protocol.ts';
import { openMainWindow, preloadPath } from './shell/main-window.ts';
import { installMenu } from './shell/menu.ts';
import { guardedSession, lockContents } from './shell/session-guard.ts';
import { registerIpc, sendEvent } from './ipc/register.ts';
import { openLog } from './platform/log.ts';
import { openProfile } from './platform/profile.ts';

process.umask(0o077);
// Chromium cannot sandbox as root; the switch exists for development alone, and packaged it is refused.
if (!app.commandLine.hasSwitch('no-sandbox') || app.isPackaged) app.enableSandbox();
declareAppScheme();
lockContents();

const profileDir = await openProfile();
app.setPath('userData', join(profileDir, 'window'));
// Not awaited: Electron gets ready only when this module has been evaluated.
if (app.requestSingleInstanceLock()) void run();
else app.quit();

async function run(): Promise<void> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const log = openLog(join(profileDir, 'logs', 'sealift.log'));
  let window: BrowserWindow | undefined;

  await app.whenReady();
  const session = guardedSession();
  serveApp(session, join(folder, '..', 'renderer'));
  const built = await buildApp({
    profileDir,
    log,
    workerPath: join(folder, 'worker.js'),
    serverPath: join(folder, '..', 'server', 'index.js'),
    samplePath: join(folder, '..', '..', 'assets', 'sample', 'orders.csv'),
    window: () => window,
    onJob: (job) => {
      sendEvent(window?.webContents, 'jobs.changed', job);
    },
    onPractice: (state) => {
      sendEvent(window?.webContents, 'practice.changed', state);
    },
  });
  nativeTheme.themeSource = (await built.settings.get()).appearance;
  registerIpc({
    handlers: built.handlers,
    files: built.files,
    contents: () => window?.webContents,
    origin: APP_ORIGIN,
    log,
  });
  installMenu((place) => {
    sendEvent(window?.webContents, 'menu.navigate', { place });
  });

  const open = (): void => {
    window = openMainWindow({ session, preload: preloadPath(folder) });
    window.on('closed', () => {
      window = undefined;
    });
  };
  open();
  app.on('activate', () => {
    if (window === undefined) open();
  });
  app.on('second-instance', () => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => {
    app.quit();
  });
  quitCleanly(built.close);
}

/** Lets the rooms close before the process ends, once. */
function quitCleanly(close: () => Promise<void>): void {
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}
