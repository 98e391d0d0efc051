/** Sources and activity of the account that is looked at: of the Sealift server beside one connection. */
import { create } from 'zustand';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';

interface ServerChoice {
  /** Undefined: the first connection with a console. */
  readonly connectionId: string | undefined;
  readonly choose: (connectionId: string) => void;
}

export const useServerChoice = create<ServerChoice>((set) => ({
  connectionId: undefined,
  choose: (connectionId) => {
    set({ connectionId });
    // What the other account holds is not shown under this one's name.
    useSources.getState().clear();
    useActivityLog.getState().clear();
  },
}));

/** Loaded once `connectionId` is known: the panel sets it before it mounts what loads. */
const chosen = () => useServerChoice.getState().connectionId ?? '';

export const useSources = createResource(() => call('sources.list', { connectionId: chosen() }));
export const useActivityLog = createResource(() =>
  call('server.activity', { connectionId: chosen() }),
);
