// @ts-check
// Compiles main/seal/assembly into main/seal/deflate-wasm.ts, which is committed beside its source.
import { writeFile } from 'node:fs/promises';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, say } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  // Only now is the compiler there.
  const { compileAssembly, wasmModule } = await import('./lib/assembly.mjs');
  await writeFile(wasmModule, await compileAssembly());
  say(`wrote ${wasmModule}`);
});
