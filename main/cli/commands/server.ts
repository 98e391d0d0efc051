/** `sealift server`: runs the bundled server as a process of its own. The server reads its own options. */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/index.ts';
import type { Runner } from '../command-line.ts';
import { INTERRUPTED_EXIT } from '../interrupts.ts';
import type { CliContext, Outcome } from '../outcome.ts';

const EXIT_WITH_PARENT = '--exit-with-parent';

export function addServerCommand(program: Command, run: Runner): void {
  program
    .command('server [options...]')
    .description('run the bundled server to practise against (see: sealift server --help)')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action((_options: unknown, _parsed: unknown, command: Command) =>
      run((context) => serve(context, command.args)),
    );
}

async function serve(context: CliContext, args: readonly string[]): Promise<Outcome> {
  const entry = context.serverEntry;
  await access(entry).catch((cause: unknown) => {
    throw new AppError('SERVER_NOT_BUILT', { file: entry }, { cause });
  });
  // The pipe is written to by nobody. It closes when this process ends, however it ends, and the
  // server with it. Who gives the option wants the same of the standard input that they give.
  const stdin = args.includes(EXIT_WITH_PARENT) ? 'inherit' : 'pipe';
  const server = spawn(process.execPath, [entry, EXIT_WITH_PARENT, ...args], {
    stdio: [stdin, 'inherit', 'inherit'],
  });
  // Asks for a clean stop; the exit code that follows is the server's own.
  const stop = (): void => {
    server.kill('SIGTERM');
  };
  context.signal.addEventListener('abort', stop, { once: true });
  const exitCode = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => {
      resolve(code ?? INTERRUPTED_EXIT);
    });
  });
  return { text: '', json: {}, exitCode };
}
