/** One run of the CLI: reads the command line, does the work, tells the outcome, and gives the exit code. */
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { AppError } from '../../shared/errors/index.ts';
import { openLog } from '../platform/log.ts';
import { profileFolder } from '../platform/profile.ts';
import { usageError } from './command-line.ts';
import type { Runner } from './command-line.ts';
import { exitCodeOf, failureJson, failureText } from './failure.ts';
import { Interrupts } from './interrupts.ts';
import type { CliContext, Outcome } from './outcome.ts';
import { buildProgram } from './program.ts';
import { ProcessTerminal, writeToStdout } from './terminal.ts';

/** What a reader that went away (`sealift … | head`) gets: no words, but no success either. */
const READER_GONE_EXIT = 1;

/**
 * @param args without the program's own name
 * @param serverEntry the bundled server's file
 */
export async function runCli(args: readonly string[], serverEntry: string): Promise<number> {
  const interrupts = new Interrupts();
  const context: CliContext = {
    signal: interrupts.signal,
    json: wantsJson(args),
    terminal: new ProcessTerminal(),
    serverEntry,
  };
  try {
    const outcome = await execute(args, context);
    context.terminal.endProgress();
    if (interrupts.readerGone) return READER_GONE_EXIT;
    if (outcome.exitCode !== undefined) return outcome.exitCode;
    await tell(outcome, context);
    return outcome.error ? exitCodeOf(outcome.error) : 0;
  } catch (error) {
    if (interrupts.readerGone || isReaderGone(error)) return READER_GONE_EXIT;
    if (!(error instanceof AppError)) throw error;
    context.terminal.note(failureText(error));
    return exitCodeOf(error);
  }
}

/** Known before the command line is read, so that a failure to read it is told as JSON too. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return args[0] !== 'server' && options.includes('--json');
}

async function execute(args: readonly string[], context: CliContext): Promise<Outcome> {
  let outcome: Outcome = { text: '', json: {} };
  let help = '';
  const run: Runner = async (work) => {
    outcome = await work(context);
  };
  const tell = (text: string): void => {
    help += text;
  };
  try {
    const program = await buildProgram(run, tell, args[0]);
    await program.parseAsync(args, { from: 'user' });
    const { error } = outcome;
    return error ? { ...outcome, error: toAppError(error, context) } : outcome;
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    if (isHelp) return { text: help, json: { help } };
    return { text: '', json: {}, error: toAppError(error, context) };
  }
}

function toAppError(error: unknown, context: CliContext): AppError {
  if (isReaderGone(error)) throw error;
  if (context.signal.aborted) return new AppError('CANCELLED', {}, { cause: error });
  if (error instanceof AppError) return error;
  if (error instanceof CommanderError) return usageError(usageWords(error));
  const log = openLog(join(profileFolder(), 'logs', 'cli.log'));
  return new AppError('INTERNAL', log.fault(error).params, { cause: error });
}

/** `error: unknown option '--foo'\n(Did you mean --force?)` → one sentence. */
function usageWords({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'A command is missing.';
  const words = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.)]$/.test(sentence) ? sentence : `${sentence}.`;
}

async function tell(outcome: Outcome, context: CliContext): Promise<void> {
  try {
    const text = printed(outcome, context);
    if (text !== '') await writeToStdout(text);
  } finally {
    if (outcome.error) context.terminal.note(failureText(outcome.error));
  }
}

function printed({ text, json, error }: Outcome, context: CliContext): string {
  if (!context.json) return text;
  const result = error ? { ok: false, error: failureJson(error), ...json } : { ok: true, ...json };
  return `${JSON.stringify(result)}\n`;
}

/** Only of standard output: a line to a server breaks with the same code. */
function isReaderGone(error: unknown): boolean {
  if (error instanceof AppError) {
    return error.params['file'] === 'standard output' && isReaderGone(error.cause);
  }
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
}
