/** The files of one vault while it is open: what the last search found, page by page, and which is active. */
import { createStore } from 'zustand';
import type { StoreApi } from 'zustand';
import type { SdsFile } from '../../../shared/domain/vault.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { call } from '../../bridge/window-api.ts';
import type { Tag } from '../../ui/tag-input.tsx';

export interface FileSearch {
  /** Exact; empty: any. */
  readonly name: string;
  /** All of them; without a value: the key is there. */
  readonly tags: readonly Tag[];
}

interface FilesState {
  readonly search: FileSearch;
  readonly files: readonly SdsFile[];
  readonly next: string | undefined;
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: ErrorView | undefined;
  readonly activeId: string | undefined;
  /** Begins anew with another search. */
  readonly find: (search: FileSearch) => Promise<void>;
  readonly loadMore: () => Promise<void>;
  readonly activate: (id: string | undefined) => void;
  /** Asks the service for one file again, such as one that was PENDING. */
  readonly refresh: (id: string) => Promise<void>;
  readonly gone: (id: string) => void;
}

export type FilesStore = StoreApi<FilesState>;

const PAGE_SIZE = 100;

export function createFiles(scope: { readonly app: string; readonly vault: string }): FilesStore {
  let generation = 0;
  return createStore<FilesState>((set, get) => ({
    search: { name: '', tags: [] },
    files: [],
    next: undefined,
    isComplete: false,
    isLoading: false,
    error: undefined,
    activeId: undefined,
    find: async (search) => {
      generation += 1;
      set({ search, files: [], next: undefined, isComplete: false, isLoading: false });
      await get().loadMore();
    },
    loadMore: async () => {
      const { isLoading, isComplete, next, search } = get();
      if (isLoading || isComplete) return;
      const mine = generation;
      set({ isLoading: true, error: undefined });
      const result = await call('sds.files.search', {
        ...scope,
        ...(search.name === '' ? {} : { name: search.name }),
        tags: search.tags.map(({ key, value }) => (value === undefined ? { key } : { key, value })),
        ...(next === undefined ? {} : { after: next }),
        limit: PAGE_SIZE,
      });
      if (mine !== generation) return;
      if (!result.ok) {
        set({ isLoading: false, error: result.error });
        return;
      }
      set({
        files: [...get().files, ...result.value.items],
        next: result.value.next,
        isComplete: result.value.next === undefined,
        isLoading: false,
      });
    },
    activate: (activeId) => set({ activeId }),
    refresh: async (id) => {
      const result = await call('sds.files.get', { app: scope.app, fileId: id });
      if (!result.ok) {
        set({ error: result.error });
        return;
      }
      const file = result.value;
      set({ files: get().files.map((one) => (one.id === id ? file : one)), error: undefined });
    },
    gone: (id) => {
      set({ files: get().files.filter((file) => file.id !== id) });
      if (get().activeId === id) set({ activeId: undefined });
    },
  }));
}
