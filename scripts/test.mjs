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
import { formatSum, formatTable, readPlaywrightReport, readVitestReport } from './lib/tally.mjs';

/** @typedef {import('./lib/tally.mjs').Tally} Tally */
/** @typedef {{ name: string, run: () => Promise<Tally> }} Check */

const artefacts = join(root, 'artefacts');
const typedFolders = ['shared', 'main', 'main/preload', 'renderer', 'server', 'test', 'scripts'];
const vitestProjects = ['unit', 'integration', 'interop', 'security', 'fuzz'];
const cruised = ['shared', 'main', 'renderer', 'server', 'test'];

/**
 * Which checks run one after the other, and which beside each other: those of a stage in its lanes.
 * Linting takes as long as all other checks of the text.
 * @type {readonly (readonly (readonly Check[])[])[]}
 */
const everyStages = [
  [
    [tool('eslint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0')],
    [
      ...typedFolders.map((folder) => tool(`types ${folder}`, 'typescript/bin/tsc', '-p', folder)),
      tool('prettier', 'prettier/bin/prettier.cjs', '--check', '.'),
      tool('dependency rules', 'dependency-cruiser/bin/dependency-cruise.mjs', ...cruised),
      tool('knip', 'knip/bin/knip.js'),
    ],
  ],
  [vitestProjects.map((project) => ({ name: `vitest ${project}`, run: () => vitest(project) }))],
  [[{ name: 'playwright e2e', run: () => playwright('--grep-invert', '@long') }]],
  [[{ name: 'demo', run: () => counted('demo', [join(root, 'scripts/demo.mjs')], 'stdout') }]],
];

/** @type {typeof everyStages} */
const longStages = [
  [[{ name: 'playwright e2e, long', run: () => playwright('--grep', '@long') }]],
  [
    [
      {
        name: 'vitest long',
        run: () =>
          vitest('long', {
            SEALIFT_KILLS: '30',
            SEALIFT_KILL_ROUNDS: '30',
            SEALIFT_MODEL_SECONDS: '300',
          }),
      },
    ],
  ],
];

await main(async () => {
  const isLong = process.argv[2] === '--long';
  const stages = isLong ? longStages : everyStages;
  const words = process.argv.slice(isLong ? 3 : 2);
  /** @param {Check} check */
  const isChosen = ({ name }) => words.length === 0 || words.some((word) => name.includes(word));
  const chosen = stages.map((lanes) => lanes.map((lane) => lane.filter(isChosen)));
  if (chosen.flat(2).length === 0) {
    const names = stages.flat(2).map(({ name }) => name);
    throw new ScriptError(`no check is called so; there are: ${names.join(', ')}`);
  }
  rmSync(artefacts, { recursive: true, force: true });
  mkdirSync(artefacts);
  const tallies = (await isPrepared()) ? await runAll(chosen) : [failure('preparation')];
  const sum = formatSum(tallies);
  writeFileSync(join(artefacts, 'summary.txt'), `${sum}\n`);
  process.stdout.write(`\n${formatTable(tallies)}\n\n${sum}\n`);
  return tallies.some(({ failed }) => failed > 0) ? 1 : 0;
});

/** Installs and builds; without that, no check could say anything. */
async function isPrepared() {
  try {
    await ensureDependencies();
    await ensureDebianPackages(testPackages, 'the tests');
    await ensureElectron();
    await ensureBuilt();
    return true;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    say(error.message);
    return false;
  }
}

/** @param {typeof everyStages} chosen */
async function runAll(chosen) {
  /** @type {Tally[]} */
  const tallies = [];
  for (const lanes of chosen) {
    const ofLanes = await Promise.all(lanes.map(runInTurn));
    tallies.push(...ofLanes.flat());
  }
  return tallies;
}

/** @param {readonly Check[]} lane */
async function runInTurn(lane) {
  /** @type {Tally[]} */
  const tallies = [];
  for (const check of lane) {
    process.stdout.write(`\n── ${check.name}\n`);
    const start = performance.now();
    const tally = await check.run();
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(`   ${check.name}: ${formatSum([tally])} in ${seconds.toFixed(1)} s\n`);
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
  return { name, run: () => counted(name, [join(root, 'node_modules', bin), ...args], 'held') };
}

/**
 * @param {string} name
 * @param {readonly string[]} args for node
 * @param {'held' | 'stdout'} output
 * @returns {Promise<Tally>}
 */
async function counted(name, args, output) {
  const code = await run(process.execPath, args, { output });
  return code === 0 ? { name, passed: 1, failed: 0, skipped: 0 } : failure(name);
}

/** @param {string} name */
function failure(name) {
  return { name, passed: 0, failed: 1, skipped: 0 };
}

/**
 * @param {string} project
 * @param {Readonly<Record<string, string>>} settings as environment variables
 */
async function vitest(project, settings = {}) {
  const report = join(artefacts, `vitest-${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const bin = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [bin, 'run', '--project', project, ...reporters];
  const env = { ...process.env, ...settings };
  const code = await run(process.execPath, args, { output: 'stdout', env });
  return readVitestReport(report, `vitest ${project}`, code);
}

/** @param {readonly string[]} args */
async function playwright(...args) {
  const bin = join(root, 'node_modules/@playwright/test/cli.js');
  const code = await run(process.execPath, [bin, 'test', ...args], { output: 'stdout' });
  // Named in playwright.config.ts.
  return readPlaywrightReport(join(artefacts, 'e2e.json'), 'playwright e2e', code);
}
