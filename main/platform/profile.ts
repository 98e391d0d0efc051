/**
 * Where the profile lies: keys, settings, journal and spool of one user. App and CLI share it.
 * Plain Node: the CLI resolves it without Electron, to the folder that the app uses.
 */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { fileReason } from './file-reason.ts';

export interface ProfileEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** The profile folder's path: `SEALIFT_HOME`, else the app's own data folder. Touches no disk. */
export function profileFolder(
  { env, platform, home }: ProfileEnvironment = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  const path = platform === 'win32' ? win32 : posix;
  const { SEALIFT_HOME: own, APPDATA: roaming, XDG_CONFIG_HOME: config } = env;
  if (own) return path.resolve(own);
  if (platform === 'win32') {
    return path.join(roaming || path.join(home, 'AppData', 'Roaming'), 'Sealift');
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Sealift');
  // The XDG base directory specification ignores relative paths, and so does Electron.
  const base = config && path.isAbsolute(config) ? config : path.join(home, '.config');
  return path.join(base, 'Sealift');
}

/**
 * Makes the profile folder if it is missing, for its owner alone (0700), and gives its path. One that
 * is there keeps its permissions: `SEALIFT_HOME` may name a folder that holds more than a profile.
 *
 * @throws AppError FILE_NOT_WRITABLE
 */
export async function openProfile(folder: string = profileFolder()): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = fileReason(cause);
    throw new AppError('FILE_NOT_WRITABLE', { file: folder, reason }, { cause });
  }
  return folder;
}
