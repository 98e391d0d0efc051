/**
 * When a delivery that failed in a way that may pass (`retry: 'auto'` in the error catalogue) is tried again:
 * exponential back-off, so that a server in trouble is left alone, with jitter, so that many clients that lost
 * it together do not come back together.
 */
export interface BackOff {
  /** After so many attempts in a row in which nothing arrived, it is left to the user. */
  readonly mostRetries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** About two hours: long enough for a restarted router, a moved laptop, a server's maintenance. */
export const APP_BACK_OFF: BackOff = {
  mostRetries: 30,
  firstWaitMs: 2_000,
  longestWaitMs: 5 * 60_000,
};

/** Some seconds: somebody waits at the terminal, or a scheduler that tries again itself. */
export const CLI_BACK_OFF: BackOff = { mostRetries: 3, firstWaitMs: 1_000, longestWaitMs: 60_000 };

/**
 * @param retry the how-manieth, from 1
 * @param random from 0 up to 1
 * @returns milliseconds, between half of the full wait and all of it; undefined: it is not tried again
 */
export function waitBeforeRetry(
  { mostRetries, firstWaitMs, longestWaitMs }: BackOff,
  retry: number,
  random: number = Math.random(),
): number | undefined {
  if (retry > mostRetries) return undefined;
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** (retry - 1));
  return Math.round((full / 2) * (1 + random));
}
