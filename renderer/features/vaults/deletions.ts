/**
 * Records whose deletion waits, so that it can be undone: nothing is sent to the service before the time is over.
 * A lock does not wait for the service: what was not sent by then is told after the unlock, and is not deleted.
 */
import { create } from 'zustand';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { keepOverLock, takeKept } from '../../bridge/over-lock.ts';
import { call, listen } from '../../bridge/window-api.ts';

/** How long a deletion can be undone. */
const UNDO_MS = 5_000;

export interface Deletion {
  readonly id: string;
  readonly app: string;
  readonly vault: string;
  readonly ids: readonly string[];
  /** `unsent`: Sealift was locked while it waited. */
  readonly state: 'waiting' | 'sending' | 'failed' | 'unsent';
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
  /** Takes a waiting one back, or one that came to nothing off the list. */
  readonly drop: (id: string) => void;
  readonly sendNow: (id: string) => void;
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
    deletions: keptOverLock(),
    remove: (what, onGone) => {
      const deletion: Deletion = { ...what, id: crypto.randomUUID(), state: 'waiting' };
      set({ deletions: [...get().deletions, deletion] });
      timers.set(
        deletion.id,
        setTimeout(() => void send(deletion, onGone), UNDO_MS),
      );
    },
    drop,
    sendNow: (id) => {
      const deletion = get().deletions.find((one) => one.id === id);
      if (deletion !== undefined) void send(deletion, () => undefined);
    },
  };
});

export function followLock(): () => void {
  return listen('secrets.locked', () => {
    const unsent = useDeletions
      .getState()
      .deletions.filter(({ state }) => state === 'waiting' || state === 'unsent');
    for (const { id } of unsent) clearTimeout(timers.get(id));
    keepOverLock('unsent', unsent);
  });
}

function keptOverLock(): readonly Deletion[] {
  const unsent = (takeKept('unsent') ?? []) as readonly Deletion[];
  return unsent.map((deletion) => ({ ...deletion, state: 'unsent' }));
}
