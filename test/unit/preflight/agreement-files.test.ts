/**
 * Whole files as users have them, in every form, encoding and delimiter, good and bad: what the check
 * rejects is what the server rejects of the bytes that sealing converts them to, row by row.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { generateKey } from 'openpgp';
import { afterAll, expect, it } from 'vitest';
import { chooseRecipient } from '../../../main/keys/openpgp-keys.ts';
import { buildManifest } from '../../../main/manifest/index.ts';
import { partFiles, sealParts } from '../../../main/seal/seal-parts.ts';
import { conversionNeeded, convert } from '../../../main/tabular/index.ts';
import { openMessage } from '../../../server/ingest/message.ts';
import type { FileFacts, MappingColumn } from '../../../shared/domain/data-file.ts';
import { DATA_TYPES, DATE_FORMATS } from '../../../shared/domain/manifest.ts';
import { appRows, serverRows, type JudgedFile, type JudgedRows } from '../../helpers/verdicts.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-agreement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIMIT_BYTES = 1_000_000;

/** What Windows-1252 has, too, so that every encoding can write it. */
const cell = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    ' u1\t',
    'null',
    '-1',
    '0',
    'Zoë €5',
    '“so”',
    'a@b.io',
    '+4915112345678',
  ),
  fc.constantFrom('1767225909', '1767225909000', '2147483648', '1e3', '.5', '12,5', 'TRUE', 'M'),
  fc.constantFrom('1e3', '7.0', '-0', '12e0', '1.5e1'),
  fc.constantFrom('31/12/2025', '29/02/2025', '2024/02/29 23:59:59', '29 Feb 2024', '1/1/25'),
  fc.constantFrom(
    'Bought',
    'App Launched',
    'charged',
    'a;b',
    'a|b',
    'a\tb',
    'two\nlines',
    'say "x"',
  ),
);

interface Column extends MappingColumn {
  /** What most cells hold. */
  readonly usual: string;
}

const USUAL: Readonly<Record<string, string>> = {
  ...{ STRING: 'é', INTEGER: '7', LONG: '-9', FLOAT: '1.5', BOOLEAN: 'true' },
  ...{ 'dd/MM/yyyy': '31/12/2025', 'MM/dd/yyyy': '12/31/2025', 'yyyy/dd/MM': '2025/31/12' },
  ...{ 'yyyy/MM/dd': '2025/12/31', 'dd MMM yyyy': '31 Dec 2025', UNIX: '1767225909' },
};

const typedColumn = fc
  .record({
    header: fc.constantFrom('colour', 'größe', 'a&b', 'c 1', 'Email'),
    dataType: fc.constantFrom(...DATA_TYPES),
    dateFormat: fc.constantFrom(...DATE_FORMATS),
  })
  .map(({ header, dataType, dateFormat }): Column => {
    const base = dateFormat.replace(' HH:mm:ss', '');
    const time = base === dateFormat ? '' : ' 12:00:00';
    const usual = dataType === 'DATE' ? (USUAL[base] ?? '') + time : (USUAL[dataType] ?? '');
    const isField = header === 'Email' && dataType === 'STRING';
    return { header, target: '', dataType, dateFormat, usual: isField ? 'a@b.io' : usual };
  });

interface Table {
  readonly type: 'event' | 'profile';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const table: fc.Arbitrary<Table> = fc
  .record({
    type: fc.constantFrom('event' as const, 'profile' as const),
    typed: fc.uniqueArray(typedColumn, { selector: ({ header }) => header, maxLength: 4 }),
  })
  .chain(({ type, typed }) => {
    const columns: Column[] = [
      { header: 'id', target: 'identity', dataType: 'STRING', usual: 'u1' },
      {
        header: 'what',
        target: type === 'event' ? 'evtName' : '',
        dataType: 'STRING',
        usual: 'Bought',
      },
      ...typed,
    ];
    const row = fc.tuple(
      ...columns.map(({ usual }) =>
        fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: cell }),
      ),
    );
    return fc.record({
      type: fc.constant(type),
      columns: fc.constant(columns),
      rows: fc.array(row, { minLength: 1, maxLength: 8 }),
    });
  });

type Write = (table: Table) => string;

const csvText = fc
  .record({ delimiter: fc.constantFrom(',', ';', '\t', '|'), end: fc.constantFrom('\n', '\r\n') })
  .map(({ delimiter, end }): Write => {
    const bare = (text: string): string =>
      /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
    return ({ columns, rows }) =>
      [columns.map(({ header }) => header), ...rows]
        .map((cells) => cells.map(bare).join(delimiter) + end)
        .join('');
  });

/** Numbers and booleans as such where they are some: a typed column is then read by their JSON text. */
function jsonScalar(text: string, isBare: boolean): string {
  return isBare && /^(-?(0|[1-9]\d*)(\.\d+)?(e\d+)?|true|false|null)$/.test(text)
    ? text
    : JSON.stringify(text);
}

const jsonText = fc
  .record({
    form: fc.constantFrom('wrapped', 'array', 'lines'),
    gap: fc.constantFrom('', ' ', '\n', '\r\n\t'),
    isBare: fc.boolean(),
    /** The record that is of the other kind; most files have none so far. */
    odd: fc.nat({ max: 30 }),
    isTyped: fc.boolean(),
    nested: fc.nat({ max: 30 }),
  })
  .map(({ form, gap, isBare, odd, isTyped, nested }): Write => (given) => {
    const inner = form === 'lines' ? gap.replace(/[\r\n]/g, '') : gap;
    const records = given.rows.map((row, index) => {
      const pairs = row.map((text, at) => {
        const value = index === nested && at > 1 ? '{"a":[1]}' : jsonScalar(text, isBare);
        return `${JSON.stringify(given.columns[at]?.header)}:${inner}${value}`;
      });
      if (isTyped === (index === odd)) return `{${inner}${pairs.join(`,${inner}`)}${inner}}`;
      const own = `"type":"${given.type}","identity":${jsonScalar(row[0] ?? '', isBare)}`;
      const name = given.type === 'event' ? `,"evtName":${jsonScalar(row[1] ?? '', false)}` : '';
      const data = given.type === 'event' ? 'evtData' : 'profileData';
      return `{${own}${name},"${data}":{${pairs.slice(2).join(',')}}}`;
    });
    if (form === 'lines') return records.join(gap.includes('\n') ? `${gap}\n` : '\n');
    const list = `[${gap}${records.join(`${gap},${gap}`)}${gap}]`;
    return form === 'array' ? list : `{${gap}"d":${list}${gap}}\n`;
  });

const ENCODERS: Readonly<Record<string, (text: string) => Buffer>> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
  'utf-16le': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'utf-16be': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
  'utf-16le without a mark': (text) => Buffer.from(text, 'utf16le'),
  'windows-1252': (text) => {
    const signs: Readonly<Record<string, number>> = { '€': 0x80, '“': 0x93, '”': 0x94 };
    return Buffer.from([...text].map((char) => signs[char] ?? char.charCodeAt(0)));
  },
};

interface UserFile extends JudgedFile {
  readonly bytes: Buffer;
}

const userFile: fc.Arbitrary<UserFile> = fc
  .record({
    table,
    write: fc.oneof(
      fc.record({ name: fc.constant('a.csv'), text: csvText }),
      fc.record({ name: fc.constantFrom('a.json', 'a.ndjson'), text: jsonText }),
    ),
    encode: fc.constantFrom(...Object.keys(ENCODERS)),
    damage: fc.option(
      fc.record({
        at: fc.nat(),
        cut: fc.nat({ max: 3 }),
        what: fc.constantFrom('"', '', ',', '}', '\n', '\xff', '\0'),
      }),
      { freq: 4 },
    ),
  })
  .map(({ table, write, encode, damage }) => {
    const whole = ENCODERS[encode]!(write.text(table));
    const at = damage ? damage.at % (whole.length + 1) : 0;
    const bytes = damage
      ? Buffer.concat([
          whole.subarray(0, at),
          Buffer.from(damage.what, 'latin1'),
          whole.subarray(at + damage.cut),
        ])
      : whole;
    const { type, columns } = table;
    const manifestText = buildManifest({
      fileName: write.name,
      type,
      columns,
      clientEmail: 'a@b.io',
    });
    return { path: join(folder, write.name), bytes, manifestText };
  });

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 50) {
    yield await Promise.resolve(bytes.subarray(at, at + 50));
  }
}

/** As a delivery does while it seals. */
const converted =
  (facts: FileFacts) =>
  (bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    conversionNeeded(facts) === undefined ? bytes : convert(bytes, facts);

/** What may differ: the app tells more of a row than the platform does. */
function expectAgreement(app: JudgedRows, server: JudgedRows): void {
  expect(app.isRefused).toBe(server.isRefused);
  if (app.isRefused) return;
  expect(app.rows).toBe(server.rows);
  expect(app.rejected.map(({ cells }) => cells)).toEqual(server.rejected.map(({ cells }) => cells));
  app.rejected.forEach(({ cells, codes }, index) => {
    // A NUL byte is told as such, and not as what the rule of its column makes of it.
    if (cells.some((text) => text.includes('\0'))) return;
    expect(codes).toEqual(expect.arrayContaining([...(server.rejected[index]?.codes ?? [])]));
  });
}

it('the check of a file and the server’s reading of what it is converted to agree', async () => {
  const seen = { taken: 0, rejected: 0, refused: 0, unreadable: 0, converted: 0 };
  const run = fc.asyncProperty(userFile, async (file) => {
    writeFileSync(file.path, file.bytes);
    const app = await appRows(file);
    // What cannot be converted is neither sealed nor sent.
    if (!app) {
      seen.unreadable += 1;
      return;
    }
    const { facts } = app;
    expectAgreement(
      app,
      await serverRows(file, facts.format, converted(facts)(fileBytes(file.path))),
    );
    if (app.isRefused) seen.refused += 1;
    if (conversionNeeded(facts) !== undefined) seen.converted += 1;
    seen.taken += app.isRefused ? 0 : app.rows - app.rejected.length;
    seen.rejected += app.rejected.length;
  });
  await fc.assert(run, { numRuns: 500 });
  // A test in which hardly a file is of a kind would prove little of that kind.
  expect(Math.min(seen.taken, seen.rejected, seen.converted)).toBeGreaterThan(150);
  expect(Math.min(seen.refused, seen.unreadable)).toBeGreaterThan(5);
}, 60_000);

it('and so do they over a sealed message that the server opens', async () => {
  const passphrase = 'correct horse';
  const made = await generateKey({
    userIDs: { name: 'Test' },
    type: 'curve25519',
    passphrase,
    // The server unlocks the key for each message: this is no test of the passphrase.
    config: { s2kIterationCountByte: 0 },
  });
  const recipient = await chooseRecipient(made.publicKey);
  const halves = { publicArmored: made.publicKey, privateArmored: made.privateKey };
  const keySet = { keyId: '', fingerprint: '', passphrase, ...halves };
  const sealedPath = join(folder, 'sealed.asc');
  let sealedFiles = 0;
  const run = fc.asyncProperty(userFile, async (file) => {
    writeFileSync(file.path, file.bytes);
    const app = await appRows(file);
    if (!app || app.isRefused) return;
    const { facts } = app;
    rmSync(sealedPath, { force: true });
    await sealParts({
      inputPath: file.path,
      fileName: facts.name,
      format: facts.format,
      transform: converted(facts),
      output: partFiles(() => sealedPath),
      recipient,
      compress: 6,
      limits: { sealedBytes: LIMIT_BYTES, openedBytes: LIMIT_BYTES },
    });
    sealedFiles += 1;
    const opened = openMessage(sealedPath, keySet, LIMIT_BYTES);
    expectAgreement(app, await serverRows(file, facts.format, opened));
  });
  await fc.assert(run, { numRuns: 20 });
  expect(sealedFiles).toBeGreaterThan(5);
}, 60_000);
