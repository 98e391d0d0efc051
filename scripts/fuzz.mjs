// @ts-check
// `npm run fuzz`: damaged and hostile inputs for each reader, without end in sight unless told:
// `npm run fuzz -- [target…] [--seconds N] [--seed N]`. See test/fuzz/program.ts.
import { ensureDependencies } from './lib/dependencies.mjs';
import { runProgram } from './lib/program.mjs';
import { main } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  return runProgram('test/fuzz/program.ts', process.argv.slice(2));
});
