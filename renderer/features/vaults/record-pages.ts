/**
 * The records of a vault as pages in a row: which page holds which row, and which pages are held. A page that was
 * let go keeps its place and the cursor to fetch it again, so that memory does not grow with the vault. Pure.
 */
import type { SdsRecord } from '../../../shared/domain/vault.ts';

export interface RecordPage {
  /** Id after which the page begins; undefined for the first. */
  readonly after: string | undefined;
  readonly count: number;
  /** Undefined: let go. */
  readonly items: readonly SdsRecord[] | undefined;
}

export type RecordPages = readonly RecordPage[];

/** Records asked for at once: the most that the service gives. */
export const PAGE_SIZE = 200;
/** Pages held at once. */
export const PAGES_HELD = 50;

/** First row of each page, and at the end the number of rows. Kept: each row that is drawn asks. */
const starts = new WeakMap<RecordPages, readonly number[]>();

function startsOf(pages: RecordPages): readonly number[] {
  const known = starts.get(pages);
  if (known !== undefined) return known;
  const made = [0];
  for (const { count } of pages) made.push((made.at(-1) ?? 0) + count);
  starts.set(pages, made);
  return made;
}

export function rowCount(pages: RecordPages): number {
  return startsOf(pages).at(-1) ?? 0;
}

/** The page of a row and the row within it; undefined beyond the last. */
export function locate(
  pages: RecordPages,
  row: number,
): { readonly page: number; readonly offset: number } | undefined {
  const from = startsOf(pages);
  if (row < 0 || row >= rowCount(pages)) return undefined;
  let [low, high] = [0, pages.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((from[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return { page: low, offset: row - (from[low] ?? 0) };
}

export function recordAt(pages: RecordPages, row: number): SdsRecord | undefined {
  const place = locate(pages, row);
  return place === undefined ? undefined : pages[place.page]?.items?.[place.offset];
}

/** The row of a record among the pages held; -1 where it is in none. */
export function rowOf(pages: RecordPages, id: string): number {
  let row = 0;
  for (const { items, count } of pages) {
    const offset = items?.findIndex((record) => record.id === id) ?? -1;
    if (offset >= 0) return row + offset;
    row += count;
  }
  return -1;
}

export function heldRecords(pages: RecordPages): readonly SdsRecord[] {
  return pages.flatMap(({ items }) => items ?? []);
}

/** The pages between two rows that have to be fetched again. */
export function missingPages(pages: RecordPages, first: number, last: number): readonly number[] {
  const from = locate(pages, first)?.page ?? 0;
  const to = locate(pages, last)?.page ?? pages.length - 1;
  const between = pages.map((_, index) => index).slice(from, to + 1);
  return between.filter((index) => pages[index]?.items === undefined);
}

/** Puts fetched records in the place of page `index`; what belongs to the next page by now is left out. */
export function withItems(
  pages: RecordPages,
  index: number,
  fetched: readonly SdsRecord[],
): RecordPages {
  const end = pages[index + 1]?.after;
  const cut = end === undefined ? -1 : fetched.findIndex((record) => record.id === end);
  const items = cut < 0 ? fetched : fetched.slice(0, cut + 1);
  return pages.map((page, at) => (at === index ? { ...page, items, count: items.length } : page));
}

/** Lets go the pages farthest from page `near`, until no more than `PAGES_HELD` are held. */
export function letGo(pages: RecordPages, near: number): RecordPages {
  const held = pages.flatMap(({ items }, index) => (items === undefined ? [] : [index]));
  if (held.length <= PAGES_HELD) return pages;
  const kept = new Set(
    held.sort((a, b) => Math.abs(a - near) - Math.abs(b - near)).slice(0, PAGES_HELD),
  );
  return pages.map((page, index) =>
    page.items === undefined || kept.has(index) ? page : { ...page, items: undefined },
  );
}

export function withoutRecord(pages: RecordPages, id: string): RecordPages {
  return pages.map((page) => {
    const items = page.items?.filter((record) => record.id !== id);
    return items === undefined || items.length === page.count
      ? page
      : { ...page, items, count: items.length };
  });
}

export function withChange(pages: RecordPages, id: string, part: Partial<SdsRecord>): RecordPages {
  return pages.map((page) =>
    page.items?.some((record) => record.id === id) === true
      ? {
          ...page,
          items: page.items.map((record) => (record.id === id ? { ...record, ...part } : record)),
        }
      : page,
  );
}

/** Whether a record's id or metadata holds the text, in any case. */
export function matches(record: Pick<SdsRecord, 'id' | 'meta'>, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return record.id.includes(wanted) || record.meta.toLowerCase().includes(wanted);
}

const DATA_ID = /^(?:data:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The id of a record, where the text is one, with or without its `data:`. */
export function recordIdIn(text: string): string | undefined {
  const uuid = DATA_ID.exec(text.trim().toLowerCase())?.[1];
  return uuid === undefined ? undefined : `data:${uuid}`;
}

/** The ids of the rows that are loaded, between two rows. */
export function idsBetween(
  record: (row: number) => SdsRecord | undefined,
  first: number,
  last: number,
): readonly string[] {
  const ids: string[] = [];
  for (let row = first; row <= last; row += 1) {
    const id = record(row)?.id;
    if (id !== undefined) ids.push(id);
  }
  return ids;
}
