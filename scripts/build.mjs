// @ts-check
// Builds the app, the CLI and the bundled server into dist/ when their sources have changed.
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
});
