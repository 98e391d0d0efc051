// @ts-check
// Builds the app, its CLI and the bundled server into dist/, and only when a source has changed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDatabaseTemplate } from './database-template.mjs';
import { root, run, say, ScriptError } from './project.mjs';

/** Everything a build reads, besides the packages that package-lock.json pins. */
const sources = [
  'main',
  'renderer',
  'server',
  'shared',
  'assets',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'electron.vite.config.ts',
];
const dist = join(root, 'dist');
const stampFile = join(dist, '.sources');

/**
 * Builds unless dist/ was made from exactly these sources. The new dist/ replaces the old one in
 * one step, so that a failed or broken-off build leaves a working one behind.
 */
export async function ensureBuilt() {
  const hash = hashSources();
  if (readStamp() === hash) return;
  say('building');
  const staging = `dist.${process.pid}.tmp`;
  const env = { ...process.env, SEALIFT_BUILD_DIR: staging, NODE_ENV: 'production' };
  try {
    await viteBuild('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'], env);
    const server = ['build', '--config', 'server/vite.config.ts', '--logLevel', 'warn'];
    await viteBuild('vite/bin/vite.js', server, env);
    await writeDatabaseTemplate(join(root, staging, 'server/database.tar.gz'));
    writeFileSync(join(root, staging, '.sources'), hash);
    rmSync(dist, { recursive: true, force: true });
    renameSync(join(root, staging), dist);
  } finally {
    rmSync(join(root, staging), { recursive: true, force: true });
  }
}

/**
 * @param {string} bin the tool's entry inside node_modules
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function viteBuild(bin, args, env) {
  const code = await run(process.execPath, [join(root, 'node_modules', bin), ...args], { env });
  if (code !== 0) throw new ScriptError(`the build failed (exit ${code}); its own words are above`);
}

/** @returns {string} a hash of the names and contents of all sources */
function hashSources() {
  const hash = createHash('sha256');
  for (const source of sources) hashTree(join(root, source), hash);
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @param {import('node:crypto').Hash} hash
 */
function hashTree(path, hash) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
    hash.update(`${path}\0`).update(readFileSync(path));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    // What the type checker leaves for its next run is no source.
    if (entry.name === 'node_modules' || entry.name.endsWith('.tsbuildinfo')) continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) hashTree(child, hash);
    else if (entry.isFile()) hash.update(`${child}\0`).update(readFileSync(child));
  }
}

function readStamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}
