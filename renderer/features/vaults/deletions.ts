/** Records whose deletion waits, so that it can be undone: nothing is sent to the service before the time is over. */
import { create } from 'zustand';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { call } from '../../bridge/window-api.ts';

/** How long a deletion can be undone. */
const UNDO_MS = 5_000;

interface Deletion {
  readonly id: string;
  readonly app: string;
  readonly vault: string;
  readonly ids: readonly string[];
  readonly state: 'waiting' | 'sending' | 'failed';
  /** Of the first that the service refused. */
  readonly error?: ErrorView;
}

interface Deletions {
  readonly deletions: readonly Deletion[];
  /** Begins to wait. `onGone` hears of each record that the service deleted. */
  readonly remove: (
    what: Pick<Deletion, 'app' | 'vault' | 'ids'>,
    onGone: (id: string) => void,
  ) => void;
  /** Takes a waiting one back, or a failed one off the list. */
  readonly drop: (id: string) => void;
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();

export const useDeletions = create<Deletions>((set, get) => {
  const change = (id: string, part: Partial<Deletion>) =>
    set({
      deletions: get().deletions.map((one) => (one.id === id ? { ...one, ...part } : one)),
    });
  const drop = (id: string) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    set({ deletions: get().deletions.filter((one) => one.id !== id) });
  };
  const send = async ({ id, app, ids }: Deletion, onGone: (id: string) => void) => {
    change(id, { state: 'sending' });
    const left = [...ids];
    for (const recordId of ids) {
      const result = await call('sds.records.remove', { app, recordId });
      if (!result.ok) {
        // The ones that remain are shown again.
        change(id, { state: 'failed', error: result.error, ids: [] });
        return;
      }
      left.shift();
      onGone(recordId);
      change(id, { ids: left });
    }
    drop(id);
  };
  return {
    deletions: [],
    remove: (what, onGone) => {
      const deletion: Deletion = { ...what, id: crypto.randomUUID(), state: 'waiting' };
      set({ deletions: [...get().deletions, deletion] });
      timers.set(
        deletion.id,
        setTimeout(() => void send(deletion, onGone), UNDO_MS),
      );
    },
    drop,
  };
});
