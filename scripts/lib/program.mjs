// @ts-check
// Programs of the tests' own that are written in TypeScript, which this Node does not run by itself.
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { root, run } from './project.mjs';

/**
 * Bundles a program and runs it, with its output on stdout.
 * @param {string} entry within the project
 * @param {readonly string[]} args
 * @param {{ beside?: Readonly<Record<string, string>>, env?: NodeJS.ProcessEnv }} [options] `beside`: what else is
 *   built beside it, as NAME.js, by its entry
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(entry, args, { beside = {}, env = process.env } = {}) {
  // Within the project, where Node finds the packages: they are not bundled.
  const name = `${basename(dirname(entry))}-program-${process.pid}`;
  const folder = join(root, 'artefacts', name);
  try {
    // Not at the top: packages may be installed only by then.
    const { build } = await import('vite');
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      build: {
        ssr: true,
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        rollupOptions: {
          input: { program: join(root, entry), ...inRoot(beside) },
          output: { entryFileNames: '[name].js' },
        },
      },
    });
    const program = join(folder, 'program.js');
    return await run(process.execPath, [program, ...args], { env, output: 'stdout' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Readonly<Record<string, string>>} entries */
function inRoot(entries) {
  return Object.fromEntries(
    Object.entries(entries).map(([name, path]) => [name, join(root, path)]),
  );
}
