/** What is noted of the parts of a delivery: it stands across a crash, and as long as something may have arrived. */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PartJournal } from '../../../main/jobs/part-journal.ts';
import type { Cut, JournalPlace } from '../../../main/jobs/part-journal.ts';
import { partNames } from '../../../main/jobs/send-names.ts';
import { receipt as receiptSchema } from '../../../shared/contract/domain-schemas.ts';

let place: JournalPlace;
beforeEach(async () => {
  place = { journalDir: await mkdtemp(join(tmpdir(), 'sealift-journal-')), jobId: randomUUID() };
});
afterEach(() => rm(place.journalDir, { recursive: true }));

const cutOf = (count: number): Cut => ({
  plainBytes: 30,
  plainSha256: 'whole',
  parts: partNames('users.csv.asc', count).map((names, index) => ({
    rows: index + 1,
    plainBytes: 10,
    plainSha256: `part ${index + 1}`,
    ...names,
  })),
});
const sent = (part: number) => ({
  data: { name: `data ${part}`, sizeBytes: part, sha256: 'd' },
  manifest: { name: `manifest ${part}`, sizeBytes: part, sha256: 'm' },
  hostKeySha256: 'SHA256:x',
});
const reopened = () => PartJournal.open(place);

test('a cut does not stand before a part may have arrived', async () => {
  const journal = await reopened();
  expect(journal.standing).toBeUndefined();
  await journal.noteCut(cutOf(3));
  expect((await reopened()).standing).toBeUndefined();
  expect(await PartJournal.usedNames(place.journalDir)).toEqual([]);
  await PartJournal.discard(place);
  expect((await reopened()).partCount).toBe(0);
});

test('a cut stands once a part may have arrived, and its names are used up', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(3));
  await journal.noteConfirming(1, sent(1));
  const again = await reopened();
  expect(again.standing).toEqual(cutOf(3));
  expect([again.mayHaveArrived(1), again.isDelivered(1), again.mayHaveArrived(2)]).toEqual([
    true,
    false,
    false,
  ]);
  await PartJournal.discard(place);
  const names = await PartJournal.usedNames(place.journalDir);
  expect(names.map(({ dataName }) => dataName)).toContain('users.part-03-of-03.csv.asc');
  expect(await PartJournal.usedNames(place.journalDir, place.jobId)).toEqual([]);
});

test('a whole file that may have arrived may be sealed anew', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(1));
  await journal.noteConfirming(1, sent(1));
  expect((await reopened()).standing).toBeUndefined();
  await (await reopened()).noteCut(cutOf(1));
  expect((await reopened()).mayHaveArrived(1)).toBe(true);
});

test('all parts delivered are the receipt, a torn line notwithstanding', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(2));
  await journal.noteConfirming(1, sent(1));
  await journal.noteDelivered(1);
  await appendFile(join(place.journalDir, `${place.jobId}.jsonl`), '\n{"v":1,"type":"deliv');
  const next = await reopened();
  expect(next.delivered).toBeUndefined();
  expect(next.deliveredCount).toBe(1);
  await next.noteConfirming(2, sent(2));
  await next.noteDelivered(2);
  const { delivered } = await reopened();
  expect(delivered?.hostKeySha256).toBe('SHA256:x');
  expect(delivered?.parts).toMatchObject([
    { rows: 1, plainSha256: 'part 1', data: { name: 'data 1' } },
    { rows: 2, plainSha256: 'part 2', manifest: { name: 'manifest 2' } },
  ]);
  await PartJournal.forget(place);
  expect((await reopened()).partCount).toBe(0);
});

test('a receipt of the time before parts is one with one part', () => {
  const file = { name: 'n', sizeBytes: 1, sha256: 's' };
  const common = {
    ...{ id: 'i', sourceName: 'users.csv', plainBytes: 5, plainSha256: 'p', rows: 2 },
    ...{ keyId: 'k', recipientFingerprint: 'f', host: 'h', port: 22, username: 'u' },
    ...{ directory: '', hostKeySha256: 'x', startedAt: 's', finishedAt: 'e' },
  };
  const part = { rows: 2, plainBytes: 5, plainSha256: 'p', data: file, manifest: file };
  const now = { ...common, parts: [part] };
  expect(receiptSchema.parse({ ...common, data: file, manifest: file })).toEqual(now);
  expect(receiptSchema.parse(now)).toEqual(now);
  expect(receiptSchema.safeParse(common).success).toBe(false);
});

test('what lies sealed is known after a crash, until it is sealed anew', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(3));
  expect((await reopened()).sealed).toBeUndefined();
  const files = [1, 2, 3].map((part) => ({ part, sizeBytes: part * 10 }));
  await journal.noteSealed(files);
  expect((await reopened()).sealed).toEqual({ cut: cutOf(3), files });
  await journal.noteConfirming(1, sent(1));
  await journal.noteDelivered(1);
  expect((await reopened()).sealed?.files).toEqual(files.slice(1));
  await (await reopened()).noteUnsealed();
  expect((await reopened()).sealed).toBeUndefined();
});

test('whether a part arrived is open from the last step on, until that is known or the user was told', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(4));
  const uncertain = async () => (await reopened()).uncertain.map(({ part }) => part);
  for (const part of [1, 2, 3, 4]) await journal.noteConfirming(part, sent(part));
  expect(await uncertain()).toEqual([1, 2, 3, 4]);
  await journal.noteDelivered(1);
  await journal.noteWithdrawn(2);
  await journal.noteTold(3);
  expect(await uncertain()).toEqual([4]);
  expect((await reopened()).mayHaveArrived(3)).toBe(true);
  await journal.noteConfirming(3, sent(3));
  expect(await uncertain()).toEqual([3, 4]);
});

test('another file under the same names is not taken for what may have arrived', async () => {
  const journal = await reopened();
  await journal.noteCut(cutOf(1));
  await journal.noteConfirming(1, sent(1));
  await journal.noteCut({ ...cutOf(1), plainSha256: 'other' });
  expect((await reopened()).mayHaveArrived(1)).toBe(false);
});
