/** Tries a delivery again that failed in a way that may pass, and says so meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, errorText } from '../../../shared/errors/index.ts';
import { CLI_BACK_OFF, waitBeforeRetry } from '../../jobs/back-off.ts';
import type { CliContext } from '../outcome.ts';
import { visible } from '../visible.ts';

/**
 * @param retries at most so many in a row
 * @throws AppError what the last attempt threw; CANCELLED
 */
export async function retrying<T>(
  { terminal, signal }: Pick<CliContext, 'terminal' | 'signal'>,
  retries: number,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let retry = 1; ; retry += 1) {
    try {
      return await attempt();
    } catch (error) {
      const ms = waitBeforeRetry({ ...CLI_BACK_OFF, mostRetries: retries }, retry);
      if (!(error instanceof AppError) || error.retry !== 'auto' || ms === undefined) throw error;
      const seconds = Math.max(1, Math.round(ms / 1000));
      const which = `attempt ${retry + 1} of ${retries + 1}`;
      terminal.note(`${visible(errorText(error))} Trying again in ${seconds} s, ${which}.`);
      await wait(ms, undefined, { signal }).catch(() => {
        throw new AppError('CANCELLED');
      });
    }
  }
}
