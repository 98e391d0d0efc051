/**
 * The records of one vault while it is open: pages as they are scrolled to, what opening them told, which are
 * chosen. It ends with its view, and every value in it with it.
 */
import { createStore } from 'zustand';
import { recordContent } from './record-content.ts';
import { recordList } from './record-list.ts';
import { recordSearch } from './record-search.ts';
import type { RecordsScope, RecordsState, RecordsStore } from './record-state.ts';

export function createRecords(scope: RecordsScope): RecordsStore {
  return createStore<RecordsState>((set, get) => ({
    ...recordList(scope, set, get),
    ...recordContent(scope, set, get),
    ...recordSearch(scope, set, get),
  }));
}
