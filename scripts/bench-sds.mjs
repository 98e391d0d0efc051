// @ts-check
// `npm run bench:sds`: requests a second of Secure Data Storage beside the same server's /health, on PGlite
// and on PostgreSQL: `npm run bench:sds -- [--database pglite|postgres] [--seconds N] [--clients N]
// [--profile FOLDER]`, the last for `node --cpu-prof` of the server. See test/bench/sds-program.ts.
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { runProgram } from './lib/program.mjs';
import { main } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
  return runProgram('test/bench/sds-program.ts', process.argv.slice(2));
});
