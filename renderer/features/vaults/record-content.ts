/** What records say, as far as it was asked for: badge, kind and size while scrolling, a value when it is revealed. */
import type { OpenedRecord } from '../../../shared/domain/vault.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { call } from '../../bridge/window-api.ts';
import type {
  GetState,
  OpenedFacts,
  RecordContent,
  RecordsScope,
  SetState,
} from './record-state.ts';

/** Records in one call; main splits it further under the vault's read limit. */
const AT_ONCE = 50;
/** Opened records that are remembered. */
const REMEMBERED = 2_000;
/** Opening waits until a scroll comes to rest. */
const REST_MS = 90;

export function recordContent(scope: RecordsScope, set: SetState, get: GetState): RecordContent {
  return { ...opening(scope, set, get), ...revealing(scope, set, get) };
}

type Revealing = Pick<
  RecordContent,
  | 'revealed'
  | 'isRevealing'
  | 'revealError'
  | 'copied'
  | 'copy'
  | 'reveal'
  | 'hide'
  | 'hideAll'
  | 'forget'
>;

function opening(
  scope: RecordsScope,
  set: SetState,
  get: GetState,
): Omit<RecordContent, keyof Revealing> {
  let isOpening = false;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  let wholeTimer: ReturnType<typeof setTimeout> | undefined;

  /** Opens what is in sight and not opened yet; what came in sight meanwhile is next. */
  const openInSight = async () => {
    if (isOpening) return;
    isOpening = true;
    while (get().openError === undefined) {
      const ids = get()
        .inSight.filter((id) => !get().opened.has(id))
        .slice(0, AT_ONCE);
      if (ids.length === 0) break;
      const result = await call('sds.records.open', { ...scope, ids });
      if (!result.ok) set({ openError: result.error });
      else keep(result.value);
      // An answer without what was asked for must not be asked for for ever.
      if (!ids.some((id) => get().opened.has(id))) break;
    }
    isOpening = false;
  };
  const keep = (records: readonly OpenedRecord[]) => {
    set({ opened: remember(get().opened, records), openError: lossIn(records) });
  };

  return {
    opened: new Map(),
    openError: undefined,
    inSight: [],
    whole: undefined,
    see: (inSight) => {
      set({ inSight });
      clearTimeout(restTimer);
      restTimer = setTimeout(() => void openInSight(), REST_MS);
    },
    openWhole: (id) => {
      clearTimeout(wholeTimer);
      set({ whole: undefined, copied: undefined });
      if (id === undefined) return;
      wholeTimer = setTimeout(() => {
        void call('sds.records.open', { ...scope, ids: [id] }).then((result) => {
          if (get().activeId !== id) return;
          if (!result.ok) set({ openError: result.error });
          else {
            set({ whole: result.value[0] });
            keep(result.value);
          }
        });
      }, REST_MS);
    },
    tryOpenAgain: () => {
      const opened = new Map([...get().opened].filter(([, { error }]) => error === undefined));
      set({ opened, openError: undefined });
      void openInSight();
      get().openWhole(get().activeId);
    },
  };
}

function revealing(scope: RecordsScope, set: SetState, get: GetState): Revealing {
  return {
    revealed: new Map(),
    isRevealing: false,
    revealError: undefined,
    copied: undefined,
    copy: async (id, form) => {
      set({ copied: undefined });
      const result = await call('sds.records.copy', { ...scope, recordId: id, form });
      set({
        copied: result.ok
          ? { id, clearsAfterSeconds: result.value.clearsAfterSeconds }
          : { id, error: result.error },
      });
    },
    reveal: async (ids, isRaw) => {
      if (ids.length === 0) return;
      set({ isRevealing: true, revealError: undefined });
      const result = await call('sds.records.reveal', {
        ...scope,
        ids: ids.slice(0, AT_ONCE),
        raw: isRaw,
      });
      if (!result.ok) {
        set({ isRevealing: false, revealError: result.error });
        return;
      }
      const revealed = new Map(get().revealed);
      for (const record of result.value) revealed.set(record.id, { record, isRaw });
      set({ isRevealing: false, revealed, revealError: lossIn(result.value) });
    },
    hide: (ids) => {
      const revealed = new Map(get().revealed);
      for (const id of ids) revealed.delete(id);
      set({ revealed });
    },
    hideAll: () => set({ revealed: new Map() }),
    forget: (id) => {
      const opened = new Map(get().opened);
      opened.delete(id);
      set({ opened });
      get().hide([id]);
      if (get().activeId === id) get().openWhole(id);
    },
  };
}

/** Not one record's trouble: this app may not read here any more. */
function lossIn(records: readonly OpenedRecord[]): ErrorView | undefined {
  return records
    .map(({ error }) => error)
    .find((error) => error?.code === 'SDS_FORBIDDEN' || error?.code === 'SDS_VAULT_DISABLED');
}

/** The newest are kept; the rest is opened again when it comes in sight. */
function remember(
  before: ReadonlyMap<string, OpenedFacts>,
  records: readonly OpenedRecord[],
): ReadonlyMap<string, OpenedFacts> {
  const opened = new Map(before);
  for (const { meta: _meta, ...facts } of records) {
    opened.delete(facts.id);
    opened.set(facts.id, facts);
  }
  for (const id of opened.keys()) {
    if (opened.size <= REMEMBERED) break;
    opened.delete(id);
  }
  return opened;
}
