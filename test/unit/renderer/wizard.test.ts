// The wizard as a machine: which step lacks what, and where one may go.
import { describe, expect, test } from 'vitest';
import type { Surroundings, Wizard } from '../../../renderer/features/send/wizard.ts';
import {
  WIZARD_STEPS,
  blockerOf,
  canEnter,
  checkTotals,
  firstBlocked,
  stepBeside,
} from '../../../renderer/features/send/wizard.ts';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';

const FINGERPRINT = '1A7849F996BFD78569533B2CF55DEEE68995217D';
const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const HANDLE = '0b6f0f7e-52a0-4b36-9f5d-6f9a2a6d6f11';

const report = (accepted: number, rejected: number): CheckReport => ({
  rows: accepted + rejected,
  accepted,
  rejected,
  bytes: 100,
  problems: [],
});

const facts = {
  name: 'users.csv',
  sizeBytes: 100,
  format: 'csv',
  encoding: 'utf-8',
  delimiter: ',',
  header: ['id'],
  sample: [['1']],
  rows: 3,
  rowsExact: true,
  notices: [],
} as const;

const surroundings: Surroundings = {
  keys: [
    {
      fingerprint: FINGERPRINT,
      userId: 'Ann <ann@example.com>',
      algorithm: 'RSA 3072',
      createdAt: '2026-01-01T00:00:00Z',
      hasPrivateKey: true,
      hasPassphrase: true,
      use: 'ready',
      registrations: [{ keyId: KEY_ID, platform: 'by hand', registeredAt: '2026-01-01T00:00:00Z' }],
    },
  ],
  connections: [
    {
      id: 'c',
      name: 'Platform',
      host: 'sftp.example.com',
      port: 22,
      username: 'ann',
      directory: '',
      identity: { kind: 'file', name: 'id_ed25519' },
      hasPassphrase: false,
      allowsPassword: false,
      jumps: [],
      habits: DEFAULT_HABITS,
      hostKey: { type: 'ssh-ed25519', sha256: 'SHA256:abc' },
      practice: false,
    },
  ],
};

const plan = {
  dataName: 'users.csv.asc',
  manifestName: 'users.manifest',
  manifestText: '{}',
  problems: [],
  commands: [],
  expectedParts: 1,
  firstPartName: '',
};

/** A wizard in which nothing is missing. */
const complete: Wizard = {
  step: 'review',
  files: [{ ref: { handle: HANDLE, name: 'users.csv', sizeBytes: 100 }, facts }],
  leftOut: [],
  groups: {
    '["id"]': {
      type: 'profile',
      columns: [{ header: 'id', target: 'identity', dataType: 'STRING' }],
    },
  },
  clientEmail: 'ann@example.com',
  checks: { [HANDLE]: { state: 'done', report: report(3, 0) } },
  acceptRejected: false,
  fingerprint: FINGERPRINT,
  keyId: KEY_ID,
  connectionId: 'c',
  manifests: { [HANDLE]: { text: '{}', problems: [], plan } },
};

const blocked = (change: Partial<Wizard>, around: Partial<Surroundings> = {}) =>
  firstBlocked({ ...complete, ...change }, { ...surroundings, ...around })?.step;

test('nothing keeps a complete wizard from sending', () => {
  expect(firstBlocked(complete, surroundings)).toBeUndefined();
  for (const { id } of WIZARD_STEPS) expect(canEnter(id, complete, surroundings)).toBe(true);
});

describe('each step says what it lacks', () => {
  const ref = complete.files[0]!.ref;
  test('files: none, unread, unreadable, or two of one name', () => {
    expect(blocked({ files: [] })).toBe('files');
    expect(blocked({ files: [{ ref }] })).toBe('files');
    const error = { code: 'FORMAT_UNKNOWN', params: { file: 'x' }, retry: 'user' } as const;
    expect(blocked({ files: [{ ref, error }] })).toBe('files');
    const twin = { ref: { ...ref, handle: 'other', name: 'USERS.csv' }, facts };
    expect(blocked({ files: [...complete.files, twin] })).toBe('files');
  });

  test('map: a mapping without mistakes and an address', () => {
    expect(blocked({ clientEmail: '' })).toBe('map');
    expect(blocked({ groups: { a: { type: 'profile' } } })).toBe('map');
    expect(blocked({ groups: { a: { type: 'event', columns: [] } } })).toBeUndefined();
    const groups = { a: { type: 'event', columns: complete.groups['["id"]']!.columns } } as const;
    expect(blocked({ groups })).toBe('map');
  });

  test('check: rejected rows only by choice, and never all of them', () => {
    const checks = { [HANDLE]: { state: 'done', report: report(2, 1) } } as const;
    expect(blocked({ checks })).toBe('check');
    expect(blocked({ checks, acceptRejected: true })).toBeUndefined();
    const none = { [HANDLE]: { state: 'done', report: report(0, 3) } } as const;
    expect(blocked({ checks: none, acceptRejected: true })).toBe('check');
    const refused = { [HANDLE]: { state: 'refused', problems: [] } } as const;
    expect(blocked({ checks: refused })).toBe('check');
  });

  test('key: one that can be used, with the Key ID chosen from its own', () => {
    expect(blocked({ fingerprint: undefined })).toBe('key');
    expect(blocked({ keyId: 'd3c1a1f0-0000-4000-8000-000000000000' })).toBe('key');
    const expired = [{ ...surroundings.keys[0]!, use: 'expired' as const }];
    expect(blocked({}, { keys: expired })).toBe('key');
    const soon = [{ ...surroundings.keys[0]!, use: 'expires-soon' as const }];
    expect(blocked({}, { keys: soon })).toBeUndefined();
  });

  test('destination: a connection whose host key is pinned', () => {
    expect(blocked({ connectionId: undefined })).toBe('destination');
    const { hostKey: _hostKey, ...unpinned } = surroundings.connections[0]!;
    expect(blocked({}, { connections: [unpinned] })).toBe('destination');
  });

  test('review: a finished check and a manifest that was planned', () => {
    const running = { [HANDLE]: { state: 'running', jobId: 'j', seq: 1, done: 1 } } as const;
    expect(blocked({ checks: running })).toBe('review');
    expect(blocked({ manifests: {} })).toBe('review');
    expect(blocked({ manifests: { [HANDLE]: { text: '{}', problems: [] } } })).toBe('review');
    const problem = { code: 'X', severity: 'error', line: 1, column: 1, message: 'No.' } as const;
    const broken = { [HANDLE]: { text: '{', problems: [problem], plan } };
    expect(blocked({ manifests: broken })).toBe('review');
    const warned = {
      [HANDLE]: { text: '{}', problems: [{ ...problem, severity: 'warning' as const }], plan },
    };
    expect(blocked({ manifests: warned })).toBeUndefined();
  });
});

test('a running check does not hold the user back from the steps after it', () => {
  const wizard: Wizard = {
    ...complete,
    checks: { [HANDLE]: { state: 'running', jobId: 'j', seq: 1, done: 1 } },
  };
  expect(blockerOf('check', wizard, surroundings)).toBeUndefined();
  expect(canEnter('review', wizard, surroundings)).toBe(true);
});

test('a step cannot be entered past one that is blocked, but the blocked one can', () => {
  const wizard: Wizard = { ...complete, clientEmail: 'nobody' };
  expect(canEnter('map', wizard, surroundings)).toBe(true);
  expect(canEnter('check', wizard, surroundings)).toBe(false);
  expect(canEnter('review', wizard, surroundings)).toBe(false);
});

test('totals add up the files, and are finished when all are', () => {
  const second = { ref: { handle: 'b', name: 'b.csv', sizeBytes: 1 }, facts };
  const files = [...complete.files, second];
  expect(checkTotals({ files, checks: complete.checks })).toEqual({
    rows: 3,
    accepted: 3,
    rejected: 0,
    isFinished: false,
  });
  const checks = { ...complete.checks, b: { state: 'done', report: report(5, 2) } } as const;
  expect(checkTotals({ files, checks })).toEqual({
    rows: 10,
    accepted: 8,
    rejected: 2,
    isFinished: true,
  });
});

test('steps are walked one at a time, and end', () => {
  expect(stepBeside('files', 1)).toBe('map');
  expect(stepBeside('files', -1)).toBeUndefined();
  expect(stepBeside('review', 1)).toBeUndefined();
});
