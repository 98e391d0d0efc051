/**
 * Entry of the bundled server: one process, started by path. Prints one line of JSON on stdout
 * when it is ready; exits 2 for a wrong command line, 1 when it cannot start, both in plain words.
 */
import { UsageError } from './failure.ts';
import { errorFields, log } from './log.ts';
import { HELP, readOptions } from './options.ts';
import { startFailure } from './start-failure.ts';

/** More than the time for which HTTP answers what is under way. */
const STOP_MS = 15_000;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const stopping = new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
    if (options.exitWithParent) {
      process.stdin.once('end', () => resolve('parent ended'));
      process.stdin.once('error', () => resolve('parent ended'));
      process.stdin.resume();
    }
  });
  // Loaded only now: it takes a second, which a wrong command line need not wait for.
  const { startServer } = await import('./server.ts');
  const server = await startServer(options);
  process.stdout.write(`${JSON.stringify(server.ready)}\n`);
  log.info('server.ready', { http: server.ready.http, sftp: server.ready.sftp.port });
  log.info('server.stopping', { reason: await stopping });
  // A client that does not let go must not keep the server from ending.
  setTimeout(() => process.exit(1), STOP_MS).unref();
  await server.close();
  log.info('server.stopped');
  process.exit(0);
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nAdd --help to see how it is used.\n`);
    process.exit(2);
  }
  const failure = startFailure(error);
  if (failure) {
    process.stderr.write(`${failure.message}.\n${failure.next}.\n`);
    process.exit(1);
  }
  log.error('server.not-started', errorFields(error));
  process.exit(1);
});
