// A person at this computer: a home folder, a temporary folder, a login session with a keychain.
// When the tests run as root the person is `nobody`, because Chromium's sandbox refuses root.
import { execFileSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const unprivilegedUser = 'nobody';

/** What the login would type; it protects a keychain that lives as long as a test. */
const loginPassword = 'correct horse battery staple';

export interface TestUser {
  /** Everything of this person lies in here; it is gone after the test. */
  folder: string;
  home: string;
  /** SEALIFT_HOME: the app's profile. */
  profile: string;
  /** TMPDIR */
  temporary: string;
  /** What the app has written to stdout and stderr, over all its starts. */
  log: string;
  /** Writes a file into the home folder, belonging to this person, and returns its path. */
  addFile(name: string, content: string | Uint8Array): Promise<string>;
  /** Writes the program that runs Electron as this person, in a session of its own. */
  writeLauncher(electron: string): Promise<string>;
  remove(): Promise<void>;
}

export async function makeUser(): Promise<TestUser> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-user-'));
  const at = (name: string) => join(folder, name);
  const owned = [folder, ...['home', 'profile', 'tmp', 'run'].map(at)];
  const owner = fileOwner();
  for (const path of owned) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (owner) await chown(path, owner.uid, owner.gid);
  }
  return {
    folder,
    home: at('home'),
    profile: at('profile'),
    temporary: at('tmp'),
    log: at('app.log'),
    async addFile(name, content) {
      const path = join(at('home'), name);
      const parent = dirname(path);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      if (owner) await chown(parent, owner.uid, owner.gid);
      await writeFile(path, content, { mode: 0o600 });
      if (owner) await chown(path, owner.uid, owner.gid);
      return path;
    },
    async writeLauncher(electron) {
      const path = at('electron.sh');
      await writeFile(at('session.sh'), session(electron, folder), { mode: 0o755 });
      await writeFile(path, launcher(at('session.sh'), owner !== undefined), { mode: 0o755 });
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

function fileOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, unprivilegedUser], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Run by whoever runs the tests; becomes the user when that is root. (Quoting: the paths are ours,
 * without special characters.)
 */
function launcher(session: string, asRoot: boolean): string {
  return `#!/bin/sh
exec ${asRoot ? `runuser -u ${unprivilegedUser} -- ` : ''}'${session}' "$@"
`;
}

/**
 * Run by the user: a message bus for the session, on it the keychain, unlocked as a login does it,
 * then Electron, whose words are kept from the first one on. The keychain's daemon ends with the bus,
 * and the bus with Electron.
 */
function session(electron: string, folder: string): string {
  return `#!/bin/sh
if [ -z "$SEALIFT_SESSION" ]; then
  export SEALIFT_SESSION=1 HOME='${folder}/home' TMPDIR='${folder}/tmp' XDG_RUNTIME_DIR='${folder}/run'
  cd "$HOME" && exec dbus-run-session -- "$0" "$@"
fi
if [ -n "$SEALIFT_NO_KEYCHAIN" ]; then
  export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
else
  printf %s '${loginPassword}' |
    gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null 2>&1
fi
'${electron}' "$@" 2>&1 | tee -a '${folder}/app.log' >&2
`;
}
