/** The check of rows on their bytes passes nothing that the careful one would not, and most of what is sound. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRowCheck } from '../../../main/preflight/rows.ts';
import {
  DATA_TYPES,
  DATE_FORMATS,
  PROFILE_OPERATIONS,
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
  type ImportType,
  type ManifestColumn,
} from '../../../shared/domain/manifest.ts';
import { areFaultless, cellsPass, holdAgainstCareful } from '../../helpers/passing-rows.ts';

const SOUND = {
  INTEGER: ['0', '-7', '+12', '1760000000', '-1999999999'],
  LONG: ['1', '-1760000000000', '8999999999999999999'],
  FLOAT: ['0', '-1.50', '+1.5', '.5', '5.', '123456.789'],
  BOOLEAN: ['true', 'FALSE', '0', '1'],
  'dd/MM/yyyy': ['29/02/2024', '31/12/1999'],
  'MM/dd/yyyy': ['12/31/2025'],
  'yyyy/dd/MM': ['2025/31/01'],
  'yyyy/MM/dd': ['2024/02/29'],
  'dd MMM yyyy': ['01 Jan 2024', '28 FEB 1900'],
  'dd/MM/yyyy HH:mm:ss': ['29/02/2000 23:59:59'],
  'MM/dd/yyyy HH:mm:ss': ['12/31/2025 00:00:00'],
  'yyyy/dd/MM HH:mm:ss': ['2025/31/12 12:30:01'],
  'yyyy/MM/dd HH:mm:ss': ['2025/12/31 12:30:01'],
  'dd MMM yyyy HH:mm:ss': ['31 dec 2025 09:08:07'],
  UNIX: ['0', '1760000000', '-1760000000'],
  identity: ['u1', 'user-100200', 'nobody', 'Zoë', '漢字', '00', `i${'x'.repeat(1022)}`],
  evtName: ['Bought', 'App Opened', 'Sold é', 'Push', 'App Launched again', 'n'.repeat(512)],
  ts: ['1760000000', '1'],
  Email: ['ada.lovelace+1@mail.example.co.uk', "o'neil@a-b.io", 'A@B.CD'],
  Phone: ['+4915112345678', '+12345678'],
  Gender: ['m', 'Female', 'UNKNOWN'],
  Age: ['0', '7', '150', '042'],
  'a.operation': [...PROFILE_OPERATIONS],
  items: ['[]'],
  STRING: ['anything', 'App Launched'],
} as const satisfies Record<string, readonly string[]>;

const COLUMNS: Readonly<Record<string, ManifestColumn>> = Object.fromEntries([
  ...DATA_TYPES.filter((type) => type !== 'DATE').map((dataType) => [dataType, { dataType }]),
  ...DATE_FORMATS.map((dateFormat) => [dateFormat, { dataType: 'DATE', dateFormat }]),
  // A role and a type at once.
  ['objectId', { dataType: 'INTEGER' }],
  ['Age', { dataType: 'INTEGER' }],
]);

const ODD = [
  ...REFUSED_IDENTITIES,
  ...SYSTEM_EVENTS.flatMap((name) => [name, name.toUpperCase()]),
  ...['2147483647', '2147483648', '-9223372036854775809', '9'.repeat(400), '1e3', '1e999', '1.2.3'],
  ...['charged', 'Charged', '29/02/2023', '31/04/2024', '00/01/2024', '30 fev 2024', '2024/13/01'],
  ...['24:00:00', '2024/01/01 23:60:00', '151', '1760000000000', '+0123456789', 'a@b', 'a..b@c.de'],
  ...['.a@b.cd', 'a@-b.cd', 'a@b-.cd', 'a@b.c', 'a@b.c1', 'a@b..cd', `a@${'b'.repeat(64)}.cd`],
  ...[
    'i'.repeat(1024),
    'é'.repeat(512),
    'Notification Clic\u212aed',
    'Push \u212a',
    'Ⅰ',
    '\u00a0',
    '-',
    '.',
  ],
];

const cell = fc.oneof(
  fc.constantFrom<string>(...Object.values(SOUND).flat()),
  fc.constantFrom(...ODD),
  fc.constantFrom('', ' ', '\t '),
);
const mark = fc.constantFrom(...'09+-./: eE@aZ$_é漢\u212aİ\t\0');
/** A cell with a character put in, taken out or exchanged, or with blanks around it. */
const nearly = fc
  .tuple(cell, fc.nat(), mark, fc.constantFrom('in', 'out', 'other', 'around'))
  .map(([text, place, char, how]) => {
    const at = place % (text.length + 1);
    if (how === 'around') return ` ${text}\t`;
    const rest = text.slice(how === 'in' ? at : at + 1);
    return text.slice(0, at) + (how === 'out' ? '' : char) + rest;
  });
const anyCell = fc.oneof({ weight: 3, arbitrary: cell }, { weight: 2, arbitrary: nearly });
const type = fc.constantFrom<ImportType>('event', 'profile');
const target = fc.constantFrom<string>(
  ...Object.keys(SOUND),
  'objectId',
  'guid',
  'EVTNAME',
  'DATE',
);

/** For a column mostly what is sound there. */
const cellOf = (name: string): fc.Arbitrary<string> => {
  const sound: readonly string[] = SOUND[name as keyof typeof SOUND] ?? ['', '12'];
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: anyCell },
  );
};

const base = (of: ImportType): Record<string, string> =>
  of === 'event' ? { identity: 'u1', evtName: 'Bought' } : { identity: 'u1', a: 'x' };

function passes(of: ImportType, row: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(row);
  return cellsPass(names, { type: of, columns: COLUMNS }, Object.values(row));
}

function isFaultless(of: ImportType, row: Readonly<Record<string, string>>): boolean {
  const check = compileRowCheck(Object.keys(row), { type: of, columns: COLUMNS });
  return areFaultless(check, Object.values(row));
}

describe('on their bytes', () => {
  it.each(Object.entries(SOUND))('sound cells pass as %s', (name, cells) => {
    const isOfProfile = ['Email', 'Phone', 'Gender', 'Age', 'a.operation'].includes(name);
    const of = isOfProfile ? 'profile' : 'event';
    for (const text of cells) {
      for (const written of [text, ` ${text}\t`]) {
        const row = { ...base(of), [name]: written };
        expect([written, passes(of, row)]).toEqual([written, true]);
      }
    }
    expect(passes(of, { ...base(of), [name]: '' })).toBe(
      !(name === 'identity' || name === 'evtName'),
    );
  });

  it('no odd cell passes that has a fault', () => {
    const names = [...Object.keys(SOUND), 'objectId', 'guid', 'DATE'];
    const wrong: string[] = [];
    for (const of of ['event', 'profile'] as const) {
      for (const name of names) {
        for (const text of [...ODD, ...Object.values(SOUND).flat()]) {
          const row = { ...base(of), [name]: text };
          if (passes(of, row) && !isFaultless(of, row)) wrong.push(`${of} ${name} ${text}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('no row passes that has a fault', () => {
    const seen = { passed: 0, refused: 0 };
    const entry = target.chain((name) => fc.tuple(fc.constant(name), cellOf(name)));
    const cellsOfRow = fc.array(entry, { maxLength: 4 }).map((cells) => Object.fromEntries(cells));
    const rows = fc.tuple(type, cellsOfRow);
    fc.assert(
      fc.property(rows, fc.boolean(), ([of, cells], isComplete) => {
        const row = isComplete ? { ...base(of), ...cells } : cells;
        const isSound = isFaultless(of, row);
        const isPassed = passes(of, row);
        if (isPassed) expect(isSound).toBe(true);
        if (isPassed) seen.passed += 1;
        if (!isSound) seen.refused += 1;
      }),
      { numRuns: 5000 },
    );
    // One in which hardly a row passes, or none is refused, would prove little.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(1000);
  });

  it('of more than 100 properties none passes, nor what may be charged with items', () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 'x']));
    expect(passes('event', { ...base('event'), ...many(100), p100: ' ' })).toBe(true);
    expect(passes('event', { ...base('event'), ...many(101) })).toBe(false);
    expect(passes('event', { identity: 'u1', evtName: ' CHARGED', items: '[]' })).toBe(false);
    expect(passes('event', { identity: 'u1', evtName: 'Charged' })).toBe(true);
    expect(passes('profile', { a: 'x' })).toBe(false);
    expect(passes('event', { identity: 'u1' })).toBe(false);
    expect(passes('event', { identity: '', objectId: '12', evtName: 'Bought' })).toBe(true);
  });
});

const lineEnd = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('\n', '\r\n') },
  fc.constantFrom('\n\n', '\r\n\r\n', '\r', ''),
);
const hostile = fc.constantFrom(
  ...['"a""b"', '"a,b"', '"a\nb"', '"a\r\nb"', '"a"b', 'a"b', '""', '"', '\r'],
);
const writtenAs = (name: string): fc.Arbitrary<string> => {
  const cells = cellOf(name);
  return fc.oneof(
    { weight: 24, arbitrary: cells },
    { weight: 12, arbitrary: cells.map((text) => `"${text}"`) },
    { weight: 1, arbitrary: hostile },
  );
};
const lineOf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('u1', 'u2', 'u4', '"u3"', '', 'null'),
      fc.constantFrom('Bought', '"Sold"', 'Added', 'App Launched', ' '),
      fc.tuple(...names.map(writtenAs)),
      fc.oneof({ weight: 20, arbitrary: fc.constant('') }, fc.constant(',x')),
      lineEnd,
    )
    .map(([id, name, cells, more, end]) => `${[id, name, ...cells].join(',')}${more}${end}`);
const damage = fc.option(fc.tuple(fc.nat(), fc.constantFrom('"', '\xff', '\n', ',', '\0', '\r')));

/** Cells in any order of columns, whatever is wrong with them, under `manifest`. */
const file = fc
  .uniqueArray(target, { minLength: 3, maxLength: 3 })
  .chain((names) =>
    fc.record({
      type,
      names: fc.constant(names),
      start: fc.constantFrom('', '', '', '\ufeff', '\n\r\n'),
      lines: fc.array(lineOf(names), { minLength: 1, maxLength: 25 }),
      damage,
    }),
  )
  .map(({ type: of, names, start, lines, damage: found }) => {
    const head = `${start}identity,${of === 'event' ? 'evtName' : 'a'},${names.join(',')}\n`;
    const bytes = Buffer.from(head + lines.join(''));
    if (!found) return { of, bytes };
    const at = found[0] % (bytes.length + 1);
    const what = Buffer.from(found[1], 'latin1');
    return { of, bytes: Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]) };
  });

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it('one character beyond ASCII alone is in lower case nothing but ASCII', () => {
  const found: string[] = [];
  for (let code = 0x80; code < 0x110000; code += 1) {
    const lower = String.fromCodePoint(code).toLowerCase();
    // Any other that begins so could be part of a word that the rules know.
    if ([...lower].some((char) => char < '\x80')) found.push(lower);
  }
  expect(found.toSorted()).toEqual(['i\u0307', 'k']);
});

describe('files in which rows pass', () => {
  it('have the same verdict as when they are read with care, however they are cut', () => {
    const seen = { passed: 0, accepted: 0, refused: 0 };
    const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(100_000));
    fc.assert(
      fc.property(file, size, ({ of, bytes }, bytesAtOnce) => {
        const manifest = { type: of, columns: COLUMNS };
        const counts = holdAgainstCareful(cut(bytes, bytesAtOnce), manifest);
        for (const key of ['passed', 'accepted', 'refused'] as const) seen[key] += counts[key];
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(300);
  });

  const rows = (count: number): Buffer =>
    Buffer.from(
      Array.from({ length: count }, (_, i) =>
        i % 7 === 3
          ? `"u""${i}",Bought,${i}.5,"two\nlines"\r\n`
          : i % 11 === 5
            ? `u${i},App Launched,x,é\n`
            : `u${i},"Bought",${i}.25,Zoë ${i}\r\n`,
      ).join(''),
    );
  const withHeader = (data: Buffer): Buffer =>
    Buffer.concat([Buffer.from('identity,evtName,FLOAT,note\n'), data]);
  const manifest = { type: 'event', columns: COLUMNS } as const;

  it('may be cut in two at any byte', () => {
    const bytes = withHeader(rows(24));
    const whole = holdAgainstCareful([bytes], manifest);
    expect(whole).toEqual({ passed: 19, accepted: 3, refused: 2 });
    for (let at = 1; at < bytes.length; at += 1) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      expect(holdAgainstCareful(parts, manifest)).toEqual(whole);
    }
  });

  it('may have one column: a line with nothing in it is no row of that, two marks are', () => {
    const bytes = Buffer.from('identity\nu1\n\n\r\n""\n"u2"\r\n\n');
    const counts = { passed: 2, accepted: 0, refused: 1 };
    expect(holdAgainstCareful([bytes], { type: 'profile' })).toEqual(counts);
  });

  it('may be longer than what is looked at at once, with a last row that has no line end', () => {
    const bytes = withHeader(rows(12_000)).subarray(0, -2);
    expect(bytes.length).toBeGreaterThan(5 * 64 * 1024);
    const whole = holdAgainstCareful([bytes], manifest);
    expect(whole.passed).toBeGreaterThan(9_000);
    for (const size of [65_535, 65_537, 262_144]) {
      expect(holdAgainstCareful(cut(bytes, size), manifest)).toEqual(whole);
    }
  });
});
