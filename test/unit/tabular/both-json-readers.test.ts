/**
 * JSON files in every form and every spelling, cut into chunks anywhere: the app's reader and the
 * server's give the records that were written, at their lines, or both refuse them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonMember } from '../../../main/tabular/json-parser.ts';
import { JsonReader } from '../../../main/tabular/json-reader.ts';
import { oneByOne } from '../../helpers/verdicts.ts';
import { FileFailure } from '../../../server/failure.ts';
import { readJson } from '../../../server/ingest/json-reader.ts';
import { parseJsonTree } from '../../../server/ingest/json-tree.ts';
import { TextError, type TextNode } from '../../../server/ingest/text-tree.ts';

/** A value with its spelling already chosen: what is written, and what a reader must make of it. */
interface Spelled {
  readonly json: string;
  readonly read: unknown;
}

/** Numbers as written, arrays without their items: the app looks into none. */
interface ReadRecord {
  readonly line: number;
  readonly members: unknown;
}

const MAX_DEPTH = 32;
const MAX_RECORD_BYTES = 100_000;

const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r\n'), maxLength: 2 });
const lineBlank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 2 });

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', '\\': '\\\\', '/': '\\/', '\b': '\\b' },
  ...{ '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
};
// eslint-disable-next-line no-control-regex -- JSON wants them escaped
const MUST_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** How each character is spelled: as it is where that is allowed, by its short escape, or by `\u`. */
function spell(text: string, ways: readonly number[]): string {
  const hex = (char: string, isUpper: boolean): string => {
    const digits = char.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${isUpper ? digits.toUpperCase() : digits}`;
  };
  const units = Array.from(text, (char, at) => {
    const way = ways[at % ways.length] ?? 0;
    const short = SHORT_ESCAPES[char];
    if (way === 1 && short !== undefined) return short;
    // A pair is written as it is, or half by half.
    if (way < 2 && (char.length === 2 || !MUST_ESCAPE.test(char))) return char;
    return char
      .split('')
      .map((unit) => hex(unit, way === 3))
      .join('');
  });
  return `"${units.join('')}"`;
}

const character = fc.oneof(
  fc.constantFrom('a', 'é', '漢', '😀', 'e\u0301', '\u2028', '\ufeff', '\u00a0', ' ', '\0'),
  fc.constantFrom('"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u0001', '\u001f', '\x7f'),
  fc.constantFrom('{', '}', '[', ']', ',', ':', 'd', '\ud800', '\udc00', '\udfff'),
);
const spelling = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 });
const content = fc.string({ unit: character, maxLength: 6 });
const string: fc.Arbitrary<Spelled> = fc
  .tuple(content, spelling)
  .map(([text, ways]) => ({ json: spell(text, ways), read: ['string', text] }));
const number: fc.Arbitrary<Spelled> = fc
  .constantFrom('0', '-0', '1', '-1.50', '1e5', '1E+05', '0.1e-7', '9007199254740993', '1e999')
  .map((text) => ({ json: text, read: ['number', text] }));
const word: fc.Arbitrary<Spelled> = fc
  .constantFrom('true', 'false', 'null')
  .map((text) => ({ json: text, read: text === 'null' ? ['null'] : ['boolean', text] }));
const scalar = fc.oneof(string, number, word);

function objectOf(value: fc.Arbitrary<Spelled>, gap: fc.Arbitrary<string>): fc.Arbitrary<Spelled> {
  const member = fc.record({ key: content, ways: spelling, value, gaps: fc.tuple(gap, gap, gap) });
  return fc
    .tuple(fc.uniqueArray(member, { selector: ({ key }) => key, maxLength: 4 }), gap)
    .map(([members, end]) => ({
      json: `{${members
        .map(
          ({ key, ways, value, gaps: [a, b, c] }) =>
            `${a}${spell(key, ways)}${b}:${c}${value.json}`,
        )
        .join(',')}${end}}`,
      read: ['object', members.map(({ key, value }) => [key, value.read])],
    }));
}

function recordWith(gap: fc.Arbitrary<string>): fc.Arbitrary<Spelled> {
  const array = fc
    .tuple(fc.array(fc.oneof(scalar, objectOf(scalar, gap)), { maxLength: 3 }), gap)
    .map(([items, end]) => ({
      json: `[${items.map(({ json }) => `${end}${json}`).join(',')}${end}]`,
      read: ['array'],
    }));
  const inner = fc.oneof({ weight: 4, arbitrary: scalar }, array, objectOf(scalar, gap));
  return objectOf(inner, gap);
}

interface Document {
  readonly lines: boolean;
  readonly text: string;
  readonly records: readonly ReadRecord[];
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** Writes the records with blanks before and behind each, and notes the line where each begins. */
function write(
  records: readonly (readonly [before: string, record: Spelled, behind: string])[],
  [opening, separator, closing]: readonly [string, string, string],
): Omit<Document, 'lines'> {
  let text = opening;
  const written = records.map(([before, { json, read }, behind], index) => {
    text += `${index === 0 ? '' : separator}${before}`;
    const line = 1 + countLines(text);
    text += json + behind;
    return { line, members: (read as [string, unknown])[1] };
  });
  return { text: text + closing, records: written };
}

const arrayDocument = fc
  .record({
    isWrapped: fc.boolean(),
    gaps: fc.array(blank, { minLength: 6, maxLength: 6 }),
    records: fc.array(fc.tuple(blank, recordWith(blank), blank), { maxLength: 4 }),
  })
  .map(({ isWrapped, gaps: [a = '', b, c, d, e, f], records }): Document => {
    const frame = isWrapped
      ? ([`${a}{${b}"d"${c}:${d}[`, ',', `]${e}}${f}`] as const)
      : ([`${a}[`, ',', `]${f}`] as const);
    return { lines: false, ...write(records, frame) };
  });
const lineDocument = fc
  .record({
    lines: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n', '\n\n', '\n \r\n'),
    isEnded: fc.boolean(),
    records: fc.array(fc.tuple(lineBlank, recordWith(lineBlank), lineBlank), { maxLength: 4 }),
  })
  // `{"d": …}` on a line of its own would be a form of its own.
  .filter(({ lines, records }) => lines || !records[0]?.[1].json.includes('"d"'))
  .map(({ lines, end, isEnded, records }): Document => ({
    lines,
    ...write(records, ['', end, isEnded ? end : '']),
  }));
const document = fc.oneof(arrayDocument, lineDocument);
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });

function chunksOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    parts.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return parts;
}

/** `undefined` for a record that is refused; `isRefused`: the file as a whole. */
interface Reading {
  readonly isRefused: boolean;
  readonly records: readonly { readonly line: number; readonly members: unknown }[];
}

const REFUSED: Reading = { isRefused: true, records: [] };

function readAsApp(chunks: readonly Buffer[], lines: boolean): Reading {
  const reader = new JsonReader({ fileName: 'a', lines, maxRecordBytes: MAX_RECORD_BYTES });
  const found = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  const kinds = found.map(({ fault }) => fault?.kind);
  if (kinds.includes('damaged') || kinds.includes('encoding')) return REFUSED;
  expect(found.map(({ row }) => row)).toEqual(found.map((_, index) => index + 1));
  const records = found.map(({ line, members, fault }) => ({
    line,
    members: fault ? undefined : membersOf(members),
  }));
  return { isRefused: false, records };
}

function membersOf(members: readonly JsonMember[]): unknown[] {
  return members.map(({ key, kind, text, members: inner }) => {
    if (kind === 'object') return [key, [kind, membersOf(inner ?? [])]];
    return [key, kind === 'null' || kind === 'array' ? [kind] : [kind, text]];
  });
}

async function readAsServer(chunks: readonly Buffer[], lines: boolean): Promise<Reading> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const records: { line: number; members: unknown }[] = [];
  try {
    const options = { lines, recordBytes: MAX_RECORD_BYTES };
    for await (const { row, line, text } of oneByOne(readJson(source(), options))) {
      expect(row).toBe(records.length + 1);
      records.push({ line, members: parsed(text) });
    }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return REFUSED;
  }
  return { isRefused: false, records };
}

function parsed(text: string): unknown {
  try {
    const node = parseJsonTree(text, MAX_DEPTH);
    return node.kind === 'object' ? (readNode(node) as [string, unknown])[1] : undefined;
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return undefined;
  }
}

function readNode(node: TextNode): unknown {
  switch (node.kind) {
    case 'object':
      return ['object', node.entries.map(({ key, value }) => [key, readNode(value)])];
    case 'string':
      return ['string', node.value];
    case 'number':
      return ['number', node.text];
    case 'boolean':
      return ['boolean', String(node.value)];
    default:
      return [node.kind];
  }
}

describe('both readers of JSON', () => {
  it('give the records that were written, at their lines, however the file is cut', async () => {
    let written = 0;
    const run = fc.asyncProperty(document, fc.boolean(), cuts, async (given, hasBom, sizes) => {
      const bytes = Buffer.from((hasBom ? '\ufeff' : '') + given.text);
      const wanted = { isRefused: false, records: given.records };
      for (const chunks of [[bytes], chunksOf(bytes, sizes), chunksOf(bytes, [1])]) {
        expect(readAsApp(chunks, given.lines)).toEqual(wanted);
        expect(await readAsServer(chunks, given.lines)).toEqual(wanted);
      }
      written += given.records.length;
    });
    await fc.assert(run, { numRuns: 400 });
    expect(written).toBeGreaterThan(400);
  });

  it('read a damaged file alike, and never more than JSON allows', async () => {
    const seen = { refused: 0, withBadRecord: 0, sound: 0 };
    const damage = fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 3 }),
      what: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '\n',
        '\0',
        '\xff',
        '0',
        '\u00a0',
        '"a":1,',
      ),
    });
    const run = fc.asyncProperty(
      document,
      damage,
      cuts,
      async (given, { at, cut, what }, sizes) => {
        const whole = Buffer.from(given.text);
        const place = at % (whole.length + 1);
        const bytes = Buffer.concat([
          whole.subarray(0, place),
          Buffer.from(what, 'latin1'),
          whole.subarray(place + cut),
        ]);
        const app = readAsApp(chunksOf(bytes, sizes), given.lines);
        expect(await readAsServer(chunksOf(bytes, sizes), given.lines)).toEqual(app);
        const isSound = !app.isRefused && app.records.every(({ members }) => members !== undefined);
        seen[app.isRefused ? 'refused' : isSound ? 'sound' : 'withBadRecord'] += 1;
        if (!isSound || app.records.length === 0) return;
        const text = bytes.toString();
        const isOneValue =
          !given.lines && /^[ \t\r\n]*(\[|\{[ \t\r\n]*"d"[ \t\r\n]*:[ \t\r\n]*\[)/.test(text);
        const values = isOneValue
          ? [text]
          : text.split('\n').filter((line) => /[^ \t\r]/.test(line));
        for (const value of values) expect(() => JSON.parse(value) as unknown).not.toThrow();
      },
    );
    await fc.assert(run, { numRuns: 800 });
    // A test in which hardly a file is of a kind would prove little of it.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});
