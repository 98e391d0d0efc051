/** The one window of the app. */
import { join } from 'node:path';
import { BrowserWindow, nativeTheme } from 'electron';
import type { Session } from 'electron';
import { APP_URL } from './app-protocol.ts';

const BACKGROUND = { light: '#ffffff', dark: '#16181c' } as const;

export interface MainWindowOptions {
  readonly session: Session;
  readonly preload: string;
  /** PNG icon for window managers that take one. */
  readonly icon?: string;
}

export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1100,
    height: 720,
    minWidth: 800,
    minHeight: 560,
    title: 'Sealift',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    ...(options.icon === undefined ? {} : { icon: options.icon }),
    webPreferences: {
      session: options.session,
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(APP_URL);
  return window;
}

/** The built preload, relative to the built main process. */
export function preloadPath(mainFolder: string): string {
  return join(mainFolder, '..', 'preload', 'index.cjs');
}
