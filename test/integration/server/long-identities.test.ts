/** Identities and keys as long as they may be, on both engines: longer than an entry of an index may be. */
import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../server/store/database.ts';
import { migrate } from '../../../server/store/migrations.ts';
import { Rows } from '../../../server/store/rows.ts';
import type { RowIdentity, StagedProfile } from '../../../server/store/stage.ts';
import { useEngines } from './engines.ts';

/** One less than the identities that are refused. */
const MAX_CHARACTERS = 1023;
const BEFORE_LONG_IDENTITIES = 7;
const RECEIVER = 'receiver';

/** Three bytes a character, and nothing in it that compresses. */
function longIdentity(): string {
  const units = Array.from({ length: MAX_CHARACTERS }, () => randomInt(0x4e00, 0x9fff));
  return String.fromCharCode(...units);
}

describe.each(useEngines())('%s', (_, start) => {
  let database: Database;
  let rows: Rows;
  const account = 'account';
  const importId = randomUUID();
  const old = identityOf('u-before');
  beforeAll(async () => {
    database = await start();
    await migrate(database, RECEIVER, BEFORE_LONG_IDENTITIES);
    await database.query(`INSERT INTO accounts (id, email) VALUES ($1, 'a@b.example')`, [account]);
    await database.query(
      `INSERT INTO profiles (account_id, identity_kind, identity, identities, properties, updated_at)
       VALUES ($1, 'identity', $2, '{}', '{"from":"before"}', now())`,
      [account, old.value],
    );
    await migrate(database, RECEIVER);
    await database.query(
      `INSERT INTO imports (id, account_id, manifest, folder, manifest_sha256, manifest_bytes,
         holds_name, move_state, file_name, data_complete, status, visible, receiver)
       VALUES ($1, $2, 'a.manifest', '', '', '', true, 'moved', 'a.csv', true, 'imported', true, $3)`,
      [importId, account, RECEIVER],
    );
    rows = new Rows(database);
  });
  afterAll(() => database.close());

  it('keeps events of an identity that is too long for an index, and finds them', async () => {
    const identity = identityOf(longIdentity());
    // Alike for longer than the index looks.
    const other = identityOf(`${identity.value.slice(0, -1)}x`);
    const event = { name: 'Bought', ts: 1, properties: {} };
    const stage = await rows.stage(importId, account);
    stage.event({ row: 1, identity, ...event });
    stage.event({ row: 2, identity: other, ...event });
    await stage.finish();
    const found = await rows.events(account, { identity: identity.value, limit: 10 });
    expect(found.map(({ row }) => row)).toEqual([1]);
  });

  async function stageProfile(profile: StagedProfile): Promise<void> {
    const stage = await rows.stage(importId, account);
    stage.profile(profile);
    await stage.finish();
  }

  it('keeps profiles of them apart, and merges each with its own', async () => {
    const first = identityOf(longIdentity());
    const second = identityOf(`${first.value.slice(0, -1)}x`);
    const stage = async (identity: RowIdentity, name: string): Promise<void> => {
      const changes = [{ name, operation: '$set' as const, value: name }];
      await stageProfile({ row: 1, identity, changes });
      await database.transaction((queries) => rows.publish(queries, importId, account));
    };
    await stage(first, 'a');
    await stage(second, 'b');
    await stage(first, 'c');
    expect((await rows.profile(account, first.value))?.properties).toEqual({ a: 'a', c: 'c' });
    expect((await rows.profile(account, second.value))?.properties).toEqual({ b: 'b' });
  });

  it('finds and changes the profiles that were there before', async () => {
    expect((await rows.profile(account, old.value))?.properties).toEqual({ from: 'before' });
    const changes = [{ name: 'new', operation: '$set' as const, value: 1 }];
    await stageProfile({ row: 9, identity: old, changes });
    await database.transaction((queries) => rows.publish(queries, importId, account));
    const { properties } = (await rows.profile(account, old.value)) ?? {};
    expect(properties).toEqual({ from: 'before', new: 1 });
  });

  it('keeps a long SSH key once', async () => {
    // The size of an RSA key of 16384 bits, the longest that OpenSSH makes.
    const blob = Buffer.from(longIdentity()).toString('base64').slice(0, 2764);
    const add = (): Promise<unknown> =>
      database.query(
        `INSERT INTO ssh_keys (id, account_id, name, type, blob, sha256) VALUES ($1, $2, 'k', 'ssh-rsa', $3, 'SHA256:x')`,
        [randomUUID(), account, blob],
      );
    await add();
    await expect(add()).rejects.toMatchObject({ code: '23505' });
  });
});

function identityOf(value: string): RowIdentity {
  return { kind: 'identity', value, all: { identity: value } };
}
