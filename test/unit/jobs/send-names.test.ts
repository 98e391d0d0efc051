/** Names of deliveries: unique once used, the same in every attempt, and kept across a crash. */
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileName } from '../../../main/jobs/manifest-file-name.ts';
import {
  isNameFor,
  partNames,
  planNames,
  SentNames,
  usedNames,
} from '../../../main/jobs/send-names.ts';
import type { AttemptFacts } from '../../../main/jobs/send-names.ts';

const NOON = new Date('2026-01-31T12:00:00.123Z');

describe('planNames', () => {
  it('keeps the plain name the first time and dates it later', () => {
    expect(planNames('users.csv', { usedBefore: false, now: NOON })).toEqual({
      dataName: 'users.csv.asc',
      manifestName: 'users.csv.manifest',
    });
    expect(planNames('users.csv', { usedBefore: true, now: NOON })).toEqual({
      dataName: 'users-20260131T120000Z.csv.asc',
      manifestName: 'users-20260131T120000Z.csv.manifest',
    });
  });
});

describe('partNames', () => {
  it('are the plain ones of one part, and numbered ones of several', () => {
    expect(partNames('users.csv.asc', 1).map(({ dataName }) => dataName)).toEqual([
      'users.csv.asc',
    ]);
    expect(partNames('users.csv.asc', 3)).toEqual(
      ['01', '02', '03'].map((number) => ({
        dataName: `users.part-${number}-of-03.csv.asc`,
        manifestName: `users.part-${number}-of-03.csv.manifest`,
      })),
    );
    expect(partNames('users.csv.asc', 120).at(-1)?.dataName).toBe('users.part-120-of-120.csv.asc');
  });

  it('keep the time apart and stay within what a folder takes', () => {
    const { dataName } = planNames(`${'ä'.repeat(200)}.csv`, { usedBefore: true, now: NOON });
    const names = partNames(dataName, 12);
    expect(names[0]?.dataName).toMatch(/-20260131T120000Z\.part-01-of-12\.csv\.asc$/);
    for (const name of names.flatMap((one) => [one.dataName, one.manifestName])) {
      const temporary = `.${name}.01234567.sealift-part`;
      expect(Buffer.byteLength(temporary)).toBeLessThanOrEqual(255);
    }
  });

  it('use the name up that they come from', () => {
    expect(usedNames(partNames('users.csv.asc', 2))).toContainEqual({
      dataName: 'users.csv.asc',
      manifestName: 'users.csv.manifest',
    });
  });
});

describe('isNameFor', () => {
  it.each([
    ['users.csv.asc', true],
    ['users-20260131T120000Z.csv.asc', true],
    ['users.csv', false],
    ['others.csv.asc', false],
    ['users-2026.csv.asc', false],
  ])('%s', (dataName, isOne) => {
    expect(isNameFor(dataName, 'users.csv')).toBe(isOne);
  });
});

describe('SentNames', () => {
  const facts: AttemptFacts = {
    account: 'a@h:22',
    directory: '',
    sourcePath: '/data/users.csv',
    sizeBytes: 10,
    modifiedMs: 1,
    manifestText: '{}',
    recipientFingerprint: 'F',
  };
  let profile: string;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'sealift-names-'));
  });
  afterEach(() => rm(profile, { recursive: true }));

  const reserve = async (change: Partial<AttemptFacts> = {}) =>
    (await SentNames.open(profile)).reserve('users.csv', { ...facts, ...change }, NOON);

  it('repeats an attempt that was not delivered under the same names', async () => {
    const first = await reserve();
    expect(first.isFresh).toBe(true);
    expect(await reserve()).toEqual({ ...first, isFresh: false });
    expect(first.jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('gives other names, and another id, after the first were found taken', async () => {
    const names = await SentNames.open(profile);
    const first = await names.reserve('users.csv', facts, NOON);
    await names.settle(facts, first, 'taken');
    const second = await reserve();
    expect(second).toMatchObject({ dataName: 'users-20260131T120000Z.csv.asc', isFresh: true });
    expect(second.jobId).not.toBe(first.jobId);
  });

  it('gives a delivered file new names, and other bytes too', async () => {
    const names = await SentNames.open(profile);
    const first = await names.reserve('users.csv', facts, NOON);
    const changed = await names.reserve('users.csv', { ...facts, sizeBytes: 11 }, NOON);
    await names.settle(facts, first, 'delivered');
    const again = await names.reserve('users.csv', facts, NOON);
    expect([first, changed, again].map(({ manifestName }) => manifestName)).toEqual([
      'users.csv.manifest',
      'users-20260131T120000Z.csv.manifest',
      'users-20260131T120001Z.csv.manifest',
    ]);
  });

  it('gives two runs at the same moment two names, or the same attempt one', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => SentNames.open(profile)));
    const given = await Promise.all(
      runs.map((names, at) =>
        names.reserve('users.csv', { ...facts, sizeBytes: Math.floor(at / 2) }, NOON),
      ),
    );
    expect(new Set(given.map(({ dataName }) => dataName)).size).toBe(4);
    given.forEach(({ dataName, jobId }, at) => {
      const other = given[at - (at % 2)];
      expect({ dataName, jobId }).toEqual({ dataName: other?.dataName, jobId: other?.jobId });
    });
    expect(given.filter(({ isFresh }) => isFresh)).toHaveLength(4);
  });

  it('counts names for each account apart', async () => {
    await reserve();
    expect(await reserve({ account: 'b@h:22' })).toMatchObject({ dataName: 'users.csv.asc' });
  });

  it('survives a line that a crash tore', async () => {
    await reserve();
    const path = join(profile, 'sent-names.jsonl');
    await appendFile(path, '{"attempt":"torn');
    await reserve({ account: 'b@h:22' });
    expect(await reserve({ account: 'b@h:22', sizeBytes: 99 })).toMatchObject({
      dataName: 'users-20260131T120000Z.csv.asc',
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain('/data/users.csv');
  });
});

describe('withFileName', () => {
  it('changes nothing else of a JSON manifest', () => {
    const text = '{\n\t"type": "event",   "fileName" : "a.csv.asc", "x": [1 , 2]\n}\n';
    expect(withFileName(text, 'b.csv.asc')).toBe(text.replace('a.csv.asc', 'b.csv.asc'));
  });

  it('gives any JSON manifest the new name, and nothing else', () => {
    const manifest = fc.record({
      columns: fc.dictionary(fc.string(), fc.record({ ctName: fc.string() })),
      fileName: fc.string(),
      clientEmail: fc.string(),
    });
    fc.assert(
      fc.property(manifest, fc.string(), fc.constantFrom(0, 2), (before, name, indent) => {
        const after: unknown = JSON.parse(withFileName(JSON.stringify(before, null, indent), name));
        expect(after).toEqual(JSON.parse(JSON.stringify({ ...before, fileName: name })));
      }),
    );
  });

  it('keeps the comments of a YAML manifest', () => {
    const text = '# weekly\ntype: event\nfileName: a.csv.asc # the data\n';
    const changed = withFileName(text, 'b.csv.asc');
    expect(parse(changed)).toEqual({ type: 'event', fileName: 'b.csv.asc' });
    expect(changed).toContain('# weekly');
  });
});
