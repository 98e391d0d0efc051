/** The practice server as the window knows it: its state, kept current by its event, and what it imported and mailed. */
import { create } from 'zustand';
import type { PracticeState } from '../../../shared/contract/api.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { createResource } from '../../bridge/resource.ts';

interface Practice {
  readonly practice: PracticeState;
  readonly load: () => Promise<void>;
  /** Resolves when the server answers, or with the state that says why it does not. */
  readonly start: () => Promise<PracticeState>;
  readonly stop: () => Promise<void>;
}

export const usePractice = create<Practice>((set, get) => ({
  practice: { state: 'stopped' },
  load: async () => {
    const result = await call('practice.state', {});
    if (result.ok) set({ practice: result.value });
  },
  start: async () => {
    set({ practice: { ...get().practice, state: 'starting' } });
    const result = await call('practice.start', {});
    set({ practice: result.ok ? result.value : { state: 'failed', error: result.error } });
    return get().practice;
  },
  stop: async () => {
    const result = await call('practice.stop', {});
    if (result.ok) set({ practice: result.value });
    else set({ practice: { ...get().practice, error: result.error } });
  },
}));

export const usePracticeImports = createResource(() => call('practice.imports', {}));
export const usePracticeMails = createResource(() => call('practice.mails', {}));

/** Follows the server for as long as the window lives; the answer ends it. */
export function followPractice(): () => void {
  void usePractice.getState().load();
  return listen('practice.changed', (practice) => usePractice.setState({ practice }));
}
