// Vaults: pages that are let go and fetched again, permissions as they are edited, differences, and words.
import { describe, expect, test } from 'vitest';
import { tenantSteps } from '../../../renderer/features/connections/tenant-words.ts';
import { wordsFor } from '../../../renderer/features/vaults/badge-words.ts';
import { diffLines } from '../../../renderer/features/vaults/diff.ts';
import { change, isSame, permissionOf } from '../../../renderer/features/vaults/permissions.ts';
import {
  PAGES_HELD,
  letGo,
  matches,
  missingPages,
  recordAt,
  recordIdIn,
  rowCount,
  rowOf,
  withItems,
  withoutRecord,
} from '../../../renderer/features/vaults/record-pages.ts';
import type { RecordPages } from '../../../renderer/features/vaults/record-pages.ts';
import {
  mergeTransfer,
  remainsText,
  transferDetail,
  transferResult,
} from '../../../renderer/features/vaults/transfer-words.ts';
import {
  base64Problem,
  hexToBase64,
  metaProblem,
  prettyMeta,
} from '../../../renderer/features/vaults/value-text.ts';
import { PERMISSIONS } from '../../../shared/domain/sds.ts';
import type { SdsRecord, Transfer } from '../../../shared/domain/vault.ts';
import { accessOf } from '../../../shared/domain/vault.ts';

const record = (id: string, meta = ''): SdsRecord => ({ id, meta, createdAt: '', updatedAt: '' });
const pagesOf = (...ids: readonly (readonly string[])[]): RecordPages =>
  ids.map((page, index) => ({
    after: ids[index - 1]?.at(-1),
    count: page.length,
    items: page.map((id) => record(id)),
  }));

describe('pages of records', () => {
  const pages = pagesOf(['a', 'b'], ['c'], ['d', 'e']);

  test('stand in a row', () => {
    expect(rowCount(pages)).toBe(5);
    expect([0, 2, 4, 5].map((row) => recordAt(pages, row)?.id)).toEqual(['a', 'c', 'e', undefined]);
    expect(rowOf(pages, 'd')).toBe(3);
    const withEmpty = pagesOf(['a'], [], ['b'], []);
    expect([0, 1, 2, -1].map((row) => recordAt(withEmpty, row)?.id)).toEqual([
      'a',
      'b',
      undefined,
      undefined,
    ]);
  });

  test('are let go far from what is in sight, keep their place, and are fetched again', () => {
    const many = pagesOf(...Array.from({ length: PAGES_HELD + 2 }, (_, index) => [`r${index}`]));
    const held = letGo(many, 0);
    expect(rowCount(held)).toBe(PAGES_HELD + 2);
    expect(recordAt(held, 0)?.id).toBe('r0');
    const last = PAGES_HELD + 1;
    expect(recordAt(held, last)).toBeUndefined();
    expect(missingPages(held, 0, last)).toEqual([PAGES_HELD, last]);
    expect(recordAt(withItems(held, last, [record('new')]), last)?.id).toBe('new');
  });

  test('take no record of the next page in when theirs were deleted', () => {
    const fetched = [record('b'), record('c')];
    expect(withItems(pages, 0, fetched)[0]?.items?.map(({ id }) => id)).toEqual(['b']);
  });

  test('close up after a deletion', () => {
    expect(rowOf(withoutRecord(pages, 'c'), 'd')).toBe(2);
  });

  test('are searched by id and metadata', () => {
    expect(matches(record('data:1f', '{"Region":"North"}'), ' north ')).toBe(true);
    expect(matches(record('data:1f'), '1F')).toBe(true);
    expect(matches(record('data:1f'), 'south')).toBe(false);
    const uuid = '0b0e9bd8-7a9a-4b0c-9a57-0a4a7a4d7c11';
    expect(recordIdIn(` DATA:${uuid}`)).toBe(`data:${uuid}`);
    expect(recordIdIn(uuid.slice(1))).toBeUndefined();
  });
});

describe('permissions', () => {
  test('are what their two sides say, all six of them', () => {
    for (const permission of PERMISSIONS) {
      const { write, read } = accessOf(permission);
      expect(permissionOf(write, read)).toBe(permission);
    }
  });

  test('change on one side alone', () => {
    const before = [{ app: 'one', permission: '101' as const }];
    expect(change(before, 'one', { write: false })).toEqual([{ app: 'one', permission: '001' }]);
    expect(change(before, 'one', { read: 'decrypted' })[0]?.permission).toBe('110');
    expect(isSame(before, change(before, 'two', { write: false }))).toBe(true);
    expect(isSame(before, [])).toBe(false);
  });
});

test('a difference names the lines that went and came', () => {
  const lines = diffLines('a\nb\nc\nd', 'a\nB\nc\nd\ne');
  expect(lines.map(({ kind, text }) => `${kind[0]} ${text}`)).toEqual([
    's a',
    'r b',
    'a B',
    's c',
    's d',
    'a e',
  ]);
  const changed = (kind: string) => lines.filter((line) => line.kind !== kind);
  expect(changed('added').map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
  expect(changed('removed').map(({ text }) => text)).toEqual(['a', 'B', 'c', 'd', 'e']);
});

describe('values and metadata as text', () => {
  test('numbers that JavaScript cannot hold are not touched', () => {
    expect(prettyMeta('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(prettyMeta('{"a":12345678901234567890}')).toBe('{"a":12345678901234567890}');
  });

  test('what is not JSON or base64 is named', () => {
    expect(metaProblem('')).toBeUndefined();
    expect(metaProblem('{a}')).toMatch(/not JSON/);
    expect(base64Problem('QQ==')).toBeUndefined();
    expect(base64Problem('QQ=')).toMatch(/base64/);
    expect(hexToBase64('41 42\n43')).toBe('QUJD');
  });
});

test('a record that was not given says nothing about the key', () => {
  const badge = 'not-readable' as const;
  const error = (code: 'SDS_FORBIDDEN' | 'SDS_NOT_DECRYPTED') =>
    ({ code, params: {}, retry: 'user' }) as const;
  expect(wordsFor({ badge, error: error('SDS_NOT_DECRYPTED') }).text).toMatch(/with this key/);
  expect(wordsFor({ badge, error: error('SDS_FORBIDDEN') }).text).toBe('could not be read');
});

test('the test of a tenant stops where it failed', () => {
  const states = (code?: 'SDS_UNREACHABLE' | 'SDS_CLIENT_REFUSED' | 'SDS_BAD_ANSWER') =>
    tenantSteps({
      ok: code === undefined,
      ...(code === undefined ? {} : { error: { code, params: {}, retry: 'user' } }),
    }).map(({ state }) => state);
  expect(states()).toEqual(['ok', 'ok', 'ok']);
  expect(states('SDS_UNREACHABLE')).toEqual(['failed', 'skipped', 'skipped']);
  expect(states('SDS_BAD_ANSWER')).toEqual(['ok', 'failed', 'skipped']);
  expect(states('SDS_CLIENT_REFUSED')).toEqual(['ok', 'ok', 'failed']);
});

test('transfers change by rising seq, and tell bytes and records', () => {
  const transfer: Transfer = {
    ...{ id: '1', kind: 'upload', app: 'a', vault: 'v', title: 't', seq: 2, state: 'running' },
    ...{ unit: 'bytes', done: 500, total: 2500, rate: 1000, startedAt: '2026-01-01T00:00:00Z' },
  };
  const known = mergeTransfer([], transfer);
  expect(mergeTransfer(known, { ...transfer, seq: 1 })).toBe(known);
  expect(mergeTransfer(known, { ...transfer, seq: 3, done: 9 })[0]?.done).toBe(9);
  expect(transferDetail(transfer)).toBe('500 B of 2.50 kB · 1.00 kB/s · 2 s left');
  expect(transferDetail({ unit: 'records', done: 5 })).toBe('5 records');
});

test('an import says what stays of it, however it ended', () => {
  const done: Transfer = {
    ...{ id: '1', kind: 'import', app: 'a', vault: 'v', title: 't', seq: 2, state: 'done' },
    ...{ unit: 'records', done: 3, startedAt: '2026-01-01T00:00:00Z' },
    result: { written: 2, failed: 1 },
  };
  expect(transferResult(done)).toBe('Imported: 2 records into v. 1 record could not be imported.');
  expect(remainsText(done)).toBe('');
  const cancelled: Transfer = { ...done, state: 'cancelled' };
  expect(remainsText(cancelled)).toMatch(/gone through 3 rows.* stay in v\.$/);
  expect(remainsText({ ...cancelled, done: 0 })).toBe('');
  expect(remainsText({ ...cancelled, kind: 'export' })).toBe('');
});
