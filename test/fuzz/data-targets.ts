/** Data files: both sides' readers, whole and in chunks, and both sides' rules of cells. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { planColumn, readRow } from '../../server/ingest/columns.ts';
import type { CsvRecord } from '../../server/ingest/csv-cutter.ts';
import { openCsv } from '../../server/ingest/csv-reader.ts';
import { readJson, type JsonRecord } from '../../server/ingest/json-reader.ts';
import { JsonRows } from '../../server/ingest/json-rows.ts';
import { FileFailure } from '../../server/failure.ts';
import type { ReadManifest } from '../../server/ingest/manifest.ts';
import { JsonCheck } from '../../main/preflight/check-json.ts';
import { ProblemGroups } from '../../main/preflight/report.ts';
import { compileRowCheck } from '../../main/preflight/rows.ts';
import { convert } from '../../main/tabular/convert.ts';
import { CsvReader } from '../../main/tabular/csv-reader.ts';
import { detectDelimiter } from '../../main/tabular/delimiter.ts';
import { detectEncoding } from '../../main/tabular/encoding.ts';
import { JsonReader, type JsonRec } from '../../main/tabular/json-reader.ts';
import type { Rec } from '../../main/tabular/record.ts';
import { DATA_TYPES, DATE_FORMATS, type ManifestColumn } from '../../shared/domain/manifest.ts';
import { cellsPass, holdAgainstCareful } from '../helpers/passing-rows.ts';
import { chunksOf, outcomeOf, sizeClass, streamOf, type Target } from './target.ts';

const RECORD_BYTES = 100_000;
const root = new URL('../../assets/sample/', import.meta.url);

const csvSeeds = (): Buffer[] => [
  Buffer.from('\ufeffidentity,evtName,"note"\r\nu1,Bought,"a ""b"" \n c"\n\r\nu2,Sold,é漢😀\n'),
  Buffer.from('a;b\n1;2\n"x;y";3\n'),
  Buffer.from('\ufeffa,b\n1,é\n', 'utf16le'),
  readSample('orders-with-faults.csv').subarray(0, 2000),
];
const csvWords = ['"', '""', ',', '\n', '\r\n', '\r', '\0', '\ufeff', 'é', '","', '"\n', ';', '\t'];

const jsonSeeds = (): Buffer[] => [
  Buffer.from('{"d":[{"id":"u1","what":"Bought","n":1.5},\n {"id":"u2","a":null}]}'),
  Buffer.from('[{"type":"event","identity":"é","evtName":"x","evtData":{"a":true}},{}]'),
  Buffer.from('{"id":"u1","what":"\\u00e9\\n"}\n\n{"id":"u2","x":[1,{"y":2}]}\r\n'),
];
const jsonWords = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', '\n', '{"d":[', '"a":1', '\\u0000', '\\ud800'],
  ...['\0', '\u00a0', '\ufeff', 'null', '1e999', '-', '{"a":', '[['],
];

function readSample(name: string): Buffer {
  try {
    return readFileSync(new URL(name, root));
  } catch {
    return readFileSync(`assets/sample/${name}`);
  }
}

/** By their text, which is much faster than a comparison member by member. */
function requireSame(found: unknown, wanted: unknown, message: string): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) assert.deepEqual(found, wanted, message);
}

function csvRecords(chunks: Iterable<Buffer>): Rec[] {
  const reader = new CsvReader({ fileName: 'a.csv', maxRecordBytes: RECORD_BYTES });
  const records: Rec[] = [];
  for (const chunk of chunks) records.push(...reader.push(Buffer.from(chunk)));
  return [...records, ...reader.end()];
}

async function serverCsvRecords(chunks: Iterable<Buffer>): Promise<CsvRecord[]> {
  const { header, records } = await openCsv(streamOf(chunks), RECORD_BYTES);
  const all: CsvRecord[] = [{ row: 0, line: 0, cells: header }];
  for await (const pieces of records) all.push(...pieces);
  return all;
}

function jsonRecords(chunks: Iterable<Buffer>, lines: boolean): JsonRec[] {
  const options = { fileName: 'a.json', lines, maxRecordBytes: RECORD_BYTES };
  const reader = new JsonReader(options);
  const records: JsonRec[] = [];
  for (const chunk of chunks) records.push(...reader.push(Buffer.from(chunk)));
  return [...records, ...reader.end()];
}

async function serverJsonRecords(chunks: Iterable<Buffer>, lines: boolean): Promise<JsonRecord[]> {
  const all: JsonRecord[] = [];
  const options = { lines, recordBytes: RECORD_BYTES };
  for await (const pieces of readJson(streamOf(chunks), options)) all.push(...pieces);
  return all;
}

/** Whether the input is read as a record a line: any input is tried as both. */
const isLines = (input: Buffer): boolean => input.length % 2 === 0;

const appCsv: Target = {
  name: 'app-csv',
  seeds: csvSeeds,
  words: csvWords,
  run: (input) =>
    outcomeOf(() => {
      const whole = csvRecords([input]);
      requireSame(csvRecords(chunksOf(input)), whole, 'chunks matter');
      const options = { maxRecordBytes: RECORD_BYTES };
      holdAgainstCareful(chunksOf(input), { type: 'event', columns: CELL_COLUMNS }, options);
      const faults = new Set(whole.map(({ fault }) => fault?.kind));
      return `${sizeClass(whole.length)} ${[...faults].toSorted().join()}`;
    }),
};

const serverCsv: Target = {
  name: 'server-csv',
  seeds: csvSeeds,
  words: csvWords,
  run: (input) =>
    outcomeOf(async () => {
      const cut = await serverCsvRecords(chunksOf(input)).catch(failureOf);
      const whole = await serverCsvRecords([input]).catch(failureOf);
      requireSame(cut, whole, 'chunks matter');
      if (!Array.isArray(whole)) return String(whole);
      // What the server reads, the app reads so, too. Its limit on a record counts the marks around cells.
      const app = csvRecords([input]).map(({ row, line, cells }) => ({ row, line, cells }));
      requireSame(app.slice(1), whole.slice(1), 'the two sides differ');
      return `${sizeClass(whole.length)}`;
    }),
};

/**
 * That a file is refused, and not for which of its faults: the reader looks at encoding and size a
 * chunk at a time, ahead of the records in it.
 */
function failureOf(error: unknown): string {
  if (error instanceof FileFailure) return 'refused';
  throw error;
}

const appJson: Target = {
  name: 'app-json',
  seeds: jsonSeeds,
  words: jsonWords,
  run: (input) =>
    outcomeOf(() => {
      const whole = jsonRecords([input], isLines(input));
      requireSame(jsonRecords(chunksOf(input), isLines(input)), whole, 'chunks matter');
      const faults = whole.map(({ fault }) =>
        fault && 'message' in fault ? fault.message : fault?.kind,
      );
      return `${sizeClass(whole.length)} ${[...new Set(faults)].toSorted().join()}`;
    }),
};

const serverJson: Target = {
  name: 'server-json',
  seeds: jsonSeeds,
  words: jsonWords,
  run: (input) =>
    outcomeOf(async () => {
      const lines = isLines(input);
      const cut = await serverJsonRecords(chunksOf(input), lines).catch(failureOf);
      const whole = await serverJsonRecords([input], lines).catch(failureOf);
      requireSame(cut, whole, 'chunks matter');
      if (!Array.isArray(whole)) return String(whole);
      const manifest: ReadManifest = { ...MANIFEST, type: 'event', columns: new Map() };
      const rows = new JsonRows(manifest, 0);
      const theirs = whole.map(({ row, line, text }) => {
        return { row, line, taken: rows.read(row, text).kind !== 'refused' };
      });
      const check = new JsonCheck({ type: 'event' }, new ProblemGroups());
      const ours = jsonRecords([input], lines).map((record) => {
        return {
          row: record.row,
          line: record.line,
          taken: !record.fault && check.accepts(record),
        };
      });
      requireSame(ours, theirs, 'the two sides differ');
      return `${sizeClass(whole.length)} ${theirs.filter(({ taken }) => taken).length}`;
    }),
};

const conversion: Target = {
  name: 'app-conversion',
  seeds: csvSeeds,
  words: csvWords,
  run: (input) =>
    outcomeOf(async () => {
      const { encoding } = detectEncoding(input, false);
      const delimiter = detectDelimiter(input);
      const header: string[] = [];
      const facts = { name: 'a.csv', format: 'csv', header, encoding, delimiter } as const;
      const converted: Uint8Array[] = [];
      for await (const chunk of convert(streamOf(chunksOf(input)), facts)) converted.push(chunk);
      const records = csvRecords([Buffer.concat(converted)]);
      return `${encoding} ${delimiter} ${sizeClass(records.length)}`;
    }),
};

const MANIFEST = { fileName: 'a.csv', clientEmail: 'a@b.io', keyId: undefined } as const;
const CELL_COLUMNS: Readonly<Record<string, ManifestColumn>> = Object.fromEntries([
  ...DATA_TYPES.filter((type) => type !== 'DATE').map((dataType) => [dataType, { dataType }]),
  ...DATE_FORMATS.map((dateFormat) => [dateFormat, { dataType: 'DATE', dateFormat }]),
]);

/** The text as a cell of every type and role, under both rules. */
const cells: Target = {
  name: 'cells',
  seeds: () =>
    [
      ...[
        '2147483647',
        '-9223372036854775808',
        '1.5e-7',
        'TRUE',
        '29/02/2024',
        '2024/02/29 23:59:59',
      ],
      ...[
        '18 Feb 2024',
        '1767225909',
        'a.b@c-d.io',
        '+4915112345678',
        'female',
        'App Launched',
        'null',
      ],
    ].map((text) => Buffer.from(text)),
  words: [' ', '\t', '0', '9', '-', '+', '.', 'e', '/', ':', '\u00a0', '@', 'a', '\0', '$add', 'é'],
  run(input) {
    const cell = input.toString('utf8');
    const answers: string[] = [];
    for (const [type, targets] of [
      ['event', ['identity', 'evtName', 'ts', ...Object.keys(CELL_COLUMNS)]],
      ['profile', ['objectId', 'Email', 'Phone', 'Gender', 'Age', 'Name.operation', 'x']],
    ] as const) {
      for (const target of targets) {
        const header = ['identity', 'evtName', 'Name', target].filter(
          (h, i, all) => all.indexOf(h) === i,
        );
        const row = header.map((name) => (name === target ? cell : 'u1'));
        const check = compileRowCheck(header, { type, columns: CELL_COLUMNS });
        const plans = header.map((name) => planColumn(name, serverManifest(type)));
        // A NUL byte is the reader's affair in the app.
        const ours = !cell.includes('\0') && check(row, () => undefined);
        const isPassed = cellsPass(header, { type, columns: CELL_COLUMNS }, row);
        assert.ok(ours || !isPassed || cell.includes('\0'), `${type} ${target} passes`);
        const theirs = readRow(type, 1, 0, plans, row).kind !== 'refused';
        assert.equal(ours, theirs, `the two sides differ about ${type} ${target}`);
        answers.push(theirs ? '1' : '0');
      }
    }
    return answers.join('');
  },
};

function serverManifest(type: ReadManifest['type']): ReadManifest {
  const columns = Object.entries(CELL_COLUMNS).map(([header, { dataType, dateFormat }]) => {
    return [header, { target: undefined, dataType: dataType ?? 'STRING', dateFormat }] as const;
  });
  return { ...MANIFEST, type, columns: new Map(columns) };
}

export const dataTargets = [appCsv, serverCsv, appJson, serverJson, conversion, cells];
