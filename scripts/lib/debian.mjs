// @ts-check
// The Debian packages that the window and the tests use, and what each is for.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say, ScriptError } from './project.mjs';

/**
 * @typedef {object} DebianPackage
 * @property {string} name
 * @property {string} purpose
 * @property {string} [command] where a program is all that is wanted of it, however it came here
 */

/** @type {readonly DebianPackage[]} */
export const windowPackages = [
  { name: 'libgtk-3-0', purpose: "Electron's window toolkit" },
  { name: 'libnss3', purpose: "Chromium's certificate store" },
  { name: 'libasound2', purpose: 'Chromium links to it' },
  { name: 'libgbm1', purpose: "Chromium's graphics buffers" },
];

/** @type {readonly DebianPackage[]} */
export const testPackages = [
  ...windowPackages,
  { name: 'xvfb', command: 'Xvfb', purpose: 'a display without a screen' },
  { name: 'dbus-daemon', command: 'dbus-run-session', purpose: 'a message bus for one session' },
  { name: 'gnome-keyring', command: 'gnome-keyring-daemon', purpose: 'a real keychain' },
  { name: 'gnupg', command: 'gpg', purpose: 'OpenPGP peer: GnuPG' },
  { name: 'sq', command: 'sq', purpose: 'OpenPGP peer: Sequoia' },
  { name: 'rnp', command: 'rnp', purpose: 'OpenPGP peer: RNP' },
  { name: 'openssh-server', command: 'sshd', purpose: 'SFTP peer: OpenSSH' },
  { name: 'openssh-client', command: 'ssh-keygen', purpose: 'SSH keys in every format' },
  { name: 'procps', command: 'ps', purpose: 'the processes of a server that is killed' },
  { name: 'openssl', command: 'openssl', purpose: 'keys in PEM forms' },
  { name: 'postgresql', purpose: "the server's other database" },
];

/**
 * Installs those that are missing when it may (root, apt), else names them and stops.
 * @param {readonly DebianPackage[]} packages
 * @param {string} user for the message: what needs them, as in "the tests"
 */
export async function ensureDebianPackages(packages, user) {
  if (process.platform !== 'linux') return;
  const installed = installedPackages();
  const missing = packages.filter(({ name, command }) =>
    command ? !isOnPath(command) : installed !== undefined && !installed.has(name),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    const list = missing.map(({ name, purpose }) => `  ${name.padEnd(16)} ${purpose}`).join('\n');
    throw new ScriptError(
      `${user} need these Debian packages (or the same from your system):\n${list}\n` +
        `Install them, for example: sudo apt-get install --no-install-recommends ${names.join(' ')}`,
    );
  }
  say(`installing Debian packages: ${names.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names];
  if ((await run('apt-get', install, { env })) !== 0) {
    throw new ScriptError(`apt-get could not install ${names.join(' ')}; its own words are above`);
  }
}

/** @returns {Set<string> | undefined} names, also provided ones; undefined where there is no dpkg */
function installedPackages() {
  try {
    const format = '${db:Status-Abbrev}|${Package}, ${Provides}\n';
    const text = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8' });
    const lines = text.split('\n').filter((line) => line.startsWith('ii'));
    const names = lines.flatMap((line) => line.slice(line.indexOf('|') + 1).split(','));
    return new Set(names.map((name) => name.trim().split(' ')[0] ?? ''));
  } catch {
    return undefined;
  }
}

/** @param {string} command */
function isOnPath(command) {
  // Debian keeps daemons out of a plain user's path.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
