// @ts-check
// Makes node_modules what package-lock.json says, and remembers that it is.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, root, run, say, ScriptError } from './project.mjs';

const lockFile = join(root, 'package-lock.json');
/** What npm itself notes about the tree it installed. */
const installedLockFile = join(root, 'node_modules/.package-lock.json');
/** The hash of the lock file that node_modules was last found to match. */
const stampFile = join(root, 'node_modules/.sealift-lock');

/** Installs by the lock file when node_modules is missing or does not match it; quick when it does. */
export async function ensureDependencies() {
  const lock = readFileSync(lockFile);
  const hash = createHash('sha256').update(lock).digest('hex');
  if (readIfThere(stampFile) === hash) return;
  if (!installedTreeMatches(JSON.parse(lock.toString('utf8')))) {
    say('installing packages by the lock file');
    const npm = npmCommand();
    const code = await run(npm.command, [...npm.args, 'ci', '--no-audit', '--no-fund']);
    if (code !== 0) throw new ScriptError(`npm ci failed (exit ${code}); its own words are above`);
    await runAllowedScripts();
  }
  writeFileSync(stampFile, hash);
}

/**
 * .npmrc keeps every package's install scripts from running; those that package.json's
 * "allowScripts" names are run here, knowingly.
 */
async function runAllowedScripts() {
  const { allowScripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(allowScripts).filter((name) => allowScripts[name] === true);
  if (names.length === 0) return;
  say(`running the install scripts of ${names.join(', ')}`);
  const npm = npmCommand();
  const args = [...npm.args, 'rebuild', '--ignore-scripts=false', ...names];
  if ((await run(npm.command, args)) !== 0) {
    throw new ScriptError(
      `an install script of ${names.join(', ')} failed; its own words are above`,
    );
  }
}

/**
 * A tree that somebody installed by hand counts too: every package of the lock file is there in
 * its version, but for optional ones made for another platform.
 * @param {{ packages: Record<string, LockedPackage> }} lock
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 */
function installedTreeMatches(lock) {
  const text = readIfThere(installedLockFile);
  if (text === undefined) return false;
  /** @type {Record<string, LockedPackage>} */
  const installed = JSON.parse(text).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') || wanted.link) return true;
    const found = installed[path];
    if (!found) return wanted.optional === true;
    return found.version === wanted.version && existsSync(join(root, path));
  });
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
