// @ts-check
// Installs the packages that the lock file names.
import { ensureDependencies } from './lib/dependencies.mjs';
import { main } from './lib/project.mjs';

await main(ensureDependencies);
