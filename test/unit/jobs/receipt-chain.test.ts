/** The chain of receipts: what was altered, removed or cut off shows, and a crash does not look like it. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReceiptStore } from '../../../main/jobs/receipt-store.ts';
import type { SecretStore } from '../../../main/keys/secrets.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { receiptOf } from './receipts.ts';

const ENTRY = 'receipt-chain';

let profile: string;
let secrets: SecretStore;
let isLocked: boolean;
beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'sealift-receipts-'));
  secrets = inMemory();
  isLocked = false;
});
afterEach(() => rm(profile, { recursive: true }));

/** The real stores are slow to open; test/integration/cli/receipts.test.ts uses one. */
function inMemory(): SecretStore {
  const entries = new Map<string, string>();
  return {
    get: async (name) => entries.get(name),
    set: async (name, value) => void entries.set(name, value),
    delete: async (name) => void entries.delete(name),
  };
}

const store = () =>
  new ReceiptStore(profile, () =>
    isLocked ? Promise.reject(new AppError('SECRETS_LOCKED')) : Promise.resolve(secrets),
  );
const receiptsPath = () => join(profile, 'receipts.jsonl');
const chainPath = () => join(profile, 'receipt-chain.jsonl');

async function deliver(...names: string[]): Promise<void> {
  for (const name of names) await store().add(receiptOf(name));
}

async function changeLines(path: string, change: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** The last link, without its voucher: the files as they were before the last `add` reached the chain. */
const withoutLastLink = () => changeLines(chainPath(), (lines) => lines.slice(0, -1));

async function problems(): Promise<string[]> {
  const { problems: found } = await store().verify();
  return found.map(({ kind, from, to, name }) => `${kind} ${from}-${to} ${name ?? ''}`.trim());
}

test('nothing is wrong with receipts that are as they were', async () => {
  await deliver('a.csv', 'b.csv', 'c.csv');
  expect(await store().verify()).toMatchObject({
    ...{ state: 'whole', receipts: 3, chained: 3, before: 0, found: 0, pending: 0, problems: [] },
    holdsFrom: { number: 1 },
  });
});

test('a profile that has delivered nothing has no chain, and verifying makes none', async () => {
  expect(await store().verify()).toMatchObject({ state: 'none' });
  expect(await secrets.get(ENTRY)).toBeUndefined();
});

test('an altered receipt shows, and the chain holds after it', async () => {
  await deliver('a.csv', 'b.csv', 'c.csv');
  await changeLines(receiptsPath(), (lines) =>
    lines.map((line) =>
      line.replace('"sourceName":"b.csv","rows":2', '"sourceName":"b.csv","rows":3'),
    ),
  );
  expect(await problems()).toEqual(['altered 2-2 b.csv']);
  expect((await store().verify()).holdsFrom?.number).toBe(3);
  // The altered one gets no link of its own by being there.
  expect(await store().verify()).toMatchObject({ chained: 3, pending: 1 });
});

test('a removed receipt shows by its name', async () => {
  await deliver('a.csv', 'b.csv', 'c.csv');
  await changeLines(receiptsPath(), ([first, , third]) => [first!, third!]);
  expect(await problems()).toEqual(['removed 2-2 b.csv']);
});

test('receipts that were cut off with their links show, also after the next delivery', async () => {
  await deliver('a.csv', 'b.csv', 'c.csv');
  const links = (await readFile(chainPath(), 'utf8')).split('\n');
  await changeLines(receiptsPath(), ([first]) => [first!]);
  await writeFile(chainPath(), `${links.slice(0, 2).join('\n')}\n`);
  expect(await problems()).toEqual(['cut-off 2-3']);
  expect((await store().verify()).holdsFrom).toBeUndefined();
  await deliver('d.csv');
  expect(await problems()).toEqual(['links-removed 2-3']);
  expect((await store().verify()).holdsFrom?.number).toBe(4);
});

test('a whole chain that was put away shows', async () => {
  await deliver('a.csv', 'b.csv');
  await rm(receiptsPath());
  await rm(chainPath());
  expect(await problems()).toEqual(['cut-off 1-2']);
});

test('a link that was altered shows, and so do receipts in another order or there twice', async () => {
  await deliver('a.csv', 'b.csv', 'c.csv');
  await changeLines(receiptsPath(), ([a, b, c]) => [b!, a!, c!]);
  expect(await problems()).toEqual(['moved 2-2 b.csv']);
  await changeLines(receiptsPath(), ([b, a, c]) => [a!, b!, c!, c!]);
  expect(await problems()).toEqual(['repeated 3-3 c.csv']);
  await changeLines(receiptsPath(), (lines) => lines.slice(0, 3));
  await changeLines(chainPath(), (lines) =>
    lines.map((line) => line.replace('"b.csv"', '"x.csv"')),
  );
  expect(await problems()).toEqual(['link-altered 2-2 x.csv']);
});

test('receipts of before the chain are told apart, and guarded from then on', async () => {
  const older = new ReceiptStore(profile);
  await older.add(receiptOf('old.csv'));
  await deliver('new.csv');
  expect(await store().verify()).toMatchObject({ state: 'whole', chained: 2, before: 1 });
  await deliver('newer.csv');
  expect(await store().verify()).toMatchObject({ chained: 3, before: 1, found: 0 });
  await changeLines(receiptsPath(), (lines) => lines.slice(1));
  expect(await problems()).toEqual(['removed 1-1 old.csv']);
});

test('a stop between the receipt and its link is no tampering', async () => {
  await deliver('a.csv');
  const before = (await secrets.get(ENTRY))!;
  await deliver('b.csv');
  await withoutLastLink();
  await secrets.set(ENTRY, before);
  expect(await store().verify()).toMatchObject({ state: 'whole', chained: 2, found: 0 });
});

test('a stop between the link and the head is no tampering, and is completed', async () => {
  await deliver('a.csv');
  const before = (await secrets.get(ENTRY))!;
  await deliver('b.csv');
  const after = (await secrets.get(ENTRY))!;
  await secrets.set(ENTRY, before);
  expect(await store().settle()).toBe(true);
  expect(await secrets.get(ENTRY)).toBe(after);
  expect(await problems()).toEqual([]);
});

test('a line torn by a crash swallows neither the next receipt nor the next link', async () => {
  await deliver('a.csv');
  await appendFile(receiptsPath(), '{"id":"torn');
  await appendFile(chainPath(), '{"type":"link","num');
  await deliver('b.csv', 'c.csv');
  expect(await store().verify()).toMatchObject({ state: 'whole', receipts: 3, chained: 3 });
});

test('a line torn by a crash swallows no link that is made at the unlock', async () => {
  await deliver('a.csv');
  isLocked = true;
  await store().add(receiptOf('b.csv'));
  isLocked = false;
  await appendFile(chainPath(), '{"type":"link","num');
  expect(await store().settle()).toBe(true);
  expect(await store().verify()).toMatchObject({ state: 'whole', chained: 2, found: 1 });
});

test('a delivery that ends while the keys are locked leaves a receipt, chained at the unlock', async () => {
  await deliver('a.csv');
  const receipt = receiptOf('b.csv');
  const vouching = await store().vouching(receipt.id);
  isLocked = true;
  expect(await store().add(receipt, vouching)).toBe(false);
  expect((await store().list()).map(({ sourceName }) => sourceName)).toEqual(['b.csv', 'a.csv']);
  await expect(store().verify()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' });
  isLocked = false;
  expect(await store().verify()).toMatchObject({ state: 'whole', chained: 2, found: 0 });
});

test('a receipt that somebody slipped in while the keys were locked is not taken for a delivery', async () => {
  await deliver('a.csv');
  const other = receiptOf('mine.csv');
  const vouching = (await store().vouching(other.id))!;
  isLocked = true;
  await store().add(receiptOf('forged.csv'), vouching);
  isLocked = false;
  expect(await store().verify()).toMatchObject({ chained: 2, found: 1 });
});

test('two processes that deliver at the same moment make one chain', async () => {
  await deliver('a.csv');
  await Promise.all(['b', 'c', 'd', 'e'].map((name) => store().add(receiptOf(`${name}.csv`))));
  expect(await store().verify()).toMatchObject({ state: 'whole', chained: 5, found: 0 });
});

test('a lost key is told, and a new chain begins after it', async () => {
  await deliver('a.csv', 'b.csv');
  await secrets.delete(ENTRY);
  await deliver('c.csv');
  expect(await problems()).toEqual(['key-lost 1-2']);
  expect((await store().verify()).holdsFrom?.number).toBe(3);
});
