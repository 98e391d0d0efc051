/**
 * What imports bring: events and profiles. Rows are staged under their import and seen by nobody
 * until `publish`, which runs in the transaction that also writes the import's verdict.
 */
import type { Database, Queries } from './database.ts';
import { define } from './define.ts';
import { identityHash } from './migrations.ts';
import { Stage } from './stage.ts';
import type { IdentityKind, ProfileChange, PropertyValue } from './stage.ts';

export type ProfileProperties = Record<string, PropertyValue | PropertyValue[]>;

export interface StoredEvent {
  readonly id: number;
  readonly importId: string;
  readonly row: number;
  readonly identity: string;
  readonly identities: Readonly<Record<string, string>>;
  readonly name: string;
  readonly ts: number;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

export interface StoredProfile {
  readonly identity: string;
  readonly identities: Readonly<Record<string, string>>;
  readonly properties: ProfileProperties;
  readonly updatedAt: string;
}

const PUBLISH_BATCH = 1000;

/** What profiles are found by: an identity itself may be too long for an index. */
function hashOf(identity: string): string {
  return `sha256(convert_to(${identity}, 'UTF8'))`;
}

export class Rows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Before an import is run, for the first time or again: removes what an earlier run staged. */
  async begin(queries: Queries, importId: string): Promise<void> {
    await this.discard(queries, importId);
    await queries.query(`UPDATE imports SET events_from = nextval('event_ids') WHERE id = $1`, [
      importId,
    ]);
  }

  stage(importId: string, accountId: string): Promise<Stage> {
    return Stage.open(this.#database, importId, accountId);
  }

  /** Removes what an import staged: before it is run again, and when it failed. */
  async discard(queries: Queries, importId: string): Promise<void> {
    await queries.query(
      `DELETE FROM events WHERE import_id = $1
         AND id >= (SELECT events_from FROM imports WHERE imports.id = $1)`,
      [importId],
    );
    await queries.query('DELETE FROM staged_profiles WHERE import_id = $1', [importId]);
  }

  /** Applies the staged profiles in row order. Events need no step: their import turns visible. */
  async publish(queries: Queries, importId: string, accountId: string): Promise<void> {
    let after = 0;
    for (;;) {
      const batch = await queries.query<StagedProfileRow>(
        `SELECT row_number::float8 AS row, identity_kind, identity, identities::json AS identities,
           changes::json AS changes
         FROM staged_profiles WHERE import_id = $1 AND row_number > $2
         ORDER BY row_number LIMIT $3`,
        [importId, after, PUBLISH_BATCH],
      );
      if (batch.length === 0) break;
      await mergeProfiles(queries, accountId, batch);
      after = batch.at(-1)!.row;
    }
    await queries.query('DELETE FROM staged_profiles WHERE import_id = $1', [importId]);
  }

  /** Oldest first; `after` is the id of the last event seen. */
  async events(
    accountId: string,
    filter: { identity?: string; name?: string; after?: number; limit: number },
  ): Promise<StoredEvent[]> {
    return this.#database.query<StoredEvent>(
      `SELECT e.id::float8 AS id, e.import_id AS "importId", e.row_number::float8 AS row,
         e.identity, e.identities::json AS identities, e.name, e.ts::float8 AS ts,
         e.properties::json AS properties
       FROM events e JOIN imports i ON i.id = e.import_id AND i.visible
       WHERE e.account_id = $1 AND ($2::text IS NULL OR e.identity = $2::text
           AND ${identityHash('e.identity')} = ${identityHash('$2::text')})
         AND ($3::text IS NULL OR e.name = $3::text) AND e.id > $4::bigint
       ORDER BY e.id LIMIT $5`,
      [accountId, filter.identity ?? null, filter.name ?? null, filter.after ?? 0, filter.limit],
    );
  }

  async profile(accountId: string, identity: string): Promise<StoredProfile | undefined> {
    const [row] = await this.#database.query<Omit<StoredProfile, 'updatedAt'> & { updated: Date }>(
      `SELECT identity, identities, properties, updated_at AS updated FROM profiles
       WHERE account_id = $1 AND identity_sha256 = ${hashOf('$2::text')}
       ORDER BY identity_kind = 'identity' DESC, identity_kind LIMIT 1`,
      [accountId, identity],
    );
    if (!row) return undefined;
    const { updated, ...profile } = row;
    return { ...profile, updatedAt: updated.toISOString() };
  }

  async stats(accountId: string): Promise<{ events: number; profiles: number; imports: number }> {
    const [row] = await this.#database.query<{ events: number; profiles: number; imports: number }>(
      `SELECT
         (SELECT count(*) FROM events e JOIN imports i ON i.id = e.import_id AND i.visible
          WHERE e.account_id = $1)::float8 AS events,
         (SELECT count(*) FROM profiles WHERE account_id = $1)::float8 AS profiles,
         (SELECT count(*) FROM imports WHERE account_id = $1)::float8 AS imports`,
      [accountId],
    );
    return row!;
  }
}

interface StagedProfileRow {
  row: number;
  identity_kind: IdentityKind;
  identity: string;
  identities: Record<string, string>;
  changes: ProfileChange[];
}

interface MergedProfile {
  kind: IdentityKind;
  identity: string;
  identities: Record<string, string>;
  properties: ProfileProperties;
}

async function mergeProfiles(
  queries: Queries,
  accountId: string,
  batch: readonly StagedProfileRow[],
): Promise<void> {
  const merged = new Map<string, MergedProfile>();
  const wanted = batch.map((row) => ({ kind: row.identity_kind, identity: row.identity }));
  const existing = await queries.query<MergedProfile>(
    `SELECT p.identity_kind AS kind, p.identity, p.identities, p.properties FROM profiles p
     JOIN (SELECT DISTINCT kind, identity FROM json_to_recordset($2::json) AS r(kind text, identity text)) w
       ON w.kind = p.identity_kind AND ${hashOf('w.identity')} = p.identity_sha256
     WHERE p.account_id = $1`,
    [accountId, JSON.stringify(wanted)],
  );
  for (const profile of existing) merged.set(profileKey(profile.kind, profile.identity), profile);
  for (const row of batch) {
    const key = profileKey(row.identity_kind, row.identity);
    const profile = merged.get(key) ?? {
      kind: row.identity_kind,
      identity: row.identity,
      identities: {},
      properties: {},
    };
    Object.assign(profile.identities, row.identities);
    for (const change of row.changes) applyChange(profile.properties, change);
    merged.set(key, profile);
  }
  await queries.query(
    `INSERT INTO profiles (account_id, identity_kind, identity, identity_sha256, identities, properties, updated_at)
     SELECT $1, r.kind, r.identity, ${hashOf('r.identity')}, r.identities, r.properties, now()
     FROM json_to_recordset($2::json) AS r(kind text, identity text, identities jsonb, properties jsonb)
     ON CONFLICT (account_id, identity_kind, identity_sha256) DO UPDATE
       SET identities = excluded.identities, properties = excluded.properties, updated_at = now()`,
    [accountId, JSON.stringify([...merged.values()])],
  );
}

/** `$add` and `$remove` make a property a set of values; `$set` replaces it; `$delete` drops it. */
function applyChange(properties: ProfileProperties, change: ProfileChange): void {
  const current = Object.hasOwn(properties, change.name) ? properties[change.name] : undefined;
  const values = current === undefined ? [] : Array.isArray(current) ? current : [current];
  switch (change.operation) {
    case '$set':
      define<PropertyValue | PropertyValue[]>(properties, change.name, change.value);
      return;
    case '$add':
      define<PropertyValue | PropertyValue[]>(properties, change.name, [
        ...new Set([...values, change.value]),
      ]);
      return;
    case '$remove':
      define<PropertyValue | PropertyValue[]>(
        properties,
        change.name,
        values.filter((value) => value !== change.value),
      );
      return;
    case '$delete':
      delete properties[change.name];
  }
}

function profileKey(kind: string, identity: string): string {
  return `${kind}\0${identity}`;
}
