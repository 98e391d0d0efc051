// @ts-check
// `npm test`: prepares everything, then runs every check, also after one has failed.
// `npm test -- unit` runs only the checks whose name contains one of the words given; `npm run test:long` those
// that take too long for every time: journeys marked `@long`, and the files `*.long.test.ts`.
// The last line of stdout is the sum over all of them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDebianPackages, testPackages } from './lib/debian.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureElectron } from './lib/electron.mjs';
import { main, root, run, say, ScriptError } from './lib/project.mjs';
import {
  formatFailures,
  formatSum,
  formatTable,
  readPlaywrightReport,
  readVitestReport,
} from './lib/tally.mjs';

/** @typedef {import('./lib/tally.mjs').Tally} Tally */
/**
 * @typedef {{ name: string, run: () => Promise<Tally>, project?: string }} Check
 * `project`: of vitest, which runs those that are chosen together
 */

const artefacts = join(root, 'artefacts');
const typedFolders = ['shared', 'main', 'main/preload', 'renderer', 'server', 'test', 'scripts'];
const vitestProjects = ['unit', 'integration', 'interop', 'security', 'fuzz'];
const cruised = ['shared', 'main', 'renderer', 'server', 'test'];

/** @type {readonly Check[]} */
const everyChecks = [
  // One compiler for all folders: it reads the types of their packages once.
  tool('types', 'typescript/bin/tsc', '--build', ...typedFolders),
  tool('eslint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0'),
  tool('prettier', 'prettier/bin/prettier.cjs', '--check', '.'),
  tool('dependency rules', 'dependency-cruiser/bin/dependency-cruise.mjs', ...cruised),
  tool('knip', 'knip/bin/knip.js'),
  ...vitestProjects.map((project) => ({ ...vitestCheck(project), project })),
  { name: 'playwright e2e', run: () => playwright('--grep-invert', '@long') },
  { name: 'demo', run: () => counted('demo', [join(root, 'scripts/demo.mjs')]) },
];

/** @type {readonly Check[]} */
const longChecks = [
  { name: 'playwright e2e, long', run: () => playwright('--grep', '@long') },
  {
    name: 'vitest long',
    run: () =>
      vitest(['long'], {
        SEALIFT_KILLS: '30',
        SEALIFT_KILL_ROUNDS: '30',
        SEALIFT_MODEL_SECONDS: '300',
      }),
  },
];

await main(async () => {
  const isLong = process.argv[2] === '--long';
  const checks = isLong ? longChecks : everyChecks;
  const words = process.argv.slice(isLong ? 3 : 2);
  const chosen = checks.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (chosen.length === 0) {
    throw new ScriptError(
      `no check is called so; there are: ${checks.map((c) => c.name).join(', ')}`,
    );
  }
  rmSync(artefacts, { recursive: true, force: true });
  mkdirSync(artefacts);
  const tallies = (await isPrepared()) ? await runAll(together(chosen)) : [failure('preparation')];
  const sum = formatSum(tallies);
  writeFileSync(join(artefacts, 'summary.txt'), `${sum}\n`);
  const parts = [formatTable(tallies), formatFailures(tallies), sum];
  process.stdout.write(`\n${parts.filter(Boolean).join('\n\n')}\n`);
  return tallies.some(({ failed }) => failed > 0) ? 1 : 0;
});

/** Installs and builds; without that, no check could say anything. */
async function isPrepared() {
  try {
    // Two that mostly wait for the network. Both end before a failure of one is told.
    const fetched = await Promise.allSettled([
      ensureDependencies().then(ensureElectron),
      ensureDebianPackages(testPackages, 'the tests'),
    ]);
    const failed = fetched.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    await ensureBuilt();
    return true;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    say(error.message);
    return false;
  }
}

/** @param {readonly Check[]} chosen */
async function runAll(chosen) {
  /** @type {Tally[]} */
  const tallies = [];
  for (const check of chosen) {
    process.stdout.write(`\n── ${check.name}\n`);
    const start = performance.now();
    const tally = await check.run();
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(`   ${formatSum([tally])} in ${seconds.toFixed(1)} s\n`);
    tallies.push(tally);
  }
  return tallies;
}

/**
 * A program from node_modules that passes or fails as a whole.
 * @param {string} name
 * @param {string} bin
 * @param {readonly string[]} args
 * @returns {Check}
 */
function tool(name, bin, ...args) {
  return { name, run: () => counted(name, [join(root, 'node_modules', bin), ...args]) };
}

/**
 * @param {string} name
 * @param {readonly string[]} args for node
 * @returns {Promise<Tally>}
 */
async function counted(name, args) {
  const code = await run(process.execPath, args, { output: 'stdout' });
  return code === 0 ? { name, passed: 1, failed: 0, skipped: 0 } : failure(name);
}

/** @param {string} name */
function failure(name) {
  return { name, passed: 0, failed: 1, skipped: 0 };
}

/**
 * @param {...string} projects
 * @returns {Check}
 */
function vitestCheck(...projects) {
  return { name: `vitest ${projects.join(', ')}`, run: () => vitest(projects) };
}

/**
 * One run of all projects of vitest, in the place of the first: at the end of each run, workers stand idle.
 * @param {readonly Check[]} chosen
 * @returns {readonly Check[]}
 */
function together(chosen) {
  const projects = chosen.flatMap(({ project }) => project ?? []);
  return chosen.flatMap((check) => {
    if (check.project === undefined) return check;
    return check.project === projects[0] ? vitestCheck(...projects) : [];
  });
}

/**
 * @param {readonly string[]} projects
 * @param {Readonly<Record<string, string>>} settings as environment variables
 */
async function vitest(projects, settings = {}) {
  const report = join(artefacts, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const bin = join(root, 'node_modules/vitest/vitest.mjs');
  const wanted = projects.flatMap((project) => ['--project', project]);
  const env = { ...process.env, ...settings };
  const args = [bin, 'run', ...wanted, ...reporters];
  const code = await run(process.execPath, args, { output: 'stdout', env });
  return readVitestReport(report, `vitest ${projects.join(', ')}`, code);
}

/** @param {readonly string[]} args */
async function playwright(...args) {
  const bin = join(root, 'node_modules/@playwright/test/cli.js');
  const code = await run(process.execPath, [bin, 'test', ...args], { output: 'stdout' });
  // Named in playwright.config.ts.
  return readPlaywrightReport(join(artefacts, 'e2e.json'), 'playwright e2e', code);
}
