/**
 * Composition root of the app: builds the rooms, registers the calls, opens the window. No logic may live here.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog, nativeTheme } from 'electron';
import type { BrowserWindow } from 'electron';
import { buildApp } from './shell/build-app.ts';
import type { BuiltApp } from './shell/build-app.ts';
import { APP_ORIGIN, declareAppScheme, serveApp } from './shell/app-protocol.ts';
import { openMainWindow, preloadPath } from './shell/main-window.ts';
import { Background } from './shell/background.ts';
import { installMenu } from './shell/menu.ts';
import { guardedSession, lockContents } from './shell/session-guard.ts';
import { registerIpc, sendEvent } from './ipc/register.ts';
import { openLog } from './platform/log.ts';
import { AppError, errorNext, errorText } from '../shared/errors/index.ts';
import { HIDDEN_ARGUMENT } from './platform/login-item.ts';
import { openProfile } from './platform/profile.ts';

process.umask(0o077);
// Chromium cannot sandbox as root; the switch exists for development alone, and packaged it is refused.
if (!app.commandLine.hasSwitch('no-sandbox') || app.isPackaged) app.enableSandbox();
declareAppScheme();
lockContents();

const profileDir = await openProfile();
const log = openLog(join(profileDir, 'logs', 'sealift.log'));
app.setPath('userData', join(profileDir, 'window'));
// Not awaited: Electron gets ready only when this module has been evaluated.
if (app.requestSingleInstanceLock()) run().catch(giveUp);
else app.quit();

async function run(): Promise<void> {
  const folder = dirname(fileURLToPath(import.meta.url));
  let window: BrowserWindow | undefined;

  await app.whenReady();
  const session = guardedSession();
  serveApp(session, join(folder, '..', 'renderer'));
  const background = new Background(join(folder, '..', '..', 'assets', 'tray.png'), () => show());
  const built = await buildApp({
    profileDir,
    log,
    loginItem: background,
    workerPath: join(folder, 'worker.js'),
    serverPath: join(folder, '..', 'server', 'index.js'),
    samplePath: join(folder, '..', '..', 'assets', 'sample', 'orders.csv'),
    window: () => window,
    onSchedules: () => sendEvent(window?.webContents, 'schedules.changed', {}),
    onNews: (news) => background.tell(news),
    onJob: (job) => sendEvent(window?.webContents, 'jobs.changed', job),
    onPractice: (state) => sendEvent(window?.webContents, 'practice.changed', state),
    onTested: (id, step) => sendEvent(window?.webContents, 'connections.tested', { id, step }),
    onTransfer: (transfer) => sendEvent(window?.webContents, 'sds.transfers.changed', transfer),
    onLock: (state) => {
      sendEvent(window?.webContents, 'secrets.locked', state);
      // A fresh page holds nothing of what the old one showed.
      window?.webContents.reload();
    },
  });
  watchInput(built.touch);
  nativeTheme.themeSource = (await built.settings.get()).appearance;
  registerIpc({
    handlers: built.handlers,
    files: built.files,
    contents: () => window?.webContents,
    origin: APP_ORIGIN,
    log,
  });
  installMenu({
    navigate: (place) => sendEvent(window?.webContents, 'menu.navigate', { place }),
    lock: () => void built.lock(),
  });

  const quitting = quitCleanly(built);
  const open = (): void => {
    window = openMainWindow({ session, preload: preloadPath(folder) });
    window.on('close', (event) => {
      if (!background.isInTray && !quitting.isAgreed()) event.preventDefault();
    });
    window.on('closed', () => {
      window = undefined;
    });
  };
  const show = (): void => {
    if (window === undefined) open();
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  };
  await background.state();
  if (!process.argv.includes(HIDDEN_ARGUMENT) || !background.isInTray) open();
  // The window comes first.
  window?.webContents.once('did-finish-load', built.warm);
  followWishes(show, background);
}

/** To see the window again, or to be left alone by it. */
function followWishes(show: () => void, background: Background): void {
  app.on('activate', show);
  app.on('second-instance', show);
  app.on('window-all-closed', () => {
    if (!background.isInTray) app.quit();
  });
}

/** Tells of every key and every movement in a window. */
function watchInput(touch: () => void): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('input-event', touch);
  });
}

/**
 * Lets the rooms close before the process ends, once. `isAgreed` asks the user, once, when a delivery would be
 * stopped by it.
 */
function quitCleanly({ isBusy, close }: Pick<BuiltApp, 'isBusy' | 'close'>): {
  isAgreed: () => boolean;
} {
  let agreed = false;
  let closing: 'no' | 'now' | 'done' = 'no';
  const isAgreed = (): boolean => (agreed ||= !isBusy() || mayStopDelivery());
  app.on('before-quit', (event) => {
    if (closing === 'done') return;
    event.preventDefault();
    if (closing === 'now' || !isAgreed()) return;
    closing = 'now';
    void close().finally(() => {
      closing = 'done';
      app.quit();
    });
  });
  return { isAgreed };
}

function mayStopDelivery(): boolean {
  const choice = dialog.showMessageBoxSync({
    type: 'question',
    buttons: ['Keep sending', 'Stop and quit'],
    defaultId: 0,
    cancelId: 0,
    message: 'A delivery is under way.',
    detail: 'If you quit now it stops where it is, and goes on from there later.',
  });
  return choice === 1;
}

/** Without a window there is only the system's box to say why. */
function giveUp(fault: unknown): void {
  const error =
    fault instanceof AppError ? fault : new AppError('INTERNAL', log.fault(fault).params);
  dialog.showErrorBox('Sealift cannot start', `${errorText(error)}\n${errorNext(error)}`);
  app.exit(1);
}
