/** The check and the bundled server have rules of their own; here they are held against each other, row by row. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildManifest, requireManifest } from '../../../main/manifest/index.ts';
import { JsonCheck } from '../../../main/preflight/check-json.ts';
import { ProblemGroups } from '../../../main/preflight/report.ts';
import { compileRowCheck } from '../../../main/preflight/rows.ts';
import { JsonReader } from '../../../main/tabular/json-reader.ts';
import { oneByOne } from '../../helpers/verdicts.ts';
import { planColumn, readRow } from '../../../server/ingest/columns.ts';
import { readJson } from '../../../server/ingest/json-reader.ts';
import { JsonRows } from '../../../server/ingest/json-rows.ts';
import { readManifest } from '../../../server/ingest/manifest.ts';
import type { MappingColumn } from '../../../shared/domain/data-file.ts';
import { DATA_TYPES, DATE_FORMATS } from '../../../shared/domain/manifest.ts';

const pad = fc.constantFrom('', ' ', '\t', '\u00a0');
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 });
const cell = fc
  .tuple(
    pad,
    fc.oneof(
      fc.constantFrom(
        '',
        'x',
        'null',
        'N/A',
        '0',
        '-1',
        'true',
        'FALSE',
        '1e3',
        '.5',
        '5.',
        '$add',
      ),
      fc.constantFrom(
        'App Launched',
        'charged',
        'Bought',
        'M',
        'female',
        '150',
        '151',
        'a@b.io',
        'a@b',
      ),
      fc.constantFrom('2147483647', '2147483648', '-9223372036854775808', '9223372036854775808'),
      fc.constantFrom('1767225909', '1767225909000', '31/12/2025', '2024/02/29', '29 Feb 2025'),
      fc.constantFrom(
        '2024/29/02 23:59:59',
        '12/31/2025 24:00:00',
        '+4915112345678',
        '+0151123456',
      ),
      digits,
      digits.map((text) => `-${text}`),
      digits.map((text) => `+${text}`),
      fc.constantFrom(1023, 1024).map((length) => 'i'.repeat(length)),
    ),
    pad,
  )
  .map((parts) => parts.join(''));

const often = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const type = fc.constantFrom('event', 'profile');
const mapped = fc.record({
  target: fc.constantFrom('', 'items', 'Email', 'Phone', 'Gender', 'Age', 'DOB', 'colour'),
  dataType: fc.constantFrom(...DATA_TYPES),
  dateFormat: fc.constantFrom(...DATE_FORMATS),
});

describe('the check and the server', () => {
  it('give the same verdict on any row', () => {
    const file = fc.record({
      type,
      mapped: fc.uniqueArray(mapped, { selector: ({ target }) => target, maxLength: 5 }),
      identities: fc.tuple(often('u1', cell), often('', cell)),
      event: fc.tuple(often('Bought', cell), often('', cell)),
      cells: fc.array(often('', cell), { minLength: 6, maxLength: 6 }),
    });
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(file, ({ type, mapped, identities, event, cells }) => {
        const columns: MappingColumn[] = [
          { header: 'id', target: 'identity', dataType: 'STRING' },
          { header: 'device', target: 'objectId', dataType: 'STRING' },
          ...(type === 'event'
            ? ([{ header: 'what', target: 'evtName', dataType: 'STRING' }] as const)
            : []),
          { header: 'when', target: 'ts', dataType: 'LONG' },
          ...mapped.map((column, index) => ({ header: `c${index}`, ...column })),
          ...(mapped.length > 0 ? [operationColumn('c0.operation')] : []),
        ];
        const header = columns.map((column) => column.header);
        const [name, time] = event;
        const own = type === 'event' ? [name, time] : [time];
        const row = [...identities, ...own, ...cells].slice(0, header.length);
        const parts = { fileName: 'a.csv', type, columns, clientEmail: 'a@b.io' } as const;
        const text = buildManifest(parts);

        const ours = compileRowCheck(header, requireManifest(text, { header }));
        const theirs = readManifest(Buffer.from(text)).manifest;
        if (!theirs) throw new Error('the server refuses a manifest that Sealift made');
        const plans = header.map((name) => planColumn(name, theirs));
        const codes: string[] = [];
        const isAccepted = ours(row, (fault) => codes.push(fault.code));
        const reading = readRow(type, 1, 0, plans, row);
        expect(isAccepted).toBe(reading.kind !== 'refused');
        // Ours may tell more: the server stops at a cell's first fault.
        if (reading.kind === 'refused') {
          expect(codes).toEqual(expect.arrayContaining(reading.problems.map(({ code }) => code)));
        }
        verdicts[isAccepted ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: 3000 },
    );
    // A test in which hardly a row passes, or fails, would prove little.
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(300);
  });
});

/** What became of each record by its row and line; `refused`: of the file as a whole. */
interface JsonVerdict {
  readonly rows: readonly {
    readonly row: number;
    readonly line: number;
    readonly taken: boolean;
  }[];
  readonly refused: boolean;
}

const MAX_RECORD_BYTES = 100_000;

function judge(bytes: Buffer, manifestText: string, lines: boolean): JsonVerdict {
  const groups = new ProblemGroups();
  const check = new JsonCheck(requireManifest(manifestText), groups);
  const reader = new JsonReader({ fileName: 'a', lines, maxRecordBytes: MAX_RECORD_BYTES });
  const rows = [];
  for (const record of [...reader.push(bytes), ...reader.end()]) {
    const { row, line, fault } = record;
    if (fault?.kind === 'encoding' || fault?.kind === 'damaged') return { rows: [], refused: true };
    rows.push({ row, line, taken: !fault && check.accepts(record) });
  }
  return { rows, refused: false };
}

async function judgeAsServer(
  bytes: Buffer,
  manifestText: string,
  lines: boolean,
): Promise<JsonVerdict> {
  const { manifest } = readManifest(Buffer.from(manifestText));
  if (!manifest) throw new Error('the server refuses a manifest that Sealift made');
  const reader = new JsonRows(manifest, 0);
  async function* source(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  }
  const rows = [];
  try {
    const options = { lines, recordBytes: MAX_RECORD_BYTES };
    for await (const { row, line, text } of oneByOne(readJson(source(), options))) {
      rows.push({ row, line, taken: reader.read(row, text).kind !== 'refused' });
    }
  } catch {
    return { rows: [], refused: true };
  }
  return { rows, refused: false };
}

/** A value as JSON writes it: numbers too that JavaScript would write in another way. */
const scalar = fc.oneof(
  { weight: 4, arbitrary: cell.map((text) => JSON.stringify(text)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('1.0', '1e3', '-0', '2147483648', '1767225909', 'true', 'null'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\\u0000"', '"\\ud800"', '"\\u00e9\\n"', '{"a":1}', '[]', '""'),
  },
);

const pairs = (keys: readonly string[]): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), scalar), {
      selector: ([key]) => key,
      maxLength: 3,
    })
    .map((members) => members.map(([key, text]) => `"${key}":${text}`).join(','));

const FIELDS = ['Email', 'phone', 'Gender', 'Age', 'items', 'Items', 'identity', 'colour', 'a&b'];
const flatRecord = fc
  .tuple(
    often('"id":"u1"', fc.constantFrom('"objectId":"null"', '"Identity":7', '"x":0')),
    often('"what":"Bought"', fc.constantFrom('"what":"Charged"', '"evtName":"Sold"', '"y":1')),
    pairs(['c0', 'c1', 'c0.operation', 'guid', 'EVTNAME', 'ts', ...FIELDS]),
  )
  .map((parts) => `{${parts.filter((part) => part !== '').join(',')}}`);

const typedRecord = fc
  .tuple(
    often('"type":"event"', fc.constantFrom('"type":"Profile"', '"type":"profile"', '"type":1')),
    often('"identity":"u1"', fc.constantFrom('"FBID":12', '"GPID":"none"', '"z":{"a":1}')),
    often('"evtName":"Bought"', fc.constantFrom('"evtName":"charged"', '"evtName":"UTM Visited"')),
    fc.tuple(fc.constantFrom('evtData', 'profileData'), pairs(FIELDS)),
    fc.constantFrom(
      '',
      '',
      '"profileData":[]',
      '"evtData":null',
      '"guid":true',
      '"ts":1',
      '"ts":"x"',
    ),
  )
  .map(([type, identity, name, [key, data], other]) => {
    const last = other === '' || other.startsWith(`"${key}"`) ? '' : `,${other}`;
    return `{${type},${identity},${name},"${key}":{${data}}${last}}`;
  });

const records = fc.oneof(
  fc.array(flatRecord, { maxLength: 4 }),
  fc.array(typedRecord, { maxLength: 4 }),
  fc.array(fc.oneof(flatRecord, typedRecord), { maxLength: 3 }),
);

/** Files in all forms, most of them whole, some with a piece cut out or put in. */
const jsonFile = fc
  .record({
    records,
    form: fc.constantFrom('wrapped', 'array', 'lines'),
    gap: fc.constantFrom('', ' ', '\n', '\r\n '),
    damage: often(
      '',
      fc.constantFrom('"', '}', ']', ',', '{', '\n', 'x', '\\', '\u00ff', '"a":1,'),
    ),
    at: fc.nat(),
    cut: fc.constantFrom(0, 0, 1, 2),
  })
  .map(({ records, form, gap, damage, at, cut }) => {
    const list = records.join(
      form === 'lines' ? `${gap.includes('\n') ? gap : ''}\n` : `${gap},${gap}`,
    );
    const text =
      form === 'lines'
        ? list
        : form === 'array'
          ? `${gap}[${list}${gap}]`
          : `{"d":${gap}[${list}]}${gap}`;
    if (damage === '') return text;
    const place = at % (text.length + 1);
    return text.slice(0, place) + damage + text.slice(place + cut);
  });

/** UTF-8, but for ÿ, which becomes a byte that UTF-8 does not have. */
function withBadBytes(content: string): Buffer {
  const [first = '', ...others] = content.split('\u00ff');
  const parts = others.flatMap((part) => [Buffer.of(0xff), Buffer.from(part)]);
  return Buffer.concat([Buffer.from(first), ...parts]);
}

describe('the check and the server, on JSON', () => {
  it('give the same verdict on any file, record by record', async () => {
    const verdicts = { taken: 0, rejected: 0, refused: 0 };
    const run = fc.asyncProperty(
      jsonFile,
      type,
      mapped,
      fc.boolean(),
      async (content, type, c0, lines) => {
        const bytes = withBadBytes(content);
        const columns: MappingColumn[] = [
          { header: 'id', target: 'identity', dataType: 'STRING' },
          { header: 'what', target: type === 'event' ? 'evtName' : 'what', dataType: 'STRING' },
          { header: 'c0', ...c0 },
        ];
        const text = buildManifest({ fileName: 'a.json', type, columns, clientEmail: 'a@b.io' });
        const ours = judge(bytes, text, lines);
        expect(ours).toEqual(await judgeAsServer(bytes, text, lines));
        if (ours.refused) verdicts.refused += 1;
        for (const { taken } of ours.rows) verdicts[taken ? 'taken' : 'rejected'] += 1;
      },
    );
    await fc.assert(run, { numRuns: 3000 });
    expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(80);
  });
});

function operationColumn(header: string): MappingColumn {
  return { header, target: '', dataType: 'STRING' };
}
