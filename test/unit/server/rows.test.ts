// The server's own rules of rows (spec: "Rows"): for each rule a row that passes and one that does not.
import { describe, expect, it } from 'vitest';
import { hasDiscouragedName, planColumn, readRow } from '../../../server/ingest/columns.ts';
import type { ReadManifest } from '../../../server/ingest/manifest.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';

const RECEIVED_AT = 1_700_000_000;

function manifest(type: ImportType, columns: ReadManifest['columns'] = new Map()): ReadManifest {
  return { fileName: 'x.csv.asc', type, clientEmail: 'a@b.example', keyId: undefined, columns };
}

function read(type: ImportType, row: Record<string, string>, columns?: ReadManifest['columns']) {
  const plans = Object.keys(row).map((header) => planColumn(header, manifest(type, columns)));
  return readRow(type, 1, RECEIVED_AT, plans, Object.values(row));
}

function codes(type: ImportType, row: Record<string, string>): string[] {
  const reading = read(type, row);
  return reading.kind === 'refused' ? reading.problems.map((problem) => problem.code) : [];
}

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 'x']));

const profileRules: readonly [
  string,
  good: Record<string, string>,
  bad: Record<string, string>,
  code: string,
][] = [
  ['an identity is there', { identity: 'u1' }, { identity: ' \t' }, '523'],
  ['an identity is no placeholder', { identity: 'nullable' }, { identity: ' NULL ' }, '523'],
  [
    'an identity is under 1024 characters',
    { identity: 'x'.repeat(1023) },
    { identity: 'x'.repeat(1024) },
    '523',
  ],
  ['an object id is no placeholder', { objectId: 'o1' }, { objectId: 'n/a' }, '526'],
  ['gender', { guid: 'u', gender: ' FEMALE ' }, { guid: 'u', gender: 'woman' }, '514'],
  ['e-mail', { guid: 'u', EMAIL: 'a.b+c@d.example' }, { guid: 'u', EMAIL: 'a@b' }, '515'],
  ['phone', { guid: 'u', Phone: '+12345678' }, { guid: 'u', Phone: '+1234567' }, '516'],
  [
    'phone has its country code',
    { guid: 'u', Phone: '+123456789012345' },
    { guid: 'u', Phone: '0123456789' },
    '516',
  ],
  ['age', { guid: 'u', Age: '150' }, { guid: 'u', Age: '151' }, '520'],
  [
    'operation',
    { guid: 'u', c: 'red', 'c.operation': '$add' },
    { guid: 'u', c: 'red', 'c.operation': 'add' },
    '555',
  ],
  ['text that can be stored', { guid: 'u', c: '\u{1f600}' }, { guid: 'u', c: 'a\0b' }, '555'],
];

const eventRules: typeof profileRules = [
  ['the event has a name', { fbId: 'u', evtName: 'Bought' }, { fbId: 'u', evtName: ' ' }, '509'],
  [
    'the name is not the platform’s own',
    { fbId: 'u', evtName: 'Launched' },
    { fbId: 'u', evtName: 'app launched' },
    '513',
  ],
  [
    'the name is not too long',
    { fbId: 'u', evtName: 'x'.repeat(512) },
    { fbId: 'u', evtName: 'x'.repeat(513) },
    '512',
  ],
  [
    'ts is epoch seconds',
    { fbId: 'u', evtName: 'B', ts: '4102444800' },
    { fbId: 'u', evtName: 'B', ts: '1700000000000' },
    '525',
  ],
  [
    'ts has digits only',
    { fbId: 'u', evtName: 'B', TS: '0' },
    { fbId: 'u', evtName: 'B', TS: '-5' },
    '525',
  ],
  [
    'a Charged event has no items',
    { fbId: 'u', evtName: 'Charged', Items: ' ' },
    { fbId: 'u', evtName: 'Charged', Items: '[]' },
    '512',
  ],
  [
    'at most 100 properties',
    { fbId: 'u', evtName: 'B', ...many(100) },
    { fbId: 'u', evtName: 'B', ...many(101) },
    '522',
  ],
];

describe('row rules', () => {
  it.each(profileRules)('profile: %s', (_, good, bad, code) => {
    expect(codes('profile', good)).toEqual([]);
    expect(codes('profile', bad)).toEqual([code]);
  });

  it.each(eventRules)('event: %s', (_, good, bad, code) => {
    expect(codes('event', good)).toEqual([]);
    expect(codes('event', bad)).toEqual([code]);
  });

  it('tells of every problem of a row at once', () => {
    expect(codes('profile', { identity: 'none', Age: '-1', Email: 'x' })).toEqual([
      '523',
      '520',
      '515',
    ]);
  });

  it('never names a value in a sentence', () => {
    const reading = read('profile', { identity: 'u', Email: 'secret-value', Age: '999' });
    const messages =
      reading.kind === 'refused' ? reading.problems.map((p) => p.message).join() : '';
    expect(messages).not.toBe('');
    expect(messages).not.toContain('secret-value');
    expect(messages).not.toContain('999');
  });
});

describe('targets', () => {
  it('takes identities in the platform’s order, whatever the order of the columns', () => {
    const reading = read('profile', { gpid: 'g', FBID: 'f', Identity: 'i' });
    expect(reading).toMatchObject({
      profile: { identity: { kind: 'identity', value: 'i', all: { gpId: 'g', fbid: 'f' } } },
    });
  });

  it('gives an event without ts the time of its arrival', () => {
    expect(read('event', { identity: 'u', evtName: 'B', ts: '' })).toMatchObject({
      event: { ts: RECEIVED_AT },
    });
  });

  it('writes reserved profile fields as the platform does, and leaves event properties alone', () => {
    const profile = read('profile', { identity: 'u', email: 'a@b.example', 'msg-SMS': 'true' });
    expect(profile).toMatchObject({
      profile: { changes: [{ name: 'Email' }, { name: 'MSG-sms' }] },
    });
    const event = read('event', { identity: 'u', evtName: 'B', email: 'x' });
    expect(event).toMatchObject({ event: { properties: { email: 'x' } } });
  });

  it('reads cells by the type of their column', () => {
    const columns = new Map([
      ['n', { target: 'Count', dataType: 'INTEGER', dateFormat: undefined } as const],
    ]);
    const good = read('event', { identity: 'u', evtName: 'B', n: ' 5 ' }, columns);
    expect(good).toMatchObject({ event: { properties: { Count: 5 } } });
    const bad = read('event', { identity: 'u', evtName: 'B', n: 'five' }, columns);
    expect(bad).toMatchObject({ problems: [{ code: 'DATA_TYPE', column: 'n', value: 'five' }] });
  });

  it('keeps hostile property names as ordinary names', () => {
    const reading = read('event', {
      identity: 'u',
      evtName: 'B',
      constructor: 'c',
      ['__proto__']: 'p',
    });
    const properties = reading.kind === 'event' ? reading.event.properties : {};
    expect(Object.entries(properties)).toEqual([
      ['constructor', 'c'],
      ['__proto__', 'p'],
    ]);
  });

  it('warns of names that the platform may change, operations excepted', () => {
    const plan = (header: string) => planColumn(header, manifest('profile'));
    expect(hasDiscouragedName(plan('a.b'))).toBe(true);
    expect(hasDiscouragedName(plan('a.operation'))).toBe(false);
    expect(hasDiscouragedName(plan('a b'))).toBe(false);
  });
});
