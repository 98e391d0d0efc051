// @ts-check
// Compiles main/seal/assembly, which is AssemblyScript, into a module that holds the WebAssembly as text: so no
// bundler, packager or test needs to know of it.
import asc from 'assemblyscript/asc';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, ScriptError } from './project.mjs';

const entry = 'main/seal/assembly/deflate.ts';
export const wasmModule = join(root, 'main/seal/deflate-wasm.ts');

/** What `memory.data` takes in all, rounded up: the compiler refuses less. */
const PAGES = '20';
// The memory is given to it, shared by the thread that fills it and the one that works on it. Nothing is ever
// allocated in it, so it needs no collector.
const options = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
  ...['--importMemory', '--sharedMemory', '--enable', 'threads', '--zeroFilledMemory'],
  ...['--initialMemory', PAGES, '--maximumMemory', PAGES],
];

/** @returns {Promise<string>} the text of `wasmModule` */
export async function compileAssembly() {
  /** @type {Uint8Array | undefined} */
  let wasm;
  const { error, stderr } = await asc.main([entry, '--outFile', 'deflate.wasm', ...options], {
    readFile: (name) => readFile(join(root, name), 'utf8').catch(() => null),
    writeFile: (_, contents) => {
      wasm = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error || !wasm) throw new ScriptError(`${entry} does not compile:\n${stderr.toString()}`);
  return [
    '/** Compiled from assembly/deflate.ts by `npm run assembly`, which a test repeats. Not to be edited. */',
    `export const DEFLATE_WASM_PAGES = ${PAGES};`,
    'export const DEFLATE_WASM =',
    `  '${Buffer.from(wasm).toString('base64')}';`,
    '',
  ].join('\n');
}
