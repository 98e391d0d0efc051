/** The state of an open vault's records and what can be done with it, in three parts. Types only. */
import type { StoreApi } from 'zustand';
import type { OpenedRecord, RevealedRecord, SdsRecord } from '../../../shared/domain/vault.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import type { RecordPages } from './record-pages.ts';

export interface RecordsScope {
  /** Local id of the app that signs. */
  readonly app: string;
  /** Name of the vault. */
  readonly vault: string;
}

export interface RecordList {
  readonly pages: RecordPages;
  /** Cursor of the page after the last one; undefined before the first and after the last. */
  readonly next: string | undefined;
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly isLoadingAll: boolean;
  readonly error: ErrorView | undefined;
  readonly activeId: string | undefined;
  readonly chosen: ReadonlySet<string>;
  /** Begins anew with the first page. */
  readonly reload: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
  /** Goes on to the last page; a second call stops it. */
  readonly loadAll: () => Promise<void>;
  /** Fetches what these rows need; while they fly by, only what comes after the last page. */
  readonly ensure: (first: number, last: number, isFlying: boolean) => void;
  readonly activate: (id: string | undefined) => void;
  readonly choose: (ids: readonly string[], isChosen: boolean) => void;
  readonly clearChosen: () => void;
  /** After a change: the list tells it anew, and no value of it is kept. */
  readonly changed: (id: string, part: Partial<SdsRecord>) => void;
  readonly gone: (id: string) => void;
}

/** What a row shows of an opened record. Its metadata is left out: it may be long. */
export type OpenedFacts = Omit<OpenedRecord, 'meta'>;

export interface Revealed {
  readonly record: RevealedRecord;
  /** The bytes as they came out of the decryption. */
  readonly isRaw: boolean;
}

export interface RecordContent {
  readonly opened: ReadonlyMap<string, OpenedFacts>;
  readonly openError: ErrorView | undefined;
  /** The active record with its whole metadata. */
  readonly whole: OpenedRecord | undefined;
  readonly revealed: ReadonlyMap<string, Revealed>;
  readonly isRevealing: boolean;
  readonly revealError: ErrorView | undefined;
  /** Ids of the records in sight. */
  readonly inSight: readonly string[];
  /** Tells which records are in sight: they are opened, and what was asked for before and not begun is dropped. */
  readonly see: (ids: readonly string[]) => void;
  readonly openWhole: (id: string | undefined) => void;
  readonly reveal: (ids: readonly string[], isRaw: boolean) => Promise<void>;
  readonly hide: (ids: readonly string[]) => void;
  readonly hideAll: () => void;
  /** Forgets all that is known of a record. */
  readonly forget: (id: string) => void;
  readonly tryOpenAgain: () => void;
  /** What came of copying a value last; it goes when another record is active. */
  readonly copied: Copied | undefined;
  /** Puts the value on the clipboard; it does not come into the window. */
  readonly copy: (id: string, form: CopyForm) => Promise<void>;
}

export type CopyForm = 'text' | 'base64' | 'hex';

export type Copied =
  | { readonly id: string; readonly clearsAfterSeconds: number }
  | { readonly id: string; readonly error: ErrorView };

export interface Found {
  readonly text: string;
  readonly records: readonly SdsRecord[];
  /** Records that were looked at. */
  readonly searched: number;
  readonly isRunning: boolean;
  /** More than are kept. */
  readonly isCut: boolean;
  readonly error?: ErrorView;
}

export interface RecordSearch {
  /** The search through the vault, for its text alone. */
  readonly found: Found | undefined;
  readonly searchVault: (text: string) => Promise<void>;
  readonly stopSearch: () => void;
  readonly clearSearch: () => void;
  readonly notFound: (id: string) => void;
}

export type RecordsState = RecordList & RecordContent & RecordSearch;
export type RecordsStore = StoreApi<RecordsState>;
export type SetState = RecordsStore['setState'];
export type GetState = RecordsStore['getState'];
