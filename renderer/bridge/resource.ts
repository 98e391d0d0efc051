/** A store for something that the main process keeps and the window shows: its last answer, and a way to ask again. */
import type { StoreApi, UseBoundStore } from 'zustand';
import { create } from 'zustand';
import type { ErrorView, Result } from '../../shared/errors/index.ts';

export interface Resource<T> {
  /** The last good answer; undefined before the first. */
  readonly value: T | undefined;
  readonly error: ErrorView | undefined;
  readonly load: () => Promise<void>;
  /** Forgets the answer, for what must not outlive its view. */
  readonly clear: () => void;
}

/** `ask` is not called before the first `load`. Of overlapping loads the latest wins. */
export function createResource<T>(
  ask: () => Promise<Result<T>>,
): UseBoundStore<StoreApi<Resource<T>>> {
  let asked = 0;
  return create<Resource<T>>((set) => ({
    value: undefined,
    error: undefined,
    load: async () => {
      asked += 1;
      const mine = asked;
      const result = await ask();
      if (mine !== asked) return;
      set(result.ok ? { value: result.value, error: undefined } : { error: result.error });
    },
    clear: () => {
      asked += 1;
      set({ value: undefined, error: undefined });
    },
  }));
}
