/** Waiting that ends: by the user's cancel, or by a bound. */
import { AppError } from '../../shared/errors/index.ts';

/** @throws AppError CANCELLED */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('CANCELLED');
}

/** Reason of a signal that ends a delivery for now: what is sealed and sent stays for when it goes on. */
export const PAUSE = 'pause';

export function isPaused(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason === PAUSE;
}

/** The promise, or CANCELLED as soon as the signal aborts. The work itself is not stopped by this. */
export function cancellable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(new AppError('CANCELLED'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * How long a failed or cancelled delivery may spend on removing its temporary files. Shorter than the
 * 2 s after which the app kills a cancelled worker.
 */
export const CLEAN_UP_BOUND_MS = 1_500;

/** Waits for work whose failure does not matter, but not for longer than the bound. */
export async function settleWithin(work: Promise<unknown>, boundMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, boundMs);
  });
  await Promise.race([work.catch(() => {}), bound]);
  clearTimeout(timer);
}
