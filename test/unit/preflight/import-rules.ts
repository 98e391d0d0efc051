/**
 * Every rule of the contract's "Values" and "Rows" with a row that keeps it and one that breaks it.
 * Data only: import-rules.test.ts holds both the app's check and the server's ingestion to it.
 */
import {
  DATE_FORMATS,
  IDENTITY_TARGETS,
  PROFILE_OPERATIONS,
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
  type DataType,
  type DateFormat,
  type ManifestColumn,
} from '../../../shared/domain/manifest.ts';
import type { RowCode } from '../../../shared/domain/problem.ts';

export interface Rule {
  readonly rule: string;
  readonly type: 'event' | 'profile';
  readonly columns?: Readonly<Record<string, ManifestColumn>>;
  /** A CSV row by header, or the text of a JSON record. */
  readonly good: Row;
  readonly bad: Row;
  /** With which the bad row is rejected, and nothing else. */
  readonly code: RowCode;
  /** Absent: the row as a whole. */
  readonly column?: string;
}

export type Row = Readonly<Record<string, string>> | string;

const EVENT = { identity: 'u1', evtName: 'Bought' };
const PROFILE = { identity: 'u1' };

const properties = (count: number, value = 'x'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]));

function profile(
  rule: string,
  good: Row,
  bad: Row,
  code: RowCode,
  column?: string,
  columns?: Rule['columns'],
): Rule {
  return { rule, type: 'profile', good, bad, code, ...optional(column, columns) };
}

function event(...[rule, good, bad, code, column, columns]: Parameters<typeof profile>): Rule {
  return { rule, type: 'event', good, bad, code, ...optional(column, columns) };
}

function optional(column: string | undefined, columns: Rule['columns']): Partial<Rule> {
  return { ...(column === undefined ? {} : { column }), ...(columns ? { columns } : {}) };
}

const identities: readonly Rule[] = [
  profile('an identity is there', PROFILE, { identity: '' }, '523', 'identity'),
  profile('an identity is not blank', PROFILE, { identity: ' \t' }, '523', 'identity'),
  profile(
    'a no-break space is no blank',
    { identity: '\u00a0' },
    { identity: ' ' },
    '523',
    'identity',
  ),
  profile(
    'one of several suffices',
    { identity: '', guid: 'g' },
    { identity: '', guid: '' },
    '523',
  ),
  profile('a row without any column for one', PROFILE, { Name: 'x' }, '523'),
  ...IDENTITY_TARGETS.flatMap((target) => {
    const code = target === 'objectId' ? '526' : '523';
    return [
      profile(`${target} is one`, { [target]: 'x' }, { [target]: 'null' }, code, target),
      profile(
        `${target} in another case and with blanks around it, under another header`,
        { id: ' x ' },
        { id: ' NULL\t' },
        code,
        'id',
        { id: { ctName: ` ${target.toUpperCase()} ` } },
      ),
      profile(
        `${target} has under 1024 characters`,
        { [target]: 'x'.repeat(1023) },
        { [target]: 'x'.repeat(1024) },
        code,
        target,
      ),
    ];
  }),
  ...REFUSED_IDENTITIES.flatMap((value) => [
    profile(
      `${value} is refused`,
      { identity: `${value}!` },
      { identity: value },
      '523',
      'identity',
    ),
    profile(
      `${value} is refused trimmed and in any case`,
      { identity: `\u00a0${value}` },
      { identity: `\t ${value.toUpperCase()} ` },
      '523',
      'identity',
    ),
  ]),
  profile(
    'an identity that is refused is refused beside a good one',
    { identity: 'u', objectId: 'o' },
    { identity: 'u', objectId: 'n/a' },
    '526',
    'objectId',
  ),
  profile(
    'an identity holds to the type of its column',
    { id: '-12' },
    { id: 'u1' },
    'DATA_TYPE',
    'id',
    { id: { ctName: 'identity', dataType: 'LONG' } },
  ),
];

const events: readonly Rule[] = [
  event('an event has a name', EVENT, { identity: 'u', evtName: '' }, '509', 'evtName'),
  event('its name is not blank', EVENT, { identity: 'u', evtName: '\t' }, '509', 'evtName'),
  event('a row without a column for it', EVENT, { identity: 'u' }, '509'),
  event(
    'under another header and in another case',
    { identity: 'u', what: 'Bought' },
    { identity: 'u', what: ' ' },
    '509',
    'what',
    { what: { ctName: 'EVTNAME' } },
  ),
  event(
    'its name has at most 512 characters',
    { identity: 'u', evtName: 'n'.repeat(512) },
    { identity: 'u', evtName: 'n'.repeat(513) },
    '512',
    'evtName',
  ),
  event(
    'its name holds to the type of its column',
    { identity: 'u', evtName: '7' },
    { identity: 'u', evtName: 'seven' },
    'DATA_TYPE',
    'evtName',
    { evtName: { dataType: 'INTEGER' } },
  ),
  ...SYSTEM_EVENTS.flatMap((name) => [
    event(
      `${name} is the platform’s own`,
      { ...EVENT, evtName: `${name}!` },
      { ...EVENT, evtName: name },
      '513',
      'evtName',
    ),
    event(
      `${name}, trimmed and in any case`,
      { ...EVENT, evtName: `\u00a0${name}` },
      { ...EVENT, evtName: ` ${name.toUpperCase()}\t` },
      '513',
      'evtName',
    ),
  ]),
  event(
    'at most 100 properties',
    { ...EVENT, ...properties(100) },
    { ...EVENT, ...properties(101) },
    '522',
  ),
  event(
    'blank properties are not counted, nor are ts and identities',
    { ...EVENT, ts: '1', guid: 'g', ...properties(100), blank: ' \t' },
    { ...EVENT, ts: '1', guid: 'g', ...properties(100), blank: ' x ' },
    '522',
  ),
  event(
    'Charged takes no items',
    { ...EVENT, evtName: 'Charged', items: '' },
    { ...EVENT, evtName: 'Charged', items: '[]' },
    '512',
    'items',
  ),
  event(
    'in any case, and mapped to that name',
    { ...EVENT, evtName: 'Charged?', basket: 'x' },
    { ...EVENT, evtName: ' cHARGED ', basket: 'x' },
    '512',
    'basket',
    { basket: { ctName: 'ITEMS' } },
  ),
  event(
    'profile fields are but properties of an event',
    { ...EVENT, Email: 'x', Age: 'old', Gender: '?', Phone: '1' },
    { ...EVENT, Email: 'x', identity: 'none' },
    '523',
    'identity',
  ),
];

const TS_COLUMNS: readonly ManifestColumn[] = [
  { ctName: 'ts' },
  { ctName: 'TS', dataType: 'INTEGER' },
  { ctName: 'ts', dataType: 'LONG' },
  { ctName: 'ts', dataType: 'DATE', dateFormat: 'UNIX' },
];
const TS_VALUES: readonly (readonly [good: string, bad: string])[] = [
  ['0', '-1'],
  ['9999999999', '10000000000'],
  [' 1767225909\t', '1767225909000'],
  ['', '1.5'],
  ['4102444800', '+1'],
  ['0000000000', '00000000000'],
  [' ', '2026/01/01'],
  ['1', '１'],
  ['2', '\u00a02'],
];
const times: readonly Rule[] = (['event', 'profile'] as const).flatMap((type) =>
  TS_COLUMNS.flatMap((column) =>
    TS_VALUES.map(([good, bad]): Rule => {
      const row = type === 'event' ? EVENT : PROFILE;
      return {
        rule: `ts of ${type} as ${column.dataType ?? 'STRING'}: ${JSON.stringify([good, bad])}`,
        type,
        columns: { when: column },
        good: { ...row, when: good },
        bad: { ...row, when: bad },
        code: '525',
        column: 'when',
      };
    }),
  ),
);

const FIELDS: readonly (readonly [
  RowCode,
  string,
  good: readonly string[],
  bad: readonly string[],
])[] = [
  [
    '514',
    'Gender',
    ['M', 'f', 'O', 'u', 'MALE', 'Female', ' other ', 'unknown', ''],
    ['x', 'man', 'diverse', 'm.', '\u00a0M', 'Male Female'],
  ],
  [
    '515',
    'Email',
    ['a@b.io', ' a.b+c@d-e.example ', "o'hara@example.com", 'x@a.b.c.museum', '1@2.co', ''],
    [
      ...[
        'a',
        'a@b',
        'a@b@c.io',
        'a b@c.io',
        '.a@b.io',
        'a.@b.io',
        'a..b@c.io',
        'a@b..io',
        '@b.io',
      ],
      ...['a@-b.io', 'a@b-.io', 'a@b.i', 'a@b.1', 'a@10.0.0.1', 'ä@b.io', 'a@bü.io', '<a@b.io>'],
      ...[`a@${'b'.repeat(64)}.io`, `${'a'.repeat(250)}@b.io`, 'a@b.io,c@d.io', 'a@b.io.'],
    ],
  ],
  [
    '516',
    'Phone',
    ['+12345678', '+123456789012345', ' +4915112345678\t', ''],
    ['12345678', '+1234567', '+1234567890123456', '+0123456789', '+49 151123456', '+49-1511234567'],
  ],
  ['520', 'Age', ['0', '150', ' 42 ', '007', ''], ['151', '-1', '+1', '1.0', '0001', 'old', '1e2']],
];
const fields: readonly Rule[] = FIELDS.flatMap(([code, field, good, bad]) =>
  bad.flatMap((value, index) =>
    [field, field.toUpperCase()].map((header) =>
      profile(
        `${header}: ${JSON.stringify([good[index % good.length], value])}`,
        { ...PROFILE, [header]: good[index % good.length] ?? '' },
        { ...PROFILE, [header]: value },
        code,
        header,
      ),
    ),
  ),
);

const typedFields: readonly Rule[] = [
  profile(
    'a field holds to its column’s type, too',
    { ...PROFILE, Age: '30' },
    { ...PROFILE, Age: 'x' },
    'DATA_TYPE',
    'Age',
    { Age: { dataType: 'INTEGER' } },
  ),
  profile(
    'DOB is a date of its format',
    { ...PROFILE, born: '29/02/2024' },
    { ...PROFILE, born: '29/02/2023' },
    'DATA_TYPE',
    'born',
    { born: { ctName: 'dob', dataType: 'DATE', dateFormat: 'dd/MM/yyyy' } },
  ),
  ...['Married', 'MSG-sms', 'MSG-email', 'MSG-whatsapp', 'MSG-push', 'MSG-dndSMS'].map((field) =>
    profile(
      `${field} as BOOLEAN`,
      { ...PROFILE, [field]: 'FALSE' },
      { ...PROFILE, [field]: 'no' },
      'DATA_TYPE',
      field,
      { [field]: { dataType: 'BOOLEAN' } },
    ),
  ),
];

const operations: readonly Rule[] = [
  ...PROFILE_OPERATIONS.flatMap((operation) => [
    profile(
      `${operation} is one`,
      { ...PROFILE, tags: 'a', 'tags.operation': operation },
      { ...PROFILE, tags: 'a', 'tags.operation': operation.slice(1) },
      '555',
      'tags.operation',
    ),
    profile(
      `${operation} is trimmed, and read as written`,
      { ...PROFILE, tags: 'a', 'tags.operation': ` ${operation}\t` },
      { ...PROFILE, tags: 'a', 'tags.operation': operation.toUpperCase() },
      '555',
      'tags.operation',
    ),
  ]),
  profile(
    'a blank one says nothing',
    { ...PROFILE, tags: 'a', 'tags.operation': ' ' },
    { ...PROFILE, tags: 'a', 'tags.operation': '$push' },
    '555',
    'tags.operation',
  ),
  event(
    'an event has none',
    { ...EVENT, tags: 'a', 'tags.operation': '$push' },
    { ...EVENT, identity: '0', 'tags.operation': '$add' },
    '523',
    'identity',
  ),
];

/** For each type: what is taken and what is not, trimmed of space and tab alone. */
const CELLS: readonly (readonly [DataType, good: readonly string[], bad: readonly string[]])[] = [
  [
    'INTEGER',
    ['0', '-0', '+7', '007', '2147483647', '-2147483648', ' 5\t', `${'0'.repeat(60)}1`, ''],
    ['2147483648', '-2147483649', '1.0', '1e3', '0x10', '１', '1 000', '\u00a01', '-', '+', '--1'],
  ],
  [
    'LONG',
    ['9223372036854775807', '-9223372036854775808', '00009223372036854775807', ' 1 ', ''],
    ['9223372036854775808', '-9223372036854775809', '1.0', '9'.repeat(60), '1,000', '1_000', 'ten'],
  ],
  [
    'FLOAT',
    ['0', '-1.5', '+1.5', '.5', '5.', '1e10', '1.5E-7', ' 12\t', '1e-999', ''],
    ['.', '1,5', '1e', 'NaN', 'Infinity', '1e999', '-1e999', '0x1', '1.2.3', '١', 'e5', '1 e5'],
  ],
  ['BOOLEAN', ['true', 'FALSE', 'True', '0', '1', ' 1\t', ''], ['yes', 'no', 't', '2', '01', 'on']],
];

/** `18 Feb 2024 05:06:07` in each format, as edges of the calendar are. */
function written(
  format: DateFormat,
  [day, month, year]: readonly [string, string, string],
): string {
  const names = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  return format
    .replace('MMM', names[Number(month) - 1] ?? 'Xxx')
    .replace('MM', month)
    .replace('dd', day)
    .replace('yyyy', year)
    .replace('HH:mm:ss', '23:59:59');
}

const DAYS: readonly (readonly [good: [string, string, string], bad: [string, string, string]])[] =
  [
    [
      ['29', '02', '2024'],
      ['29', '02', '2023'],
    ],
    [
      ['29', '02', '2000'],
      ['29', '02', '1900'],
    ],
    [
      ['30', '04', '2025'],
      ['31', '04', '2025'],
    ],
    [
      ['31', '12', '1969'],
      ['32', '12', '1969'],
    ],
    [
      ['01', '01', '0001'],
      ['01', '01', '0000'],
    ],
    [
      ['31', '12', '9999'],
      ['00', '12', '2025'],
    ],
    [
      ['01', '01', '2025'],
      ['01', '00', '2025'],
    ],
    [
      ['12', '12', '2025'],
      ['13', '13', '2025'],
    ],
    [
      ['05', '06', '2025'],
      ['5', '06', '2025'],
    ],
    [
      ['05', '06', '2025'],
      ['05', '06', '25'],
    ],
    [
      ['05', '06', '2025'],
      ['05', '06', '+2025'],
    ],
  ];

function typed(dataType: DataType, good: string, bad: string, dateFormat?: DateFormat): Rule[] {
  const columns = { n: { ctName: 'size', dataType, ...(dateFormat ? { dateFormat } : {}) } };
  const rule = `${dataType} ${dateFormat ?? ''}: ${JSON.stringify([good, bad])}`;
  return [
    event(rule, { ...EVENT, n: good }, { ...EVENT, n: bad }, 'DATA_TYPE', 'n', columns),
    profile(rule, { ...PROFILE, n: good }, { ...PROFILE, n: bad }, 'DATA_TYPE', 'n', columns),
  ];
}

const calendar = DATE_FORMATS.filter((format) => format !== 'UNIX');
const dates: readonly Rule[] = [
  ...calendar.flatMap((format) =>
    DAYS.flatMap(([good, bad]) =>
      typed('DATE', written(format, good), written(format, bad), format),
    ),
  ),
  ...calendar.flatMap((format) => {
    const good = written(format, ['18', '02', '2024']);
    const wrong = format.endsWith('ss')
      ? [good.slice(0, -9), good.replace('23:59:59', '24:00:00'), good.replace(':59', ':60')]
      : [`${good} 00:00:00`, good.slice(0, -1), good.replace(/[/ ]/, '-')];
    const more = [`${good} x`, `\u00a0${good}`, good.replace('1', '１')];
    return [...wrong, ...more].flatMap((bad) => typed('DATE', ` ${good}\t`, bad, format));
  }),
  ...(['dd MMM yyyy', 'dd MMM yyyy HH:mm:ss'] as const).flatMap((format) => {
    const good = written(format, ['18', '02', '2024']);
    return ['Fev', 'February', 'anf', '02', 'feb.'].flatMap((month) =>
      typed('DATE', good.toLowerCase(), good.replace('Feb', month), format),
    );
  }),
  ...['1700000000000', '1.5', '12345678901', 'now', '+5', '1e5'].flatMap((bad, index) =>
    typed('DATE', ['0', '-86400', ' 1700000000\t', ''][index % 4] ?? '', bad, 'UNIX'),
  ),
];

const types: readonly Rule[] = CELLS.flatMap(([dataType, good, bad]) =>
  Array.from({ length: Math.max(good.length, bad.length) }).flatMap((_, index) =>
    typed(dataType, good[index % good.length] ?? '', bad[index % bad.length] ?? ''),
  ),
);

const texts: readonly Rule[] = [
  event(
    'text is taken as it is, blanks, dates and any script',
    { ...EVENT, a: '  as is ', d: '$D_1700000000', e: 'é́ 👩‍👩‍👧 שלום \u202e', n: '1e999' },
    { ...EVENT, a: 'a\0b' },
    '555',
  ),
  profile('a NUL byte anywhere', { ...PROFILE, a: '\u0001' }, { ...PROFILE, a: '\0' }, '555'),
];

const FLAT = '{"identity":"u1","evtName":"Bought"';
const TYPED = '{"type":"event","identity":"u1","evtName":"Bought","evtData":{}';
const TYPED_PROFILE = '{"type":"profile","FBID":7,"profileData":{"Age":30}';
const json: readonly Rule[] = [
  event('a flat record', `${FLAT},"a":1.0,"b":null}`, `${FLAT},"a":{"b":1}}`, '555', 'a'),
  event('an array is nested, too', `${FLAT},"a":true}`, `${FLAT},"a":[]}`, '555', 'a'),
  event('a key is there once', `${FLAT},"a":1,"A":1}`, `${FLAT},"a":1,"\\u0061":1}`, '555'),
  event('a record is JSON', `${FLAT} }`, `${FLAT},}`, '555'),
  event('numbers are JSON’s', `${FLAT},"a":-0.5e+3}`, `${FLAT},"a":01}`, '555'),
  event('a record is an object', `${FLAT}}`, '"Bought"', '555'),
  event('escapes make text', `${FLAT},"a":"\\ud83d\\ude00"}`, `${FLAT},"a":"\\ud83d"}`, '555', 'a'),
  event('NUL is no text', `${FLAT},"a":"\\u0001"}`, `${FLAT},"a":"\\u0000"}`, '555', 'a'),
  event('nor in a key', `${FLAT},"a\\u0001":1}`, `${FLAT},"a\\u0000":1}`, '555', 'a\0'),
  event(
    'nor half a character in a key',
    `${FLAT},"😀":1}`,
    `${FLAT},"\\udc00":1}`,
    '555',
    '\udc00',
  ),
  event('numbers are read by their text', `${FLAT},"n":12}`, `${FLAT},"n":1.0}`, 'DATA_TYPE', 'n', {
    n: { dataType: 'INTEGER' },
  }),
  event('a typed record', `${TYPED}}`, `${TYPED.replace('"event"', '"Profile"')}}`, '524', 'type'),
  event(
    'its type in any case',
    `${TYPED.replace('event', 'EVENT')}}`,
    `${TYPED.replace('"event"', '1')}}`,
    '524',
    'type',
  ),
  event('it has its data', `${TYPED}}`, `${TYPED.replace('{}', 'null')}}`, '512', 'evtData'),
  event(
    'of its own kind',
    `${TYPED}}`,
    `${TYPED.replace('evtData', 'profileData')}}`,
    '512',
    'evtData',
  ),
  event('its time', `${TYPED},"ts":1767225909}`, `${TYPED},"ts":1767225909000}`, '525', 'ts'),
  event('its name', `${TYPED}}`, `${TYPED.replace('Bought', 'utm visited')}}`, '513', 'evtName'),
  event('its data is flat', `${TYPED}}`, `${TYPED.replace('{}', '{"a":[1]}')}}`, '555', 'a'),
  event('its identity', `${TYPED}}`, `${TYPED.replace('"u1"', 'null')}}`, '523', 'identity'),
  profile(
    'a typed profile',
    `${TYPED_PROFILE}}`,
    `${TYPED_PROFILE.replace('30', '151')}}`,
    '520',
    'Age',
  ),
  profile(
    'has its data',
    `${TYPED_PROFILE}}`,
    '{"type":"profile","GPID":"g","profileData":[]}',
    '524',
    'profileData',
  ),
];

export const RULES: readonly Rule[] = [
  ...identities,
  ...events,
  ...times,
  ...fields,
  ...typedFields,
  ...operations,
  ...types,
  ...dates,
  ...texts,
  ...json,
];
