/** The JSON reader: against JSON.parse over generated files cut at every byte, and each fault by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonMember } from '../../../main/tabular/json-parser.ts';
import { JsonReader, type JsonRec } from '../../../main/tabular/json-reader.ts';

function read(
  data: string | Uint8Array,
  options: { chunkBytes?: number; lines?: boolean; maxRecordBytes?: number } = {},
): JsonRec[] {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data);
  const { lines = false, maxRecordBytes } = options;
  const reader = new JsonReader({
    fileName: 'data.json',
    lines,
    ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
  });
  const chunkBytes = options.chunkBytes ?? (bytes.length || 1);
  const records: JsonRec[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    records.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  }
  return [...records, ...reader.end()];
}

/** As `JSON.parse` would give it, nested values apart. */
function valueOf({ kind, text, members }: JsonMember): unknown {
  if (kind === 'object') return toObject(members ?? []);
  if (kind === 'string') return text;
  return kind === 'array' ? 'array' : JSON.parse(kind === 'null' ? 'null' : text);
}

/** Own properties even of names such as `__proto__`. */
function toObject(members: readonly JsonMember[]): unknown {
  return Object.fromEntries(members.map((member) => [member.key, valueOf(member)]));
}

function withoutArrays(value: unknown): unknown {
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutArrays(v)]));
}

const text = fc.string({
  unit: fc.constantFrom('a', 'd', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'é', '漢', '😀'),
  maxLength: 5,
});
const value = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(text, fc.double({ noNaN: true }), fc.boolean()) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
const record = fc.dictionary(fc.oneof(text, fc.constant('__proto__')), value, { maxKeys: 4 });
const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t \n');

/** A file as written, and the records in it. A first line that opens as the wrapped form does is one. */
const file = fc
  .record({
    records: fc.array(record, { maxLength: 5 }),
    form: fc.constantFrom('wrapped', 'array', 'lines'),
    indent: fc.constantFrom(0, 2),
    blanks: fc.array(blank, { minLength: 12, maxLength: 12 }),
    bom: fc.boolean(),
  })
  .map(({ records, form, indent, blanks, bom }) => {
    let used = 0;
    const gap = (): string => blanks[used++ % blanks.length] ?? '';
    const mark = bom ? '\uFEFF' : '';
    if (form === 'lines') {
      const texts = records.map((r) => JSON.stringify(r));
      return { texts, written: mark + texts.map((r) => `${r}\n`).join(gap()) };
    }
    const texts = records.map((r) => JSON.stringify(r, null, indent));
    const list = texts.map((r) => gap() + r + gap()).join(',');
    const array = `${gap()}[${list}${records.length === 0 ? gap() : ''}]${gap()}`;
    return {
      texts,
      written: mark + (form === 'array' ? array : `${gap()}{${gap()}"d"${gap()}:${array}}${gap()}`),
    };
  })
  .filter(
    ({ texts, written }) =>
      !texts[0]?.startsWith('{"d":[') || !written.replace('\uFEFF', '').startsWith(texts[0]),
  );

describe('the JSON reader and JSON.parse', () => {
  it('agree on every generated file, whole or in chunks of any size', () => {
    fc.assert(
      fc.property(file, fc.integer({ min: 1, max: 40 }), ({ texts, written }, chunkBytes) => {
        const found = read(written);
        expect(found.filter(({ fault }) => fault)).toEqual([]);
        expect(found.map(({ members }) => toObject(members))).toEqual(
          texts.map((text) => withoutArrays(JSON.parse(text))),
        );
        expect(found.map(({ row }) => row)).toEqual(texts.map((_, index) => index + 1));
        expect(read(written, { chunkBytes })).toEqual(found);
      }),
      { numRuns: 1000 },
    );
  });

  it('agree on whether a line is a record, broken in any way', () => {
    const broken = fc
      .tuple(record, fc.nat(), fc.constantFrom('', '"', ',', '}', '0', '\\', '\t', ' 1', '\u0001'))
      .map(([value, place, mark]) => {
        const written = JSON.stringify(value);
        const at = place % (written.length + 1);
        return written.slice(0, at) + mark + written.slice(at + (place % 2));
      })
      .filter((written) => written.trim() !== '' && !written.includes('\n'));
    const verdicts = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(broken, (written) => {
        const [found] = read(written, { lines: true });
        const isDuplicate =
          found?.fault?.kind === 'syntax' && found.fault.message === 'The key is there twice.';
        const isRight = isObject(written) && !isDuplicate;
        expect(found?.fault === undefined).toBe(isRight);
        verdicts[isRight ? 'right' : 'wrong'] += 1;
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(verdicts.right, verdicts.wrong)).toBeGreaterThan(200);
  });

  it('tell the place at which each record begins', () => {
    fc.assert(
      fc.property(file, ({ texts, written }) => {
        const lines = written.replace(/^\uFEFF/, '').split('\n');
        const found = read(written);
        found.forEach(({ line, column }, index) => {
          const rest = [lines[line - 1]?.slice(column - 1), ...lines.slice(line)].join('\n');
          expect(rest.slice(0, texts[index]?.length)).toBe(texts[index]);
        });
      }),
      { numRuns: 300 },
    );
  });
});

function isObject(written: string): boolean {
  try {
    const parsed: unknown = JSON.parse(written);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

describe('values', () => {
  it('are read by their text as written', () => {
    const [found] = read(
      '{"a":1.0,"b":1e3,"c":-0.10,"d":true,"e":null,"f":"\\u00e9\\/\\ud83d\\ude00"}\n',
    );
    expect(found?.members.map(({ text }) => text)).toEqual([
      '1.0',
      '1e3',
      '-0.10',
      'true',
      '',
      'é/😀',
    ]);
  });

  it('are marked when only an escape could make them', () => {
    const [found] = read(
      '{"a":"\\u0000","b":"\\ud800x","c\\udc00":1,"d":"\\u0001","e":{"x\\u0000":1}}',
    );
    expect(found?.members.map(({ isNoText }) => isNoText)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    [32, undefined],
    [33, 'The record is nested more than 32 levels deep.'],
  ])('may be nested, but not too deep: %i', (depth, message) => {
    const nested = '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
    expect(read(`${nested}\n`)[0]?.fault).toEqual(
      message === undefined ? undefined : expect.objectContaining({ message }),
    );
  });

  it('hostile nesting ends as a fault', () => {
    expect(read(`${'['.repeat(1_000_000)}\n`, { lines: true })[0]?.fault?.kind).toBe('syntax');
  });

  it('a key twice is a fault, however many keys there are', () => {
    for (const count of [1, 12, 13, 40]) {
      const keys = Array.from({ length: count }, (_, index) => `"k${index}":1`);
      expect(read(`{${keys.join(',')}}`)[0]?.fault).toBeUndefined();
      const message = 'The key is there twice.';
      expect(read(`{${keys.join(',')},"k0":2}`)[0]?.fault).toMatchObject({ message });
    }
  });
});

describe('faults of a record, with row and place', () => {
  it.each<[string, string, Partial<JsonRec>]>([
    ['a bare word', '[{"a":1},\n {"a":yes}]', { row: 2, line: 2, column: 2 }],
    ['nothing between commas', '[{"a":1},,{"a":1}]', { row: 2, line: 1, column: 10 }],
    ['a comma before the end', '[{"a":1},\n]', { row: 2, line: 2, column: 1 }],
    ['no object', '[{"a":1},[1]]', { row: 2, line: 1, column: 10 }],
    ['a bracket too many', '[}]', { row: 1, line: 1, column: 2 }],
    ['text behind a line’s record', '{"a":1}\n{"b":2} x\n', { row: 2, line: 2, column: 1 }],
    ['a control character', '{"a":"x\ty"}', { row: 1, line: 1, column: 1 }],
  ])('%s', (_, written, place) => {
    const found = read(written).filter(({ fault }) => fault);
    expect(found).toMatchObject([{ ...place, fault: { kind: 'syntax' } }]);
  });

  it('points at the very character, in UTF-16 units', () => {
    const written = '[{"😀":"é"}, {\n  "é": "😀" 1}]';
    expect(read(written)[1]?.fault).toMatchObject({ line: 2, column: 13 });
  });

  it('names the first byte that is not UTF-8, in the file', () => {
    const bytes = Buffer.concat([
      Buffer.from('\uFEFF[{"é":1},{"a":"'),
      Buffer.of(0xff, 0x22),
      Buffer.from('}]'),
    ]);
    for (const chunkBytes of [1, 2, 3, 100]) {
      const [, second] = read(bytes, { chunkBytes });
      expect(second).toMatchObject({ row: 2, fault: { kind: 'encoding', byteOffset: 19 } });
    }
  });

  it('tells NUL bytes apart', () => {
    expect(read('{"a":"\0"}\n')[0]).toMatchObject({ row: 1, fault: { kind: 'nul' } });
  });
});

describe('faults of the file', () => {
  const ENDS = 'The file ends before its brackets are closed.';
  it.each<[string, string, number, number, number, string]>([
    ['a torn record', '[{"a":1},\n {"b":', 2, 2, 2, ENDS],
    ['no closing bracket', '[{"a":1}', 1, 1, 2, ENDS],
    ['nothing behind a comma', '[{"a":1},', 1, 1, 10, ENDS],
    ['an opening alone', ' [', 0, 1, 3, ENDS],
    ['no closing brace', '{"d":[{"a":1}]\n ', 1, 2, 2, ENDS],
    ['text behind the array', '[{"a":1}]\n x', 1, 2, 2, 'Nothing may follow the array of records.'],
    [
      'a key behind the records',
      '{"d":[],"e":1}',
      0,
      1,
      8,
      'Nothing may follow the array of records.',
    ],
    ['a brace behind a bare array', '[]}', 0, 1, 3, 'Nothing may follow the array of records.'],
  ])('%s', (_, written, row, line, column, message) => {
    for (const chunkBytes of [1, 100]) {
      const last = read(written, { chunkBytes }).at(-1);
      expect(last).toMatchObject({ row, line, column, fault: { kind: 'damaged', message } });
    }
  });
});

describe('a record that is too large', () => {
  it.each([1, 7, 1000])('is refused with its line, in chunks of %i bytes', (chunkBytes) => {
    const large = `{"a":"${'x'.repeat(100)}"}`;
    for (const written of [`[{},\n\n${large}]`, `{}\n\n${large}`, `[{},\n\n${large}`]) {
      expect(() => read(written, { maxRecordBytes: 60, chunkBytes })).toThrow(
        expect.objectContaining({
          code: 'RECORD_TOO_LARGE',
          params: { file: 'data.json', line: 3, limitBytes: 60 },
        }),
      );
      expect(read(written, { maxRecordBytes: 200, chunkBytes }).length).toBeGreaterThan(1);
    }
  });
});
