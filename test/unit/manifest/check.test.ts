/** Every rule of the manifest's table, each with a good and a bad text, and the exact place of the fault. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkManifest, decodeManifest, requireManifest } from '../../../main/manifest/index.ts';
import { SEED_SAMPLE } from './seed-sample.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

/** A sound manifest with some keys replaced; `undefined` takes a key out. */
function manifestText(changes: Record<string, unknown> = {}): string {
  const sound = {
    fileName: 'users.csv.asc',
    type: 'event',
    columns: { id: { ctName: 'identity' }, what: { ctName: 'evtName' } },
    clientEmail: 'ops@example.com',
    keyId: KEY_ID,
  };
  return JSON.stringify({ ...sound, ...changes }, null, 1);
}

/** A sound manifest with one column more. */
const withColumn = (column: unknown, name = 'x'): string =>
  manifestText({
    columns: { id: { ctName: 'identity' }, what: { ctName: 'evtName' }, [name]: column },
  });

/** `code@line:column`, warnings with a question mark. */
function told(text: string, header?: readonly string[]): string[] {
  return checkManifest(text, { header }).problems.map(
    ({ code, severity, line, column }) =>
      `${code}${severity === 'warning' ? '?' : ''}@${line}:${column}`,
  );
}

/** The place of the last occurrence of `what`. */
function placeOf(text: string, what: string): string {
  const lines = text.slice(0, text.lastIndexOf(what)).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

describe('a sound manifest', () => {
  it('is read, and type and data types are written as the platform lists them', () => {
    const text = manifestText({
      type: 'Event',
      columns: {
        id: { ctName: 'identity', dataType: 'String' },
        what: { ctName: 'evtName' },
        day: { dataType: 'date', dateFormat: 'yyyy/MM/dd' },
      },
    });
    expect(checkManifest(text)).toEqual({
      manifest: {
        fileName: 'users.csv.asc',
        type: 'event',
        clientEmail: 'ops@example.com',
        keyId: KEY_ID,
        columns: {
          id: { ctName: 'identity', dataType: 'STRING' },
          what: { ctName: 'evtName' },
          day: { dataType: 'DATE', dateFormat: 'yyyy/MM/dd' },
        },
      },
      problems: [],
    });
  });

  it('needs neither columns nor, for a plain file, a Key ID', () => {
    const text = manifestText({ fileName: 'users.ndjson', keyId: undefined, columns: undefined });
    expect(checkManifest(text).problems).toEqual([]);
  });

  it('may name a column as every object has one', () => {
    const { manifest } = checkManifest(withColumn({ dataType: 'LONG' }, '__proto__'));
    expect(Object.keys(manifest?.columns ?? {})).toEqual(['id', 'what', '__proto__']);
  });
});

describe('keys', () => {
  const bad: [string, string, Record<string, unknown>, string][] = [
    ['no file name', 'FILE_NAME', { fileName: undefined }, '{'],
    ['a file name that is no text', 'FILE_NAME', { fileName: 7777 }, '7777'],
    ['an empty file name', 'FILE_NAME', { fileName: '' }, '"",'],
    ['a folder in the file name', 'FILE_NAME', { fileName: 'a/users.csv.asc' }, '"a/users'],
    ['a backslash in the file name', 'FILE_NAME', { fileName: 'a\\u.csv.asc' }, '"a\\\\u'],
    ['half a character in the file name', 'FILE_NAME', { fileName: 'a\ud800.csv.asc' }, '"a'],
    ['a dot file', 'FILE_NAME', { fileName: '.users.csv.asc' }, '".users'],
    ['a very long file name', 'FILE_NAME', { fileName: `${'é'.repeat(124)}.csv.asc` }, '"é'],
    ['.asc missing with a Key ID', 'FILE_NAME', { fileName: 'users.csv' }, '"users'],
    ['.asc without a Key ID', 'FILE_NAME', { keyId: undefined }, '"users'],
    ['.ASC', 'FILE_NAME', { fileName: 'users.csv.ASC', keyId: undefined }, '"users'],
    ['a format that nobody knows', 'FILE_NAME', { fileName: 'users.xml.asc' }, '"users'],
    ['no type', 'TYPE', { type: undefined }, '{'],
    ['another type', 'TYPE', { type: 'users' }, '"users",'],
    ['no address', 'CLIENT_EMAIL', { clientEmail: undefined }, '{'],
    ['an empty address', 'CLIENT_EMAIL', { clientEmail: '' }, '"",'],
    ['two addresses', 'CLIENT_EMAIL', { clientEmail: 'a@example.com,b@example.com' }, '"a@'],
    ['a named address', 'CLIENT_EMAIL', { clientEmail: 'Ops <a@example.com>' }, '"Ops'],
    ['a list of addresses', 'CLIENT_EMAIL', { clientEmail: ['a@example.com'] }, '[\n'],
    ['a Key ID that is no UUID', 'KEY_ID', { keyId: 'ec491319' }, '"ec49'],
    [
      'a fingerprint for Key ID',
      'KEY_ID',
      { keyId: '1A7849F996BFD78569533B2CF55DEEE68995217D' },
      '"1A',
    ],
    ['columns that are no object', 'COLUMNS', { columns: ['a'] }, '[\n'],
  ];
  it.each(bad)('%s', (_, code, changes, where) => {
    const text = manifestText(changes);
    const place = where === '{' ? '1:1' : placeOf(text, where);
    expect(told(text)).toContain(`${code}@${place}`);
    expect(checkManifest(text).manifest).toBeUndefined();
  });

  it('unknown ones are warned of, with the likely right one', () => {
    const text = manifestText({ keyID: KEY_ID });
    const { manifest, problems } = checkManifest(text);
    expect(manifest).toBeDefined();
    expect(told(text)).toEqual([`UNKNOWN_KEY?@${placeOf(text, '"keyID"')}`]);
    expect(problems[0]?.message).toContain('“keyId”');
  });

  it('duplicate ones are errors', () => {
    const text = manifestText().replace('"type"', '"fileName": "b.csv.asc",\n "type"');
    expect(told(text)).toEqual(['DUPLICATE_KEY@3:2']);
  });
});

describe('columns', () => {
  it.each(['STRING', 'integer', 'Long', 'FLOAT', 'Boolean'])('%s is a type', (dataType) => {
    expect(told(withColumn({ dataType }))).toEqual([]);
  });

  const bad: [string, string, unknown, string][] = [
    ['a type that nobody knows', 'DATA_TYPE', { dataType: 'int' }, '"int"'],
    ['a type as every object has one', 'DATA_TYPE', { dataType: 'constructor' }, '"constructor"'],
    ['a type that is no text', 'DATA_TYPE', { dataType: 7777 }, '7777'],
    ['a date without a format', 'DATE_FORMAT', { dataType: 'DATE' }, '"DATE"'],
    [
      'a date format that nobody knows',
      'DATE_FORMAT',
      { dataType: 'DATE', dateFormat: 'yyyy-MM-dd' },
      '"yyyy-',
    ],
    [
      'a date format in other case',
      'DATE_FORMAT',
      { dataType: 'DATE', dateFormat: 'YYYY/MM/DD' },
      '"YYYY',
    ],
    ['a format for what is no date', 'DATE_FORMAT?', { dateFormat: 'yyyy/MM/dd' }, '"yyyy'],
    ['a target that is blank', 'CT_NAME', { ctName: ' ' }, '" "'],
    ['a target that is no text', 'CT_NAME', { ctName: 7777 }, '7777'],
    ['a column that is no object', 'COLUMNS', 'STRING', '"STRING"'],
    ['a key that nobody knows', 'UNKNOWN_KEY?', { ctname: 'y' }, '"ctname"'],
    ['a target of two columns', 'TARGET_TWICE', { ctName: 'evtName' }, '"evtName"'],
    ['a target in other case', 'TARGET_CASE?', { ctName: 'Ts' }, '"Ts"'],
    ['a time that is a flag', 'TS_TYPE', { ctName: 'ts', dataType: 'BOOLEAN' }, '"ts"'],
    [
      'a time that is a date',
      'TS_TYPE',
      { ctName: 'ts', dataType: 'DATE', dateFormat: 'yyyy/MM/dd' },
      '"ts"',
    ],
    ['a name with poor characters', 'NAME_CHARACTERS?', { ctName: 'a.b' }, '"a.b"'],
  ];
  it.each(bad)('%s', (_, code, column, where) => {
    const text = withColumn(column);
    expect(told(text)).toEqual([`${code}@${placeOf(text, where)}`]);
  });

  it.each([
    { ctName: 'ts', dataType: 'INTEGER' },
    { ctName: 'ts', dataType: 'LONG' },
    { ctName: 'ts' },
    { ctName: 'ts', dataType: 'DATE', dateFormat: 'UNIX' },
  ])('a time may be %j', (column) => {
    expect(told(withColumn(column))).toEqual([]);
  });

  it('reserved profile fields are one field however they are written', () => {
    const text = manifestText({
      type: 'profile',
      columns: { id: { ctName: 'identity' }, a: { ctName: 'Email' }, b: { ctName: 'EMAIL' } },
    });
    expect(told(text)).toEqual([
      `TARGET_TWICE@${placeOf(text, '"EMAIL"')}`,
      `TARGET_CASE?@${placeOf(text, '"EMAIL"')}`,
    ]);
  });
});

describe('with the header', () => {
  const text = manifestText();

  it('columns that are there are right', () => {
    expect(told(text, ['id', 'what', 'more'])).toEqual([]);
  });

  it('a column that is not there is an error, and the near one is named', () => {
    expect(told(text, ['Id ', 'what', 'more'])).toEqual([
      `COLUMN_MISSING@${placeOf(text, '"id"')}`,
    ]);
    expect(checkManifest(text, { header: ['Id ', 'what'] }).problems[0]?.message).toContain(
      '“Id ”',
    );
  });

  it('an unlisted column of the same name is a second one for the target', () => {
    expect(told(text, ['id', 'what', 'identity'])).toEqual([
      `TARGET_TWICE@${placeOf(text, '"identity"')}`,
    ]);
  });

  it('identity and event name are needed; without it their lack is but a warning', () => {
    const bare = manifestText({ columns: { id: {}, what: {} } });
    const place = placeOf(bare, '"columns"');
    const missing = [`IDENTITY_MISSING@${place}`, `EVENT_NAME_MISSING@${place}`];
    expect(told(bare, ['id', 'what'])).toEqual(missing);
    expect(told(bare)).toEqual(missing.map((problem) => problem.replace('@', '?@')));
    expect(told(bare, ['id', 'what', 'identity', 'evtName'])).toEqual([]);
    expect(told(manifestText({ columns: undefined }), ['identity', 'evtName'])).toEqual([]);
    expect(told(manifestText({ columns: undefined }), ['a'])).toHaveLength(2);
  });

  it('a profile needs no event name', () => {
    const profile = manifestText({ type: 'profile', columns: { id: { ctName: 'guid' } } });
    expect(told(profile, ['id'])).toEqual([]);
  });
});

describe('strict JSON', () => {
  it.each<[string, string, string]>([
    ['a comment', '{ // so\n}', 'COMMENT@1:3'],
    ['a block comment', '{\n /* so */}', 'COMMENT@2:2'],
    ['a trailing comma', '{"type": "event",\n}', 'TRAILING_COMMA@1:17'],
    ['a trailing comma before a comment', '{"a": [1, /**/ ]}', 'TRAILING_COMMA@1:9'],
    ['a missing comma', '{"type": "event"\n "fileName": "a.csv"}', 'SYNTAX@2:2'],
    ['a missing colon', '{"type" "event"}', 'SYNTAX@1:9'],
    ['a missing bracket', '{"type": "event"', 'SYNTAX@1:17'],
    ['an open quotation mark', '{"type": "event\n}', 'SYNTAX@1:10'],
    ['single quotes', "{'type': 'event'}", 'SYNTAX@1:2'],
    ['a bare key', '{type: "event"}', 'SYNTAX@1:2'],
    ['something behind the end', '{}\n{}', 'SYNTAX@2:1'],
    ['a tab in a text', '{"a": "x\ty"}', 'SYNTAX@1:7'],
    ['a wrong escape', '{"a": "\\x"}', 'SYNTAX@1:7'],
    ['a number with a leading zero', '{"a": 01}', 'SYNTAX@1:8'],
    ['nothing at all', '', 'SYNTAX@1:1'],
    ['a byte order mark', '\uFEFF{}', 'ENCODING@1:1'],
    ['half a character', '{"a": "\uD800"}', 'ENCODING@1:1'],
    ['nine levels', `{"a":${'['.repeat(8)}${']'.repeat(8)}}`, 'TOO_DEEP@1:13'],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toContain(expected);
    expect(checkManifest(text).manifest).toBeUndefined();
  });

  it('eight levels and one MiB are allowed, one more is not', () => {
    const nested = manifestText({ more: JSON.parse('['.repeat(7) + ']'.repeat(7)) as unknown });
    expect(told(nested).map((problem) => problem.split('@')[0])).toEqual(['UNKNOWN_KEY?']);
    const text = manifestText();
    const padded = text + ' '.repeat(1024 * 1024 - Buffer.byteLength(text));
    expect(told(padded)).toEqual([]);
    expect(told(`${padded} `)).toEqual(['TOO_LARGE@1:1']);
  });

  it('agrees with JSON.parse on any mutation of a sound manifest', () => {
    const sound = manifestText();
    const mutation = fc.record({
      at: fc.nat({ max: sound.length }),
      taken: fc.nat({ max: 3 }),
      put: fc.string({ unit: fc.constantFrom(...'{}[]",:\\/*\n\t1e-.tu0 é'), maxLength: 3 }),
    });
    fc.assert(
      fc.property(mutation, ({ at, taken, put }) => {
        const text = sound.slice(0, at) + put + sound.slice(at + taken);
        if (!text.trimStart().startsWith('{')) return;
        const syntax = ['SYNTAX', 'COMMENT', 'TRAILING_COMMA', 'TOO_DEEP'];
        const isRefused = checkManifest(text).problems.some(({ code }) => syntax.includes(code));
        expect(isRefused).toBe(!parses(text));
      }),
      { numRuns: 3000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('YAML', () => {
  const sound = [
    'fileName: users.csv.asc',
    'type: event',
    'columns:',
    '  id: { ctName: identity }',
    '  2024: { ctName: evtName }',
    'clientEmail: ops@example.com',
    `keyId: ${KEY_ID}`,
    '',
  ].join('\n');

  it('is read as the same manifest', () => {
    const { manifest, problems } = checkManifest(sound, { header: ['id', '2024'] });
    expect(problems).toEqual([]);
    expect(manifest?.columns).toEqual({
      id: { ctName: 'identity' },
      '2024': { ctName: 'evtName' },
    });
  });

  it.each<[string, string, string]>([
    ['an anchor', sound.replace('ops@', '&a ops@'), 'YAML_FEATURE@6:17'],
    ['an alias', sound.replace('ops@example.com', '*a'), 'YAML_FEATURE@6:14'],
    ['a tag', sound.replace('ops@', '!!str ops@'), 'YAML_FEATURE@6:20'],
    ['a second document', `${sound}---\ntype: profile\n`, 'YAML_FEATURE@9:1'],
    ['another version', `%YAML 1.1\n---\n${sound}`, 'YAML_FEATURE@1:1'],
    ['a duplicate key', `${sound}type: profile\n`, 'DUPLICATE_KEY@8:1'],
    ['a wrong type', sound.replace('identity }', 'identity, dataType: int }'), 'DATA_TYPE@4:37'],
    ['a tab for indentation', sound.replace('  id', '\tid'), 'SYNTAX@4:1'],
    ['a list', '- a\n', 'SYNTAX@1:1'],
    ['only a comment', '# nothing\n', 'SYNTAX@1:1'],
    ['many brackets', `a: ${'['.repeat(9)}${']'.repeat(9)}`, 'TOO_DEEP@1:1'],
    ['many dashes', `a:\n ${'- '.repeat(9)}x`, 'TOO_DEEP@1:1'],
    [
      'many indents',
      Array.from({ length: 9 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'TOO_DEEP@1:1',
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toContain(expected);
    expect(checkManifest(text).manifest).toBeUndefined();
  });

  it('a hostile text is answered quickly', () => {
    const startedMs = performance.now();
    for (const piece of ['- ', '[', '? ', '&a ', 'a: ', '"', '|\n'])
      checkManifest(piece.repeat(10_000));
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});

describe('any text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '"',
      ':',
      ',',
      '- ',
      '\n',
      '  ',
      '&a',
      '*a',
      '!!x',
      '|',
      '>',
      '---',
      '#',
    ),
    fc.constantFrom('fileName', 'type', 'columns', 'clientEmail', 'keyId', 'ctName', 'event'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  it('is judged without throwing, at places that exist', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const { manifest, problems } = checkManifest(text, { header: ['a', 'b'] });
        expect(manifest === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        const lines = text.split(/\r\n|\n|\r/);
        for (const { line, column } of problems) {
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the sample of the platform’s own guide', () => {
  it('is refused for its address and its comment, at their places', () => {
    expect(told(SEED_SAMPLE)).toEqual(['CLIENT_EMAIL@12:18', 'COMMENT@13:50']);
  });
});

describe('reading for use', () => {
  it('requireManifest gives the manifest, or throws the first error with its place', () => {
    expect(requireManifest(manifestText()).type).toBe('event');
    expect(() => requireManifest(manifestText({ unknown: 1, type: 'x', clientEmail: '' }))).toThrow(
      expect.objectContaining({
        code: 'MANIFEST_INVALID',
        params: expect.objectContaining({ line: 3, column: 10, count: 2 }),
      }),
    );
  });

  it('decodeManifest refuses what is not UTF-8 or too large', () => {
    expect(decodeManifest(Buffer.from('{"a":"é"}'), 'm')).toBe('{"a":"é"}');
    expect(() => decodeManifest(Buffer.from('{"a":"é"}', 'latin1'), 'm')).toThrow(
      expect.objectContaining({ code: 'MANIFEST_NOT_UTF8', params: { file: 'm', offset: 6 } }),
    );
    expect(() => decodeManifest(Buffer.alloc(1024 * 1024 + 1, 32), 'm')).toThrow(
      /MANIFEST_TOO_LARGE/,
    );
  });
});
