/** The table of import rules, held against the app's check and the server's ingestion alike. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DISCOURAGED_NAME_CHARACTERS } from '../../../shared/domain/manifest.ts';
import { ROW_CODES } from '../../../shared/domain/problem.ts';
import {
  appVerdict,
  manifestText,
  serverVerdict,
  type DataFile,
  type Verdict,
} from '../../helpers/verdicts.ts';
import { RULES, type Row, type Rule } from './import-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

function fileOf({ type, columns }: Pick<Rule, 'type' | 'columns'>, row: Row): DataFile {
  const name = typeof row === 'string' ? 'a.json' : 'a.csv';
  const text =
    typeof row === 'string'
      ? `[${row}]`
      : [Object.keys(row), Object.values(row)]
          .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
          .join('');
  return { name, bytes: Buffer.from(text), manifestText: manifestText(type, columns, name) };
}

async function judged(rule: Rule, row: Row): Promise<{ app: Verdict; server: Verdict }> {
  const file = fileOf(rule, row);
  return { app: await appVerdict(file, folder), server: await serverVerdict(file) };
}

describe('rules of rows', () => {
  it.each(RULES.map((rule): [string, Rule] => [`${rule.type}: ${rule.rule}`, rule]))(
    '%s',
    async (_, rule) => {
      const taken = await judged(rule, rule.good);
      expect(taken.app).toMatchObject({ rows: 1, accepted: 1, problems: [] });
      expect(taken.server).toEqual(taken.app);
      const { app, server } = await judged(rule, rule.bad);
      const problem = rule.column === undefined ? rule.code : `${rule.code}:${rule.column}`;
      expect(app).toMatchObject({ refused: false, rows: 1, accepted: 0, problems: [problem] });
      expect(server.accepted).toBe(0);
      expect(server.problems.map((text) => text.split(':')[0])).toEqual([rule.code]);
    },
  );

  it('are each of the codes that the platform has', () => {
    expect([...new Set(RULES.map(({ code }) => code))].toSorted()).toEqual(
      [...ROW_CODES].toSorted(),
    );
  });
});

const HEADERS: readonly (readonly [
  rule: string,
  good: string,
  bad: string,
  code: string,
  manifest?: Pick<Rule, 'type' | 'columns'>,
])[] = [
  ['a header is there', 'identity\nu\n', '', 'HEADER_MISSING'],
  ['a line is', 'identity\nu\n', '\r\n\n', 'HEADER_MISSING'],
  ['each column has a name', 'identity,a\nu,1\n', 'identity,\nu,1\n', 'HEADER_MISSING'],
  ['that is not blank', 'identity, a \nu,1\n', 'identity, \t\nu,1\n', 'HEADER_MISSING'],
  ['of its own', 'identity,a,A\nu,1,2\n', 'identity,a,a\nu,1,2\n', 'HEADER_MISSING:a'],
  [
    'a mapped column is there',
    'identity,a\nu,1\n',
    'identity,A\nu,1\n',
    'COLUMN_MISSING:a',
    { type: 'profile', columns: { a: {} } },
  ],
  [
    'an operation has its column',
    'identity,a,a.operation\nu,1,$add\n',
    'identity,a.operation\nu,$add\n',
    'COLUMN_MISSING:a.operation',
  ],
  ['the header is UTF-8', 'identity,é\nu,1\n', 'identity,é\xff\nu,1\n', 'DAMAGED'],
  ['its quotes are right', 'identity,"a"\nu,1\n', 'identity,"a"b\nu,1\n', 'DAMAGED'],
  ['its names are text', 'identity,a\nu,1\n', 'identity,a\0\nu,1\n', 'HEADER_MISSING'],
  ['rows are UTF-8', 'identity,a\nu,é\n', 'identity,a\nu,é\xff\n', 'DAMAGED'],
  ['quotes end', 'identity,a\nu,"1\n"\n', 'identity,a\nu,"1\n', 'DAMAGED'],
  ['quotes are doubled', 'identity,a\nu,"1""2"\n', 'identity,a\nu,1"2\n', 'DAMAGED'],
];

/** UTF-8, but for ÿ, which becomes the byte FF. */
function bytesOf(text: string): Buffer {
  const parts = text.split('\xff').map((part) => Buffer.from(part));
  return Buffer.concat(
    parts.flatMap((part, index) => (index > 0 ? [Buffer.of(0xff), part] : [part])),
  );
}

describe('rules of files', () => {
  const cases = HEADERS.map(([rule, good, bad, problem, manifest]) => {
    return { rule, good, bad, problem, manifest: manifest ?? { type: 'profile' } };
  });
  it.each(cases)('$rule', async ({ good, bad, problem, manifest }) => {
    const file = (text: string): DataFile => ({
      name: 'a.csv',
      bytes: bytesOf(text),
      manifestText: manifestText(manifest.type, manifest.columns),
    });
    const taken = { refused: false, rows: 1, accepted: 1, problems: [] };
    expect(await appVerdict(file(good), folder)).toMatchObject(taken);
    expect(await serverVerdict(file(good))).toMatchObject(taken);
    const refused = { refused: true, accepted: 0, problems: expect.arrayContaining([problem]) };
    expect(await appVerdict(file(bad), folder)).toMatchObject(refused);
    expect(await serverVerdict(file(bad))).toMatchObject(refused);
  });

  it('a row has as many cells as the header', async () => {
    for (const row of ['u', 'u,1,2', 'u,1,']) {
      const bytes = Buffer.from(`identity,a\n${row}\nu,1\n`);
      const file = { name: 'a.csv', bytes, manifestText: manifestText('profile') };
      const verdict = { refused: false, rows: 2, accepted: 1, problems: ['555'] };
      expect(await appVerdict(file, folder)).toMatchObject(verdict);
      expect(await serverVerdict(file)).toMatchObject(verdict);
    }
  });

  it.each([...DISCOURAGED_NAME_CHARACTERS])(
    'a property name with %s is warned of',
    async (mark) => {
      const file = fileOf({ type: 'profile' }, { identity: 'u', [`a${mark}b`]: '1', 'a b': '2' });
      const verdict = { accepted: 1, problems: [], warnings: [`a${mark}b`] };
      expect(await appVerdict(file, folder)).toMatchObject(verdict);
      expect(await serverVerdict(file)).toMatchObject(verdict);
    },
  );
});
