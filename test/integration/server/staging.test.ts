/** Rows on their way into the database, on both engines: every text, every number, more than one batch, and again. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../server/store/database.ts';
import { migrate } from '../../../server/store/migrations.ts';
import { Rows } from '../../../server/store/rows.ts';
import type { StagedEvent } from '../../../server/store/stage.ts';
import { useEngines } from './engines.ts';

const RECEIVER = 'receiver';
const ACCOUNT = 'account';
const BEFORE_BLOCKS_OF_IDS = 8;
const MORE_THAN_A_BATCH = 5000;
const TEXTS = [
  'plain',
  'tab\tnew\nline\r\\backslash "quote" \u0001',
  'Zoë 漢字 😀',
  'ü'.repeat(40),
  'x'.repeat(3_000_000),
];

function event(row: number, identity: string, more: Partial<StagedEvent> = {}): StagedEvent {
  const who = { kind: 'identity', value: identity, all: { identity } } as const;
  return { row, identity: who, name: 'Bought', ts: 1, properties: {}, ...more };
}

describe.each(useEngines())('%s', (_, start) => {
  let database: Database;
  let rows: Rows;
  /** Imports of an earlier version: one that was under way, and one that had its verdict. */
  let before: string;
  let finishedBefore: string;
  beforeAll(async () => {
    database = await start();
    await migrate(database, RECEIVER, BEFORE_BLOCKS_OF_IDS);
    await database.query(`INSERT INTO accounts (id, email) VALUES ($1, 'a@b.example')`, [ACCOUNT]);
    before = await addImport(false);
    finishedBefore = await addImport(true);
    for (const id of [before, finishedBefore]) {
      await database.query(
        `INSERT INTO events (import_id, account_id, row_number, identity, identities, name, ts, properties)
         SELECT $1, $2, row, 'old', '{"identity":"old"}', 'Bought', 5, '{"price":1.5}'
         FROM generate_series(1, 3) row`,
        [id, ACCOUNT],
      );
    }
    await migrate(database, RECEIVER);
    rows = new Rows(database);
  });
  afterAll(() => database.close());

  async function addImport(visible: boolean): Promise<string> {
    const id = randomUUID();
    await database.query(
      `INSERT INTO imports (id, account_id, manifest, folder, manifest_sha256, manifest_bytes,
         holds_name, move_state, file_name, data_complete, status, visible, receiver)
       VALUES ($1, $2, $3, '', '', '', true, 'moved', 'a.csv', true, 'imported', $4, $5)`,
      [id, ACCOUNT, `${id}.manifest`, visible, RECEIVER],
    );
    return id;
  }

  async function stageAll(importId: string, events: Iterable<StagedEvent>): Promise<void> {
    const stage = await rows.stage(importId, ACCOUNT);
    for (const one of events) {
      stage.event(one);
      if (stage.isFull) await stage.flush();
    }
    await stage.finish();
  }

  it('keeps the events of an earlier version, with their ids, before all later ones', async () => {
    await stageAll(finishedBefore, [event(4, 'old')]);
    const found = await rows.events(ACCOUNT, { identity: 'old', limit: 10 });
    expect(found.map(({ row }) => row)).toEqual([1, 2, 3, 4]);
    expect(found.slice(0, 3).map(({ id }) => id)).toEqual([4, 5, 6]);
    expect(found[0]).toMatchObject({ identities: { identity: 'old' }, properties: { price: 1.5 } });
  });

  it('gives back what was staged, to the character and the digit', async () => {
    const id = await addImport(true);
    const ts = 9_999_999_999;
    const staged = TEXTS.map((text, index) =>
      event(index + 1, `u-${index}`, {
        name: text.slice(0, 100),
        ts,
        properties: { text, [text.slice(0, 50)]: -1.5e-7, __proto__name: true },
      }),
    );
    await stageAll(id, staged);
    for (const one of staged) {
      const [found] = await rows.events(ACCOUNT, { identity: one.identity.value, limit: 10 });
      expect(found).toMatchObject({ importId: id, row: one.row, name: one.name, ts });
      expect(found?.properties).toEqual(one.properties);
      expect(found?.identities).toEqual(one.identity.all);
    }
  });

  it('numbers rows in their order over many batches, beside another import', async () => {
    const [one, other] = [await addImport(true), await addImport(true)];
    const many = function* (identity: string): Generator<StagedEvent> {
      for (let row = 1; row <= MORE_THAN_A_BATCH; row += 1) yield event(row, identity);
    };
    await Promise.all([stageAll(one, many('one')), stageAll(other, many('other'))]);
    for (const identity of ['one', 'other']) {
      const found = await rows.events(ACCOUNT, { identity, limit: 2 * MORE_THAN_A_BATCH });
      expect(found.map(({ row }) => row)).toEqual(
        Array.from({ length: MORE_THAN_A_BATCH }, (_none, index) => index + 1),
      );
    }
    const all = await rows.events(ACCOUNT, { limit: 100_000 });
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('removes what an earlier run staged, that of an earlier version too, and nothing else', async () => {
    const kept = await addImport(true);
    const again = await addImport(true);
    await database.transaction((queries) => rows.begin(queries, again));
    await stageAll(again, [event(1, 'again')]);
    await stageAll(kept, [event(1, 'kept')]);
    await stageAll(again, [event(2, 'again')]);
    for (const id of [again, before]) {
      await database.transaction((queries) => rows.begin(queries, id));
      const left = await database.query('SELECT id FROM events WHERE import_id = $1', [id]);
      expect(left).toEqual([]);
    }
    expect(await rows.events(ACCOUNT, { identity: 'kept', limit: 2 })).toHaveLength(1);
    await stageAll(again, [event(1, 'again')]);
    expect(await rows.events(ACCOUNT, { identity: 'again', limit: 2 })).toHaveLength(1);
  });

  it('takes a batch whole or not at all, and goes on after one that was refused', async () => {
    const id = await addImport(true);
    const bad = stageAll(id, [
      event(1, 'before-bad'),
      event(2, 'with\0NUL'),
      event(3, 'after-bad'),
    ]);
    await expect(bad).rejects.toThrow(/0x00/);
    expect(await rows.events(ACCOUNT, { identity: 'before-bad', limit: 2 })).toEqual([]);
    await stageAll(id, [event(1, 'after-bad')]);
    expect(await rows.events(ACCOUNT, { identity: 'after-bad', limit: 2 })).toHaveLength(1);
  });

  it('undoes a batch with the transaction that it was part of', async () => {
    const id = await addImport(true);
    const failing = database.transaction(async (queries) => {
      const within = { ...database, ...queries };
      const stage = await new Rows(within).stage(id, ACCOUNT);
      stage.event(event(1, 'undone'));
      await stage.finish();
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await rows.events(ACCOUNT, { identity: 'undone', limit: 2 })).toEqual([]);
  });
});
