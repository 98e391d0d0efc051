// The server's own reader of manifests (spec: "Manifest"): JSON and YAML, and every rule by its place.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonTree } from '../../../server/ingest/json-tree.ts';
import { readManifest } from '../../../server/ingest/manifest.ts';
import type { TextNode } from '../../../server/ingest/text-tree.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const GOOD = {
  fileName: 'users.csv.asc',
  type: 'Event',
  clientEmail: 'a@b.example',
  keyId: KEY_ID.toUpperCase(),
  columns: {
    when: { ctName: 'ts', dataType: 'date', dateFormat: 'UNIX' },
    price: { dataType: 'float' },
  },
};

const read = (text: string) => readManifest(Buffer.from(text));
const withChange = (change: object) => read(JSON.stringify({ ...GOOD, ...change }));
const errorsOf = (reading: ReturnType<typeof readManifest>) =>
  reading.problems.filter((problem) => problem.severity === 'error');

describe('readManifest', () => {
  it('reads JSON, with a byte order mark too', () => {
    const { manifest, problems } = read(`\ufeff${JSON.stringify(GOOD, null, 2)}\n`);
    expect(problems).toEqual([]);
    expect(manifest).toMatchObject({ type: 'event', keyId: KEY_ID });
    expect(manifest?.columns.get('when')).toEqual({
      target: 'ts',
      dataType: 'DATE',
      dateFormat: 'UNIX',
    });
    expect(manifest?.columns.get('price')).toMatchObject({ target: undefined, dataType: 'FLOAT' });
  });

  it('reads the same from YAML', () => {
    const yaml = `# ours
fileName: users.csv.asc
type: Event
clientEmail: a@b.example
keyId: ${KEY_ID}
columns:
  when: {ctName: ts, dataType: date, dateFormat: UNIX}
  price: {dataType: float}
`;
    expect(read(yaml).manifest).toEqual(read(JSON.stringify(GOOD)).manifest);
  });

  it('points at the comment of the platform’s own sample', () => {
    const [problem] = errorsOf(read('{\n  "type": "event", // why\n}'));
    expect(problem).toMatchObject({ line: 2, column: 20 });
    expect(problem?.message).toContain('comments');
  });

  it.each([
    ['a key twice', '{"type":"event",\n "type":"event"}', 2, 2],
    ['a trailing comma', '{"type":"event",}', 1, 17],
    ['single quotes', "{'type':1}", 1, 2],
    ['a second value', '{} {}', 1, 4],
    ['a raw line break in quotes', '{"type":"a\nb"}', 1, 11],
    ['a YAML anchor', 'type: &a event', 1, 10],
    ['a YAML alias', 'a: x\ntype: *a', 2, 7],
    ['a YAML tag', 'type: !!str event', 1, 13],
    ['a YAML key twice', 'type: event\ntype: event', 2, 1],
    ['a second YAML document', 'type: event\n---\ntype: event', 2, 1],
  ])('refuses %s at its place', (_, text, line, column) => {
    const { manifest, problems } = read(text);
    expect(manifest).toBeUndefined();
    expect(problems).toContainEqual(expect.objectContaining({ severity: 'error', line, column }));
  });

  it.each([
    ['nothing', ''],
    ['a list', '[1]'],
    ['text', 'hello'],
    ['deep nesting', '{"a":'.repeat(9) + '1' + '}'.repeat(9)],
    ['very deep nesting', '['.repeat(100_000)],
    ['very deep YAML', '- '.repeat(100_000)],
    ['too much', `{"a":"${'x'.repeat(1024 * 1024)}"}`],
  ])('refuses %s', (_, text) => {
    const reading = read(text);
    expect(reading.manifest).toBeUndefined();
    expect(errorsOf(reading).length).toBeGreaterThan(0);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(errorsOf(readManifest(Buffer.from([0x7b, 0xff, 0x7d])))).toHaveLength(1);
  });

  it.each([
    ['a folder in the name', { fileName: '../users.csv.asc' }],
    ['a dot file', { fileName: '.users.csv.asc' }],
    ['a name that is no text', { fileName: 5 }],
    ['an unencrypted name with a key', { fileName: 'users.csv' }],
    ['an encrypted name without a key', { keyId: undefined }],
    ['an unknown type', { type: 'events' }],
    ['the mangled e-mail of the sample', { clientEmail: '[[email protected]](mailto:x)' }],
    ['two e-mails', { clientEmail: 'a@b.example,c@d.example' }],
    ['a line break in the e-mail', { clientEmail: 'a@b.example\nBcc: c@d.example' }],
    ['two dots in a row before the @', { clientEmail: 'a..b@example.com' }],
    ['a dot next to the @', { clientEmail: 'a.@example.com' }],
    ['a host label over 63 characters', { clientEmail: `a@${'b'.repeat(64)}.example` }],
    ['a host label that ends in a hyphen', { clientEmail: 'a@b-.example' }],
    ['a key id that is no UUID', { keyId: '1A7849F996BFD78569533B2CF55DEEE68995217D' }],
    ['the type int', { columns: { a: { dataType: 'int' } } }],
    ['a date without its format', { columns: { a: { dataType: 'DATE' } } }],
    [
      'a format in another case',
      { columns: { a: { dataType: 'DATE', dateFormat: 'DD/MM/YYYY' } } },
    ],
    ['a ts that is a float', { columns: { a: { ctName: 'ts', dataType: 'FLOAT' } } }],
    ['a ts by calendar', { columns: { ts: { dataType: 'DATE', dateFormat: 'dd/MM/yyyy' } } }],
    ['columns as a list', { columns: [] }],
    ['a column as text', { columns: { a: 'ts' } }],
    ['a blank target', { columns: { a: { ctName: ' ' } } }],
  ])('refuses %s', (_, change) => {
    const reading = withChange(change);
    expect(reading.manifest).toBeUndefined();
    expect(errorsOf(reading)).toHaveLength(1);
  });

  it('warns of keys that it does not know, and goes on', () => {
    const { manifest, problems } = withChange({ filename: 'x', columns: { a: { type: 'x' } } });
    expect(manifest).toBeDefined();
    expect(problems.map((problem) => problem.severity)).toEqual(['warning', 'warning']);
  });

  it('keeps what can be read of a broken manifest, to move the file and to answer', () => {
    expect(withChange({ type: 'x' })).toMatchObject({
      fileName: 'users.csv.asc',
      clientEmail: 'a@b.example',
    });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readManifest(bytes).manifest).toBeUndefined();
      }),
    );
  });
});

describe('parseJsonTree', () => {
  it('takes what JSON.parse takes, and nothing else', () => {
    const edit = fc.record({ json: fc.json({ maxDepth: 3 }), at: fc.nat(), noise: fc.string() });
    fc.assert(
      fc.property(edit, ({ json, at, noise }) => {
        const cut = at % (json.length + 1);
        const text = json.slice(0, cut) + noise + json.slice(cut);
        const theirs = outcome(() => JSON.parse(text) as unknown);
        const ours = outcome(() => plain(parseJsonTree(text, 10)));
        // Duplicate keys are JSON to JSON.parse, and an error here.
        fc.pre(!(ours instanceof Error && ours.message.includes('twice')));
        if (theirs instanceof Error) expect(ours).toBeInstanceOf(Error);
        else expect(ours).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function plain(node: TextNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'number':
      return Number(node.text);
    case 'null':
      return null;
    default:
      return node.value;
  }
}
