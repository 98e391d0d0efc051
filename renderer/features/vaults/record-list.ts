/** The list of a vault's records: pages that are fetched as they are scrolled to, and let go behind. */
import { call } from '../../bridge/window-api.ts';
import {
  PAGE_SIZE,
  letGo,
  locate,
  missingPages,
  rowCount,
  withChange,
  withItems,
  withoutRecord,
} from './record-pages.ts';
import type { GetState, RecordList, RecordsScope, SetState } from './record-state.ts';

/** Rows before the last one loaded at which the next page is asked for. */
const AHEAD = PAGE_SIZE;

export function askPage({ app, vault }: RecordsScope, after: string | undefined) {
  return call('sds.records.page', {
    app,
    vault,
    limit: PAGE_SIZE,
    ...(after === undefined ? {} : { after }),
  });
}

export function recordList(scope: RecordsScope, set: SetState, get: GetState): RecordList {
  return { ...paging(scope, set, get), ...choice(set, get) };
}

type Choice = Pick<
  RecordList,
  'activeId' | 'chosen' | 'activate' | 'choose' | 'clearChosen' | 'changed' | 'gone'
>;

function paging(scope: RecordsScope, set: SetState, get: GetState): Omit<RecordList, keyof Choice> {
  /** Answers to what was asked before the last `reload` are dropped. */
  let generation = 0;
  let nearPage = 0;
  const refetch = refetcher(scope, set, get, {
    generation: () => generation,
    nearPage: () => nearPage,
  });
  return {
    pages: [],
    next: undefined,
    isComplete: false,
    isLoading: false,
    isLoadingAll: false,
    error: undefined,
    reload: async () => {
      generation += 1;
      set({ pages: [], next: undefined, isComplete: false, isLoading: false, error: undefined });
      await get().loadMore();
    },
    loadMore: async () => {
      const { isLoading, isComplete, next } = get();
      if (isLoading || isComplete) return;
      const mine = generation;
      set({ isLoading: true, error: undefined });
      const result = await askPage(scope, next);
      if (mine !== generation) return;
      if (!result.ok) {
        set({ isLoading: false, error: result.error });
        return;
      }
      const { items, next: following } = result.value;
      const page = { after: next, count: items.length, items };
      set({
        pages: letGo([...get().pages, page], nearPage),
        next: following,
        isComplete: following === undefined,
        isLoading: false,
      });
    },
    loadAll: async () => {
      if (get().isLoadingAll) {
        set({ isLoadingAll: false });
        return;
      }
      set({ isLoadingAll: true });
      while (get().isLoadingAll && !get().isComplete && get().error === undefined) {
        await get().loadMore();
      }
      set({ isLoadingAll: false });
    },
    ensure: (first, last, isFlying) => {
      const { pages, isComplete, error, loadMore } = get();
      nearPage = locate(pages, first)?.page ?? 0;
      const missing = isFlying ? [] : missingPages(pages, first, last);
      for (const index of missing) void refetch(index);
      // After a failure the user decides when to ask again.
      if (!isComplete && error === undefined && last >= rowCount(pages) - AHEAD) void loadMore();
    },
  };
}

interface Surroundings {
  readonly generation: () => number;
  /** The page in sight. */
  readonly nearPage: () => number;
}

/** Fetches a page that was let go. */
function refetcher(scope: RecordsScope, set: SetState, get: GetState, around: Surroundings) {
  const underWay = new Set<string | undefined>();
  return async (index: number): Promise<void> => {
    const after = get().pages[index]?.after;
    if (underWay.has(after)) return;
    underWay.add(after);
    const mine = around.generation();
    const result = await askPage(scope, after);
    underWay.delete(after);
    if (mine !== around.generation()) return;
    if (!result.ok) {
      set({ error: result.error });
      return;
    }
    set({ pages: letGo(withItems(get().pages, index, result.value.items), around.nearPage()) });
  };
}

function choice(set: SetState, get: GetState): Choice {
  return {
    activeId: undefined,
    chosen: new Set(),
    activate: (activeId) => {
      set({ activeId });
      get().openWhole(activeId);
    },
    choose: (ids, isChosen) => {
      const chosen = new Set(get().chosen);
      for (const id of ids) {
        if (isChosen) chosen.add(id);
        else chosen.delete(id);
      }
      set({ chosen });
    },
    clearChosen: () => set({ chosen: new Set() }),
    changed: (id, part) => {
      set({ pages: withChange(get().pages, id, part) });
      get().forget(id);
    },
    gone: (id) => {
      set({ pages: withoutRecord(get().pages, id) });
      get().choose([id], false);
      get().forget(id);
      get().notFound(id);
      if (get().activeId === id) get().activate(undefined);
    },
  };
}
