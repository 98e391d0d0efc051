// @ts-check
// `npm run bench`: how fast the program is, beside others that do the same work. All benches, or those that are
// named: `npm run bench -- seal open`. What stands behind one name goes to that bench:
// `npm run bench -- sds --database postgres`. SEALIFT_BENCH_MIB and SEALIFT_BENCH_ROUNDS make it shorter.
// They print figures and judge none, and `npm test` does not run them.
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDebianPackages, testPackages } from './lib/debian.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureElectron } from './lib/electron.mjs';
import { runProgram } from './lib/program.mjs';
import { main, root, run, ScriptError } from './lib/project.mjs';

/**
 * Measured in a worker process of the real Electron, by test/bench/program.ts.
 * @type {readonly string[]}
 */
const inWorker = ['seal', 'open', 'check', 'send', 'overlap'];

/** @type {Readonly<Record<string, (args: readonly string[]) => Promise<number>>>} */
const others = {
  /** Calls of Secure Data Storage a second: `--database pglite|postgres --seconds N --clients N --profile FOLDER`. */
  sds: (args) => runProgram('test/bench/sds-program.ts', args),
  /** Rows a second from an upload to the import's verdict: `--profile FOLDER`. */
  server: (args) => runProgram('test/bench/server-program.ts', args),
  /** The first look at a large file, and the window's frames while it is checked. */
  look: (args) => inWindow('look', args),
  /** The window's frames and the main process while a large file is sealed and sent. */
  frames: (args) => inWindow('frames', args),
  /** A large vault scrolled to its end: frames, main thread and heap. */
  scroll: (args) => inWindow('scroll', args),
};

await main(async () => {
  const known = [...inWorker, ...Object.keys(others)];
  const { names, args } = readArguments(process.argv.slice(2), known);
  await ensureDependencies();
  await ensureDebianPackages(testPackages, 'the benches');
  await ensureBuilt();
  const together = inWorker.filter((name) => names.includes(name));
  if (together.length > 0) {
    const code = await benchInWorker(together);
    if (code !== 0) return code;
  }
  for (const [name, start] of Object.entries(others)) {
    if (!names.includes(name)) continue;
    const code = await start(args);
    if (code !== 0) return code;
  }
  return 0;
});

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
function inWindow(name, args) {
  return run(
    process.execPath,
    [
      join(root, 'node_modules/@playwright/test/cli.js'),
      ...['test', '--config', 'playwright.bench.config.ts', name, ...args],
    ],
    { output: 'stdout' },
  );
}

/**
 * @param {readonly string[]} given
 * @param {readonly string[]} known
 */
function readArguments(given, known) {
  const optionAt = given.findIndex((word) => word.startsWith('-'));
  const named = optionAt < 0 ? given : given.slice(0, optionAt);
  const args = optionAt < 0 ? [] : given.slice(optionAt);
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ScriptError(`there is no bench "${unknown}"; there are ${known.join(', ')}`);
  }
  if (args.length > 0 && named.length !== 1) throw new ScriptError('options are for one bench');
  return { names: named.length === 0 ? known : named, args };
}

/** @param {readonly string[]} names */
async function benchInWorker(names) {
  const { executable } = await ensureElectron();
  return runProgram('test/bench/program.ts', names, {
    beside: {
      host: 'test/bench/electron/host.ts',
      worker: 'test/bench/electron/worker.ts',
      'armor-thread': 'main/seal/armor-thread.ts',
      'deflate-thread': 'main/seal/deflate-thread.ts',
    },
    env: { ...process.env, SEALIFT_BENCH_ELECTRON: executable },
  });
}
