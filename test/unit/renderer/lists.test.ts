// Jobs, receipts, imports, mails, keys, connections: the small rules by which the window shows them.
import { describe, expect, test } from 'vitest';
import {
  filterJobs,
  mergeJob,
  progressDetail,
} from '../../../renderer/features/activity/job-list.ts';
import { findReceipts } from '../../../renderer/features/activity/search.ts';
import { draftOf, inputOf } from '../../../renderer/features/connections/draft.ts';
import { addressOf, hostKeyQuestion } from '../../../renderer/features/connections/test-words.ts';
import { isKeyId, shortName } from '../../../renderer/features/keys/key-words.ts';
import { mailsOf, rowsText } from '../../../renderer/features/practice/import-words.ts';
import { lineCount, offsetAt } from '../../../renderer/features/send/text-position.ts';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';
import type { Job, Receipt } from '../../../shared/domain/job.ts';

const job = (id: string, seq: number, rest: Partial<Job> = {}): Job => ({
  id,
  kind: 'send',
  title: `${id}.csv`,
  destination: 'Platform',
  seq,
  state: 'running',
  done: 0,
  createdAt: `2026-01-0${id}T00:00:00Z`,
  ...rest,
});

describe('jobs', () => {
  test('are newest first and change by rising seq only', () => {
    const jobs = [job('1', 4), job('3', 1), job('2', 1)].reduce(mergeJob, [] as readonly Job[]);
    expect(jobs.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(mergeJob(jobs, job('1', 3, { done: 9 }))).toBe(jobs);
    expect(mergeJob(jobs, job('1', 5, { done: 9 }))[2]?.done).toBe(9);
  });

  test('are filtered by what became of them', () => {
    const jobs = [job('1', 1), job('2', 1, { state: 'failed' }), job('3', 1, { state: 'done' })];
    const ids = (filter: Parameters<typeof filterJobs>[1]) =>
      filterJobs(jobs, filter).map(({ id }) => id);
    expect(ids('all')).toEqual(['1', '2', '3']);
    expect(ids('open')).toEqual(['1']);
    expect(ids('trouble')).toEqual(['2']);
    expect(ids('done')).toEqual(['3']);
  });

  test('tell as much of their progress as is known', () => {
    expect(progressDetail({ done: 500 })).toBe('500 B');
    expect(progressDetail({ done: 500, total: 2500, rate: 1000 })).toBe(
      '500 B of 2.50 kB · 1.00 kB/s · 2 s left',
    );
    expect(progressDetail({ done: 2500, total: 2500, rate: 1000 })).toBe(
      '2.50 kB of 2.50 kB · 1.00 kB/s',
    );
  });
});

const receipt = (sourceName: string, finishedAt: string, sha256: string): Receipt => ({
  id: sourceName,
  sourceName,
  plainBytes: 1,
  plainSha256: sha256,
  rows: 1,
  parts: [
    {
      rows: 1,
      plainBytes: 1,
      plainSha256: sha256,
      data: { name: `${sourceName}.asc`, sizeBytes: 1, sha256: 'aa' },
      manifest: { name: `${sourceName}.manifest`, sizeBytes: 1, sha256: 'bb' },
    },
  ],
  keyId: 'ec491319-9823-48cd-b6a1-6bb0bc666d75',
  recipientFingerprint: 'FF',
  host: 'sftp.example.com',
  port: 22,
  username: 'ann',
  directory: '',
  hostKeySha256: 'SHA256:x',
  startedAt: finishedAt,
  finishedAt,
});

test('receipts are found by every word, newest first', () => {
  const all = [
    receipt('users.csv', '2026-01-01T00:00:00Z', 'abc'),
    receipt('orders.csv', '2026-02-01T00:00:00Z', 'def'),
  ];
  const names = (query: string) => findReceipts(all, query).map(({ sourceName }) => sourceName);
  expect(names('')).toEqual(['orders.csv', 'users.csv']);
  expect(names('USERS example')).toEqual(['users.csv']);
  expect(names('users def')).toEqual([]);
  expect(names('2026-02')).toEqual(['orders.csv']);
});

describe('mails of a delivery', () => {
  const mail = (subject: string, receivedAt: string) => ({
    id: subject,
    to: 'a@b.co',
    subject,
    receivedAt,
  });
  const delivery = { names: ['users.csv.asc'], startedAt: '2026-01-01T10:00:00.500Z' };

  test('are those that name its file, oldest first, whole seconds allowed for', () => {
    const found = mailsOf(
      [
        mail('users.csv.asc imported', '2026-01-01T10:00:09Z'),
        mail('orders.csv.asc picked up', '2026-01-01T10:00:02Z'),
        mail('users.csv.asc picked up', '2026-01-01T10:00:00Z'),
        mail('users.csv.asc of last week', '2025-12-25T10:00:00Z'),
      ],
      delivery,
    );
    expect(found.map(({ subject }) => subject)).toEqual([
      'users.csv.asc picked up',
      'users.csv.asc imported',
    ]);
  });

  test('are all since its start where none names it', () => {
    expect(mailsOf([mail('Your import', '2026-01-01T10:00:03Z')], delivery)).toHaveLength(1);
  });
});

test('rows of an import are told with what was rejected', () => {
  expect(rowsText({ rows: 1, accepted: 1, rejected: 0 })).toBe('1 row imported');
  expect(rowsText({ rows: 12_000, accepted: 11_988, rejected: 12 })).toBe(
    '11,988 of 12,000 rows imported, 12 rejected',
  );
});

describe('keys', () => {
  test('are called by the name in their user id', () => {
    expect(shortName('Ann Example (work) <ann@example.com>')).toBe('Ann Example');
    expect(shortName('<ann@example.com>')).toBe('<ann@example.com>');
  });

  test('a Key ID is a UUID and nothing else', () => {
    expect(isKeyId(' EC491319-9823-48cd-b6a1-6bb0bc666d75 ')).toBe(true);
    expect(isKeyId('1A7849F996BFD78569533B2CF55DEEE68995327F')).toBe(false);
  });
});

describe('connections', () => {
  const old = { type: 'ssh-ed25519', sha256: 'SHA256:old' };
  const fresh = { type: 'ssh-ed25519', sha256: 'SHA256:new' };

  test('ask about a host key when none is pinned, and alarm when another is', () => {
    expect(hostKeyQuestion(undefined, undefined)).toBe('none');
    expect(hostKeyQuestion(undefined, fresh)).toBe('new');
    expect(hostKeyQuestion(old, fresh)).toBe('changed');
    expect(hostKeyQuestion(old, old)).toBe('none');
  });

  test('show their address as sftp takes it', () => {
    const base = { host: 'h.example', port: 22, username: 'ann', directory: '' };
    expect(addressOf(base)).toBe('ann@h.example');
    expect(addressOf({ ...base, port: 2222, directory: '/in' })).toBe('ann@h.example:2222/in');
    expect(addressOf({ ...base, host: '::1', directory: 'in' })).toBe('ann@[::1]/in');
  });

  test('are saved once nothing is missing, without any secret', () => {
    const empty = draftOf(undefined);
    expect(inputOf(empty, undefined)).toHaveProperty('missing');
    const draft = {
      ...empty,
      host: ' h.example ',
      username: 'ann',
      identity: { kind: 'stored', sha256: 'SHA256:x' } as const,
    };
    expect(inputOf(draft, undefined)).toEqual({
      input: {
        name: 'h.example',
        host: 'h.example',
        port: 22,
        username: 'ann',
        directory: '',
        identity: { kind: 'stored', sha256: 'SHA256:x' },
        allowsPassword: false,
        jumps: [],
        habits: DEFAULT_HABITS,
      },
    });
    expect(inputOf({ ...draft, jumps: 'a b' }, undefined)).toHaveProperty('missing');
    expect(inputOf({ ...draft, timeoutSeconds: '0' }, undefined)).toHaveProperty('missing');
    const further = { ...draft, identity: { kind: 'password' }, jumps: 'jump:23' } as const;
    expect(inputOf(further, undefined)).toMatchObject({
      input: {
        allowsPassword: true,
        jumps: [{ host: 'jump', port: 23, username: 'ann' }],
      },
    });
    expect(inputOf({ ...draft, port: '70000' }, undefined)).toHaveProperty('missing');
    expect(inputOf({ ...draft, consoleUrl: 'console' }, undefined)).toHaveProperty('missing');
    expect(
      inputOf({ ...draft, consoleUrl: 'https://c.example', consoleAccount: 'a' }, 'id'),
    ).toMatchObject({ input: { id: 'id', console: { url: 'https://c.example', account: 'a' } } });
  });
});

test('a place in a text is found by line and column, and never past its line', () => {
  const text = '{\n  "a": 1\n}';
  expect(text.slice(offsetAt(text, { line: 2, column: 3 }))).toBe('"a": 1\n}');
  expect(offsetAt(text, { line: 1, column: 99 })).toBe(1);
  expect(offsetAt(text, { line: 9, column: 1 })).toBe(text.length);
  expect(lineCount(text)).toBe(3);
});
