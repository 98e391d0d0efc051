/** The tree of commands. What each does is in `commands/`, of which only what is asked for is loaded. */
import { Command } from 'commander';
import { version } from '../../package.json';
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

type AddCommands = (program: Command, run: Runner) => void;

/** By the first words of the command line that lead there, in the order of the help. */
const PARTS: readonly { words: readonly string[]; load: () => Promise<AddCommands> }[] = [
  { words: ['keys'], load: async () => (await import('./commands/keys.ts')).addKeyCommands },
  {
    words: ['seal', 'open'],
    load: async () => (await import('./commands/seal.ts')).addSealCommands,
  },
  {
    words: ['manifest'],
    load: async () => (await import('./commands/manifest.ts')).addManifestCommands,
  },
  { words: ['send'], load: async () => (await import('./commands/send.ts')).addSendCommand },
  { words: ['watch'], load: async () => (await import('./commands/watch.ts')).addWatchCommand },
  {
    words: ['schedule'],
    load: async () => (await import('./commands/schedule.ts')).addScheduleCommands,
  },
  { words: ['jobs'], load: async () => (await import('./commands/jobs.ts')).addJobCommands },
  {
    words: ['receipts'],
    load: async () => (await import('./commands/receipts.ts')).addReceiptCommands,
  },
  {
    words: ['account'],
    load: async () => (await import('./commands/account.ts')).addAccountCommands,
  },
  {
    words: ['sources'],
    load: async () => (await import('./commands/sources.ts')).addSourceCommands,
  },
  { words: ['sds'], load: async () => (await import('./commands/sds.ts')).addSdsCommands },
  { words: ['server'], load: async () => (await import('./commands/server.ts')).addServerCommand },
];

/**
 * Builds the tree: all of it, or the part that `firstWord` leads to. `run` is called with the work of the
 * command that was given, `tell` with help and version where those were asked for.
 */
export async function buildProgram(
  run: Runner,
  tell: (text: string) => void,
  firstWord = '',
): Promise<Command> {
  const program = new Command('sealift')
    .description('Seal files with OpenPGP and lift them over SFTP; open SDS vaults.')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText('after', exampleText(EXAMPLES) + FURTHER_HELP);
  // Settings first: commands made from here on inherit them.
  program.exitOverride().configureOutput({ writeOut: tell, outputError: () => undefined });
  const meant = PARTS.filter(({ words }) => words.includes(firstWord));
  for (const { load } of meant.length > 0 ? meant : PARTS) (await load())(program, run);
  return program;
}
