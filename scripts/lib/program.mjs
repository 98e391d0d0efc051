// @ts-check
// Programs of the tests' own that are written in TypeScript, which this Node does not run by itself.
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { root, run } from './project.mjs';

/**
 * Bundles a program and runs it, with its output on stdout.
 * @param {string} entry within the project
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(entry, args) {
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
        ssr: join(root, entry),
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        rollupOptions: { output: { entryFileNames: 'program.mjs' } },
      },
    });
    return await run(process.execPath, [join(folder, 'program.mjs'), ...args], {
      output: 'stdout',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
