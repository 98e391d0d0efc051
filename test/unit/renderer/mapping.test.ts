// The window's own help with a mapping: first guess, suggestions, problems seen at once.
import { describe, expect, test } from 'vitest';
import {
  groupKeyOf,
  guessType,
  isEmail,
  mappingProblems,
  suggestionsFor,
  templateNote,
} from '../../../renderer/features/send/mapping.ts';
import type { MappingColumn } from '../../../shared/domain/data-file.ts';

const column = (header: string, target: string, rest: Partial<MappingColumn> = {}) => ({
  header,
  target,
  dataType: 'STRING' as const,
  ...rest,
});

test.each([
  [['user', 'event_name', 'ts'], 'event'],
  [['user', 'Event Name'], 'event'],
  [['evtName', 'identity'], 'event'],
  [['customer_id', 'email'], 'profile'],
  [['prevention', 'eventual'], 'profile'],
  [[], 'profile'],
])('a header of %j is of type %s', (header, type) => {
  expect(guessType(header)).toBe(type);
});

test('files share a mapping exactly when their headers agree, order included', () => {
  expect(groupKeyOf({ header: ['a', 'b'] })).toBe(groupKeyOf({ header: ['a', 'b'] }));
  expect(groupKeyOf({ header: ['a', 'b'] })).not.toBe(groupKeyOf({ header: ['b', 'a'] }));
  expect(groupKeyOf({ header: ['a,b'] })).not.toBe(groupKeyOf({ header: ['a', 'b'] }));
});

describe('suggestionsFor', () => {
  const values = (type: 'event' | 'profile', header: string) =>
    suggestionsFor(type, header).flatMap((group) => group.items.map((item) => item.value));

  test('offers the fields of the type, and the column under its own name', () => {
    expect(values('event', 'plan')).toEqual(
      expect.arrayContaining(['identity', 'evtName', 'plan']),
    );
    expect(values('event', 'plan')).not.toContain('MSG-sms');
    expect(values('profile', 'plan')).toEqual(expect.arrayContaining(['Phone', 'plan']));
    expect(values('profile', 'plan')).not.toContain('evtName');
  });

  test('offers nothing twice', () => {
    for (const header of ['identity', 'Email', '']) {
      const all = values('profile', header);
      expect(new Set(all).size).toBe(all.length);
    }
  });
});

describe('mappingProblems', () => {
  test('an identity and, for events, a name are needed', () => {
    expect(mappingProblems('profile', [column('id', 'identity')])).toEqual([]);
    expect(mappingProblems('profile', [column('id', '')])).toHaveLength(1);
    expect(mappingProblems('event', [column('id', 'identity')])).toHaveLength(1);
    expect(mappingProblems('event', [column('id', 'identity'), column('what', 'evtName')])).toEqual(
      [],
    );
  });

  test('an unmapped column counts under its own name', () => {
    expect(mappingProblems('profile', [column('identity', '')])).toEqual([]);
  });

  test('a target is taken once', () => {
    const problems = mappingProblems('profile', [
      column('id', 'identity'),
      column('mail', 'Email'),
      column('Email', ''),
    ]);
    expect(problems).toEqual([
      { index: 2, field: 'target', message: 'Email is taken by the column mail already.' },
    ]);
  });

  test('a date needs a format', () => {
    const columns = [column('identity', ''), column('day', '', { dataType: 'DATE' })];
    expect(mappingProblems('profile', columns).map((problem) => problem.index)).toEqual([1]);
    const mended = [columns[0]!, { ...columns[1]!, dateFormat: 'dd/MM/yyyy' as const }];
    expect(mappingProblems('profile', mended)).toEqual([]);
  });
});

test.each([
  ['ann@example.com', true],
  [' ann@example.com ', true],
  ['ann@example', false],
  ['[[email protected]](mailto:[email protected])', false],
  ['ann@example.com, bob@example.com', false],
  ['', false],
])('%j is an address: %s', (text, expected) => {
  expect(isEmail(text)).toBe(expected);
});

test.each([
  [4, 4, [], 'Template “Weekly”: 4 columns mapped by it.'],
  [
    4,
    6,
    ['day'],
    'Template “Weekly”: 3 columns mapped by it. 3 columns guessed. Not in this file: day.',
  ],
  [
    6,
    1,
    ['a', 'b', 'c', 'd', 'e'],
    'Template “Weekly”: 1 column mapped by it. Not in this file: a, b, c and 2 more.',
  ],
])('says what a template of %i columns did to a file of %i', (known, columns, missing, note) => {
  expect(templateNote({ name: 'Weekly', columns: known }, columns, missing)).toBe(note);
});
