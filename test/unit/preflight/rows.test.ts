/** Every rule of rows, each with a row that keeps it and one that breaks it. */
import { describe, expect, it } from 'vitest';
import {
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
  type Manifest,
  type ManifestColumn,
} from '../../../shared/domain/manifest.ts';
import { checkHeader } from '../../../main/preflight/header.ts';
import { compileRowCheck } from '../../../main/preflight/rows.ts';

interface Case {
  readonly type: Manifest['type'];
  readonly columns?: Record<string, ManifestColumn>;
}

/** `code:column` of each fault of a row given by header name; an empty list when it is accepted. */
function faultsOf({ type, columns }: Case, row: Record<string, string>): string[] {
  const header = Object.keys(row);
  const faults: string[] = [];
  const check = compileRowCheck(header, { type, ...(columns ? { columns } : {}) });
  const isAccepted = check(Object.values(row), (fault, column) => {
    faults.push(column < 0 ? fault.code : `${fault.code}:${header[column] ?? '?'}`);
  });
  expect(isAccepted).toBe(faults.length === 0);
  return faults;
}

const PROFILE: Case = { type: 'profile' };
const EVENT: Case = { type: 'event' };

describe('identity', () => {
  it.each(['identity', 'objectId', 'guid', 'fbid', 'fbId', 'gpId'])('%s is one', (target) => {
    expect(faultsOf(PROFILE, { [target]: 'x' })).toEqual([]);
    expect(faultsOf({ type: 'profile', columns: { id: { ctName: target } } }, { id: 'x' })).toEqual(
      [],
    );
  });

  it.each(REFUSED_IDENTITIES)('%s is refused, trimmed and in any case', (value) => {
    expect(faultsOf(PROFILE, { identity: value })).toEqual(['523:identity']);
    expect(faultsOf(PROFILE, { identity: ` ${value.toUpperCase()}\t` })).toEqual(['523:identity']);
    expect(faultsOf(PROFILE, { objectId: value })).toEqual(['526:objectId']);
  });

  it('must be there', () => {
    expect(faultsOf(PROFILE, { identity: '' })).toEqual(['523:identity']);
    expect(faultsOf(PROFILE, { identity: ' \t' })).toEqual(['523:identity']);
    expect(faultsOf(PROFILE, { identity: '', guid: '' })).toEqual(['523']);
    expect(faultsOf(PROFILE, { identity: '', guid: 'x' })).toEqual([]);
    expect(faultsOf(PROFILE, { name: 'x' })).toEqual(['523']);
  });

  it('is held to its rules however its target is written', () => {
    expect(faultsOf(PROFILE, { ' Identity': 'x' })).toEqual([]);
    expect(faultsOf(PROFILE, { IDENTITY: 'null' })).toEqual(['523:IDENTITY']);
  });

  it('is shorter than 1,024 characters', () => {
    expect(faultsOf(PROFILE, { identity: 'x'.repeat(1023) })).toEqual([]);
    expect(faultsOf(PROFILE, { identity: 'x'.repeat(1024) })).toEqual(['523:identity']);
    expect(faultsOf(PROFILE, { objectId: 'x'.repeat(1024) })).toEqual(['526:objectId']);
  });
});

describe('event', () => {
  it('needs a name', () => {
    expect(faultsOf(EVENT, { identity: 'x', evtName: 'Bought' })).toEqual([]);
    expect(faultsOf(EVENT, { identity: 'x', evtName: ' ' })).toEqual(['509:evtName']);
    expect(faultsOf(EVENT, { identity: 'x' })).toEqual(['509']);
    expect(faultsOf(PROFILE, { identity: 'x' })).toEqual([]);
  });

  it('has a name of at most 512 characters', () => {
    expect(faultsOf(EVENT, { identity: 'x', evtName: 'n'.repeat(512) })).toEqual([]);
    expect(faultsOf(EVENT, { identity: 'x', evtName: 'n'.repeat(513) })).toEqual(['512:evtName']);
  });

  it.each(SYSTEM_EVENTS)('%s is the platform’s own', (name) => {
    expect(faultsOf(EVENT, { identity: 'x', evtName: name })).toEqual(['513:evtName']);
    expect(faultsOf(EVENT, { identity: 'x', evtName: ` ${name.toLowerCase()}` })).toEqual([
      '513:evtName',
    ]);
    expect(faultsOf(EVENT, { identity: 'x', evtName: `${name}!` })).toEqual([]);
  });

  it('has at most 100 properties that are not blank', () => {
    const properties = (count: number, value: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, value]));
    const base = { identity: 'x', evtName: 'Bought', ts: '1' };
    expect(faultsOf(EVENT, { ...base, ...properties(100, 'v') })).toEqual([]);
    expect(faultsOf(EVENT, { ...base, ...properties(101, ' ') })).toEqual([]);
    expect(faultsOf(EVENT, { ...base, ...properties(101, 'v') })).toEqual(['522']);
  });

  it('Charged takes no items from a file', () => {
    const row = { identity: 'x', evtName: 'Charged', items: '[]' };
    expect(faultsOf(EVENT, row)).toEqual(['512:items']);
    expect(faultsOf(EVENT, { ...row, items: '' })).toEqual([]);
    expect(faultsOf(EVENT, { ...row, evtName: 'Bought' })).toEqual([]);
  });

  it('does not hold profile fields to their rules', () => {
    expect(
      faultsOf(EVENT, { identity: 'x', evtName: 'Bought', Email: 'none', Age: 'old' }),
    ).toEqual([]);
  });
});

describe('ts', () => {
  const types: ManifestColumn[] = [
    {},
    { dataType: 'INTEGER' },
    { dataType: 'LONG' },
    { dataType: 'DATE', dateFormat: 'UNIX' },
  ];
  it.each(types)('as %j is 1 to 10 digits', (column) => {
    const manifest: Case = { type: 'profile', columns: { t: { ctName: 'ts', ...column } } };
    const row = (t: string): string[] => faultsOf(manifest, { identity: 'x', t });
    expect(row('')).toEqual([]);
    expect(row('0')).toEqual([]);
    expect(row('1767225909')).toEqual([]);
    for (const bad of ['-1', '1.5', '12345678901', '2026/01/01', 'x']) {
      expect(row(bad)).toEqual(['525:t']);
    }
    expect(row('1767225909000')).toEqual(['525:t']);
  });

  it('of 13 digits is asked about milliseconds', () => {
    const messages: string[] = [];
    const check = compileRowCheck(['identity', 'ts'], { type: 'profile' });
    check(['x', '1767225909000'], (fault) => messages.push(fault.message));
    expect(messages.join()).toContain('milliseconds');
  });

  it('may be beyond 32 bits, and has blanks around it cut, whatever its type', () => {
    const columns = { ts: { dataType: 'INTEGER' } } as const;
    expect(faultsOf({ type: 'profile', columns }, { identity: 'x', ts: '4102444800' })).toEqual([]);
    expect(faultsOf(PROFILE, { identity: 'x', ts: ' 1767225909\t' })).toEqual([]);
  });
});

describe('profile fields', () => {
  it.each<[string, string[], string[], string]>([
    ['Gender', ['M', 'f', 'o', 'U', 'Male', 'FEMALE', 'other', 'unknown', ''], ['x', 'man'], '514'],
    ['Email', ['a@example.com', ''], ['a', 'a@b@c.io'], '515'],
    ['Phone', ['+4915112345678', ''], ['015112345678', '+49 151'], '516'],
    ['Age', ['0', '150', ''], ['-1', '+1', '151', '0001', '1.5', 'old'], '520'],
  ])('%s', (field, good, bad, code) => {
    for (const name of [field, field.toUpperCase()]) {
      for (const value of good)
        expect(faultsOf(PROFILE, { identity: 'x', [name]: value })).toEqual([]);
      for (const value of bad) {
        expect(faultsOf(PROFILE, { identity: 'x', [name]: value })).toEqual([`${code}:${name}`]);
      }
    }
  });
});

describe('operations', () => {
  it.each(['$add', '$remove', '$set', '$delete', ''])('%j is one', (value) => {
    expect(faultsOf(PROFILE, { identity: 'x', tags: 'a', 'tags.operation': value })).toEqual([]);
  });
  it.each(['add', '$ADD', '$incr'])('%j is none', (value) => {
    expect(faultsOf(PROFILE, { identity: 'x', tags: 'a', 'tags.operation': value })).toEqual([
      '555:tags.operation',
    ]);
  });
});

describe('types', () => {
  it('hold for cells that are not blank, trimmed for all but STRING', () => {
    const columns = { n: { dataType: 'INTEGER' } } as const;
    const row = (n: string): string[] =>
      faultsOf({ type: 'profile', columns }, { identity: 'x', n });
    expect(row(' 12\t')).toEqual([]);
    expect(row(' ')).toEqual([]);
    expect(row('12x')).toEqual(['DATA_TYPE:n']);
  });

  it('a row tells all its faults', () => {
    const columns = {
      n: { dataType: 'INTEGER' },
      d: { dataType: 'DATE', dateFormat: 'yyyy/MM/dd' },
    } as const;
    const row = { identity: '', n: 'x', d: '2025/02/30', ts: 'y' };
    expect(faultsOf({ type: 'profile', columns }, row)).toEqual([
      'DATA_TYPE:n',
      'DATA_TYPE:d',
      '525:ts',
      '523:identity',
    ]);
  });

  it('a header such as every object has is a plain column', () => {
    const row = { identity: 'x', constructor: 'y', toString: 'z' };
    expect(faultsOf({ type: 'profile', columns: { identity: {} } }, row)).toEqual([]);
  });
});

describe('the header', () => {
  const codes = (header: string[], manifest: Case): string[] =>
    checkHeader(header, manifest).map(
      ({ fault, column }) =>
        `${fault.code}${fault.severity === 'warning' ? '?' : ''}:${column ?? ''}`,
    );

  it.each<[string, string[], Case, string[]]>([
    ['sound', ['identity', 'a'], { type: 'profile', columns: { a: {} } }, []],
    ['empty', [], PROFILE, ['HEADER_MISSING:']],
    ['with a blank name', ['identity', ' '], PROFILE, ['HEADER_MISSING:']],
    ['with a name twice', ['identity', 'a', 'a'], PROFILE, ['HEADER_MISSING:a']],
    [
      'without a mapped column',
      ['identity'],
      { type: 'profile', columns: { a: {} } },
      ['COLUMN_MISSING:a'],
    ],
    ['with poor characters', ['identity', 'a&b'], PROFILE, ['NAME_CHARACTERS?:a&b']],
    [
      'with poor characters mapped away',
      ['identity', 'a&b'],
      { type: 'profile', columns: { 'a&b': { ctName: 'c' } } },
      [],
    ],
    ['with an operation', ['identity', 'a', 'a.operation'], PROFILE, []],
    [
      'with a stray operation',
      ['identity', 'a.operation'],
      PROFILE,
      ['COLUMN_MISSING:a.operation'],
    ],
    [
      'of events with a dot',
      ['identity', 'evtName', 'a.operation'],
      EVENT,
      ['NAME_CHARACTERS?:a.operation'],
    ],
  ])('%s', (_, header, manifest, expected) => {
    expect(codes(header, manifest)).toEqual(expected);
  });
});
