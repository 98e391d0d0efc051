/** Whether the app starts when the user logs in, in the tray. Kept where the system keeps it. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { app } from 'electron';
import { writeError } from './file-errors.ts';

/** The argument by which a start at login is told from one by the user. */
export const HIDDEN_ARGUMENT = '--hidden';

export interface LoginItemState {
  readonly runAtLogin: boolean;
}

export interface LoginItem {
  state(): Promise<LoginItemState>;
  /** @throws AppError FILE_NOT_WRITABLE, DISK_FULL */
  set(runAtLogin: boolean): Promise<LoginItemState>;
}

export function systemLoginItem(): LoginItem {
  return process.platform === 'linux' ? autostartItem() : electronItem();
}

function electronItem(): LoginItem {
  const options = { args: [...appArguments(), HIDDEN_ARGUMENT] };
  const state = () =>
    Promise.resolve({ runAtLogin: app.getLoginItemSettings(options).openAtLogin });
  return {
    state,
    set: (openAtLogin) => {
      app.setLoginItemSettings({ openAtLogin, ...options });
      return state();
    },
  };
}

/** The desktop application autostart specification: a .desktop file in a folder of the user's. */
function autostartItem(): LoginItem {
  const config = process.env['XDG_CONFIG_HOME'];
  const base = config && isAbsolute(config) ? config : join(homedir(), '.config');
  const path = join(base, 'autostart', 'sealift.desktop');
  const state = async () => ({
    runAtLogin: await stat(path).then(
      () => true,
      () => false,
    ),
  });
  return {
    state,
    set: async (runAtLogin) => {
      try {
        if (runAtLogin) {
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, desktopEntry());
        } else await rm(path, { force: true });
      } catch (cause) {
        throw writeError('sealift.desktop', cause);
      }
      return state();
    },
  };
}

function desktopEntry(): string {
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const command = [program, ...appArguments(), HIDDEN_ARGUMENT].map(quoted).join(' ');
  return `[Desktop Entry]\nType=Application\nName=Sealift\nComment=Runs its schedules\nExec=${command}\nTerminal=false\n`;
}

/** From a checkout the program is Electron, and the app its argument. */
function appArguments(): string[] {
  return app.isPackaged ? [] : [app.getAppPath()];
}

/** As the specification of desktop entries quotes an argument. */
function quoted(argument: string): string {
  const escaped = argument
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}
