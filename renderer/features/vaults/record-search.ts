/** Search by id and by metadata: at once in what is loaded, then, when asked, through the whole vault. */
import { call } from '../../bridge/window-api.ts';
import { askPage } from './record-list.ts';
import { matches, recordIdIn } from './record-pages.ts';
import type { Found, GetState, RecordSearch, RecordsScope, SetState } from './record-state.ts';

/** Enough to choose from; a narrower search finds the rest. */
const MAX_FOUND = 1_000;

export function recordSearch(scope: RecordsScope, set: SetState, get: GetState): RecordSearch {
  let running = 0;
  return {
    found: undefined,
    searchVault: async (text) => {
      running += 1;
      const mine = running;
      const isCurrent = () => mine === running;
      set({ found: { text, records: [], searched: 0, isRunning: true, isCut: false } });
      const id = recordIdIn(text);
      const steps = id === undefined ? byText(scope, text, isCurrent) : byId(scope, text, id);
      for await (const found of steps) {
        if (!isCurrent()) return;
        set({ found });
      }
    },
    stopSearch: () => {
      running += 1;
      const { found } = get();
      if (found !== undefined) set({ found: { ...found, isRunning: false } });
    },
    clearSearch: () => {
      running += 1;
      set({ found: undefined });
    },
    notFound: (id) => {
      const { found } = get();
      if (found === undefined) return;
      set({ found: { ...found, records: found.records.filter((record) => record.id !== id) } });
    },
  };
}

/** A whole id names its record, wherever it lies in the vault. */
async function* byId(scope: RecordsScope, text: string, id: string): AsyncGenerator<Found> {
  const result = await call('sds.records.open', { ...scope, ids: [id] });
  const found: Found = { text, records: [], searched: 1, isRunning: false, isCut: false };
  const record = result.ok ? result.value[0] : undefined;
  const error = result.ok ? record?.error : result.error;
  // One that cannot be decrypted is there all the same.
  const isThere = record !== undefined && (error?.code ?? NO_KEY) === NO_KEY;
  if (isThere) {
    const { meta } = record;
    yield { ...found, records: [{ id, meta, createdAt: '', updatedAt: '' }] };
  } else {
    yield error === undefined ? found : { ...found, error };
  }
}

const NO_KEY = 'SDS_NOT_DECRYPTED';

/** Page by page; each answer holds all that was found so far. */
async function* byText(
  scope: RecordsScope,
  text: string,
  isCurrent: () => boolean,
): AsyncGenerator<Found> {
  let found: Found = { text, records: [], searched: 0, isRunning: true, isCut: false };
  let after: string | undefined;
  while (found.isRunning && isCurrent()) {
    const result = await askPage(scope, after);
    if (!result.ok) {
      yield { ...found, isRunning: false, error: result.error };
      return;
    }
    const { items, next } = result.value;
    const records = [...found.records, ...items.filter((record) => matches(record, text))];
    after = next;
    found = {
      ...found,
      records: records.slice(0, MAX_FOUND),
      searched: found.searched + items.length,
      isCut: records.length > MAX_FOUND,
      isRunning: next !== undefined && records.length <= MAX_FOUND,
    };
    yield found;
  }
}
