/** A call as a component runs it: whether it is at work, the error it ended with, and its answer. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorView, Result } from '../../shared/errors/index.ts';

export interface Action<A extends readonly unknown[], T> {
  readonly isBusy: boolean;
  readonly error: ErrorView | undefined;
  /** Runs the call; the value when it went well, undefined when `error` says why not. */
  readonly run: (...args: A) => Promise<T | undefined>;
  readonly clearError: () => void;
}

export function useAction<A extends readonly unknown[], T>(
  action: (...args: A) => Promise<Result<T>>,
): Action<A, T> {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  const run = useCallback(async (...args: A) => {
    setBusy(true);
    setError(undefined);
    const result = await latest.current(...args);
    setBusy(false);
    if (result.ok) return result.value;
    setError(result.error);
    return undefined;
  }, []);
  const clearError = useCallback(() => setError(undefined), []);
  return { isBusy, error, run, clearError };
}
