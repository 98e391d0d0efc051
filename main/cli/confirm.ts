/** Asks before something that cannot be taken back. */
import { AppError } from '../../shared/errors/index.ts';
import type { CliContext } from './outcome.ts';

/**
 * Returns when `--yes` was given or `word` was typed on the terminal, in any case.
 * @param what is to happen, told before the question
 * @throws AppError CONFIRMATION_NEEDED, CANCELLED
 */
export async function confirm(
  context: CliContext,
  { what, word, yes = false }: { what: string; word: string; yes?: boolean | undefined },
): Promise<void> {
  context.terminal.note(what);
  if (yes) return;
  const answer = await context.terminal.ask(`Type ${word} to go on: `, context.signal);
  if (answer?.trim().toLowerCase() !== word.toLowerCase())
    throw new AppError('CONFIRMATION_NEEDED', { word });
}
