// @ts-check
// The CLI from a checkout: prepares what is missing, then runs it in this very process, so that
// streams, signals and exit codes are the CLI's own. Writes nothing to stdout itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, root } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
});

if (process.exitCode === 0) {
  process.exitCode = undefined;
  // `npm run` moves to the package's root; paths on the command line are meant from where the user is.
  const { npm_lifecycle_event: npmScript, INIT_CWD: startFolder } = process.env;
  if (npmScript === 'sealift' && startFolder) process.chdir(startFolder);
  const cli = join(root, 'dist/main/cli.js');
  process.argv[1] = cli;
  await import(pathToFileURL(cli).href);
}
