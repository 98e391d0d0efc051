/** The tree of commands. What each does is in `commands/`. */
import { Command } from 'commander';
import { version } from '../../package.json';
import { addAccountCommands } from './commands/account.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addManifestCommands } from './commands/manifest.ts';
import { addReceiptCommands } from './commands/receipts.ts';
import { addScheduleCommands } from './commands/schedule.ts';
import { addSealCommands } from './commands/seal.ts';
import { addSdsCommands } from './commands/sds.ts';
import { addSendCommand } from './commands/send.ts';
import { addSourceCommands } from './commands/sources.ts';
import { addServerCommand } from './commands/server.ts';
import { addWatchCommand } from './commands/watch.ts';
import { exampleText } from './command-line.ts';
import type { Runner } from './command-line.ts';

const EXAMPLES = [
  'sealift keys make --name "Data Team" --email data@example.com --export-public public.asc',
  'sealift manifest init users.csv --type profile --email data@example.com --key-id UUID > users.manifest',
  'sealift seal users.csv --to public.asc',
  'sealift open users.csv.asc --key private.asc',
  'sealift server',
];

const FURTHER_HELP = `
Exit codes: 0 done, 1 bad input, 2 bad usage, 3 remote or connection failure, 130 interrupted.
SEALIFT_HOME names the profile folder; app and command line share it.
`;

/**
 * Builds the tree. `run` is called with the work of the command that was given, `tell` with help and
 * version where those were asked for.
 */
export function buildProgram(run: Runner, tell: (text: string) => void): Command {
  const program = new Command('sealift')
    .description('Seal files with OpenPGP and lift them over SFTP; open SDS vaults.')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText('after', exampleText(EXAMPLES) + FURTHER_HELP);
  // Settings first: commands made from here on inherit them.
  program.exitOverride().configureOutput({ writeOut: tell, outputError: () => undefined });
  addKeyCommands(program, run);
  addSealCommands(program, run);
  addManifestCommands(program, run);
  addSendCommand(program, run);
  addWatchCommand(program, run);
  addScheduleCommands(program, run);
  addJobCommands(program, run);
  addReceiptCommands(program, run);
  addAccountCommands(program, run);
  addSourceCommands(program, run);
  addSdsCommands(program, run);
  addServerCommand(program, run);
  return program;
}
