// @ts-check
// The committed WebAssembly is what its source compiles to.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('deflate-wasm.ts is up to date: `npm run assembly` would change nothing', async () => {
  const { compileAssembly, wasmModule } = await import('../../../scripts/lib/assembly.mjs');
  expect(await readFile(wasmModule, 'utf8')).toBe(await compileAssembly());
}, 60_000);
