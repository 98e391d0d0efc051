// @ts-check
// Gets an Electron into the cache and prints the path of its executable.
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureElectron } from './lib/electron.mjs';
import { main } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  const { executable } = await ensureElectron();
  process.stdout.write(`${executable}\n`);
});
