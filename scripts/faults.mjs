// @ts-check
// `npm run test:faults`: 200 deliveries by the CLI, to the bundled server and to OpenSSH's, each with a fault at a
// random moment; every one must end whole and once. SEALIFT_FAULTS=20 makes it short, SEALIFT_FAULT_SEED=N repeats
// a run, SEALIFT_FAULT_ONLY=7,9 some deliveries of it. See test/faults/program.ts.
import { ensureBuilt } from './lib/build.mjs';
import { ensureDebianPackages, testPackages } from './lib/debian.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { runProgram } from './lib/program.mjs';
import { main } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureDebianPackages(testPackages, 'the deliveries');
  await ensureBuilt();
  return runProgram('test/faults/program.ts', process.argv.slice(2));
});
