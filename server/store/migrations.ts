/**
 * The schema, as numbered steps. A step that was released is never changed: a new one follows.
 * Each runs once, in a transaction with the note that it ran.
 */
import type { Database } from './database.ts';
import { SDS_FILE_TABLES } from './sds-file-schema.ts';
import { SDS_TABLES } from './sds-schema.ts';

interface Migration {
  readonly id: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Guards the schema against two servers starting on one PostgreSQL at the same moment. */
const ADVISORY_LOCK = 7_325_483;
/** Within a step: the data folder of the server that runs it. */
const RECEIVER_SETTING = 'sealift.receiver';

/** Of an identity, in the index of events that step 8 makes: at most 1,024 bytes. */
const INDEXED_CHARACTERS = 256;
/** What one value of the sequence `event_ids` stands for: the ids from it on, this many. */
export const EVENT_IDS_AT_ONCE = 2048;
/** What events are found by: an identity itself may be too long for an index, and a number is faster. */
export function identityHash(identity: string): string {
  return `hashtextextended(${identity}, 0)`;
}

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: 'accounts, keys, imports, rows, mail',
    statements: [
      `CREATE TABLE settings (name text PRIMARY KEY, sealed bytea NOT NULL)`,
      `CREATE TABLE accounts (
        id text PRIMARY KEY,
        email text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        seq bigint GENERATED ALWAYS AS IDENTITY)`,
      `CREATE TABLE ssh_keys (
        id uuid PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts,
        name text NOT NULL,
        type text NOT NULL,
        blob text NOT NULL,
        sha256 text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (account_id, blob))`,
      `CREATE TABLE pgp_keys (
        key_id uuid PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts,
        fingerprint text NOT NULL,
        user_id text NOT NULL,
        public_armored text NOT NULL,
        sealed_private bytea NOT NULL,
        sealed_passphrase bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (account_id, fingerprint))`,
      // `holds_name`: false for a manifest that was refused because its name was taken.
      // `move_state`: whether the data file has left the account's folder (see ingest/pick-up).
      // `visible`: whether the rows of this import may be seen; set once, at its end.
      `CREATE TABLE imports (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        account_id text NOT NULL REFERENCES accounts,
        manifest text NOT NULL,
        folder text NOT NULL,
        manifest_sha256 text NOT NULL,
        manifest_bytes bytea NOT NULL,
        holds_name boolean NOT NULL,
        move_state text NOT NULL CHECK (move_state IN ('moving', 'moved')),
        file_name text NOT NULL,
        data_complete boolean NOT NULL,
        type text,
        encrypted boolean NOT NULL DEFAULT false,
        key_id uuid,
        status text NOT NULL,
        visible boolean NOT NULL DEFAULT false,
        row_count bigint NOT NULL DEFAULT 0,
        accepted bigint NOT NULL DEFAULT 0,
        rejected bigint NOT NULL DEFAULT 0,
        sealed_problems bytea,
        received_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz)`,
      `CREATE UNIQUE INDEX imports_name ON imports (account_id, manifest) WHERE holds_name`,
      `CREATE INDEX imports_order ON imports (account_id, seq)`,
      `CREATE TABLE events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        import_id uuid NOT NULL REFERENCES imports,
        account_id text NOT NULL,
        row_number bigint NOT NULL,
        identity text NOT NULL,
        identities jsonb NOT NULL,
        name text NOT NULL,
        ts bigint NOT NULL,
        properties jsonb NOT NULL,
        UNIQUE (import_id, row_number))`,
      `CREATE INDEX events_identity ON events (account_id, identity, id)`,
      `CREATE TABLE staged_profiles (
        import_id uuid NOT NULL REFERENCES imports,
        row_number bigint NOT NULL,
        identity_kind text NOT NULL,
        identity text NOT NULL,
        identities jsonb NOT NULL,
        changes jsonb NOT NULL,
        PRIMARY KEY (import_id, row_number))`,
      `CREATE TABLE profiles (
        account_id text NOT NULL REFERENCES accounts,
        identity_kind text NOT NULL,
        identity text NOT NULL,
        identities jsonb NOT NULL,
        properties jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, identity_kind, identity))`,
      `CREATE TABLE outgoing_mail (
        id text PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        sealed bytea NOT NULL)`,
      `CREATE TABLE mail (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        message_id text NOT NULL,
        recipient text NOT NULL,
        sealed_subject bytea NOT NULL,
        sealed_message bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (message_id, recipient))`,
      `CREATE TABLE unfinished_uploads (
        account_id text NOT NULL REFERENCES accounts,
        path text NOT NULL,
        PRIMARY KEY (account_id, path))`,
    ],
  },
  {
    id: 2,
    name: 'webhooks',
    statements: [
      `CREATE TABLE webhooks (
        account_id text PRIMARY KEY REFERENCES accounts,
        sealed bytea NOT NULL)`,
      `CREATE TABLE webhook_calls (
        id text PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        account_id text NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        sealed bytea NOT NULL,
        failures int NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now())`,
      `CREATE INDEX webhook_calls_order ON webhook_calls (account_id, seq)`,
    ],
  },
  {
    id: 3,
    name: 'sources',
    statements: [
      `CREATE TABLE sources (
        id uuid PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts,
        url text NOT NULL,
        host_key_sha256 text NOT NULL,
        pattern text,
        cron text,
        time_zone text,
        public_key text NOT NULL,
        sealed_private bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        run_at timestamptz,
        run_fetched int NOT NULL DEFAULT 0,
        run_problem text)`,
    ],
  },
  { id: 4, name: 'secure data storage', statements: SDS_TABLES },
  {
    id: 5,
    name: 'activity, mail addresses',
    statements: [
      `CREATE TABLE activity (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts,
        at timestamptz NOT NULL DEFAULT now(),
        kind text NOT NULL,
        problem boolean NOT NULL,
        import_id uuid,
        message text NOT NULL)`,
      `CREATE INDEX activity_order ON activity (account_id, id)`,
      `CREATE TABLE mail_addresses (
        account_id text NOT NULL REFERENCES accounts,
        address text NOT NULL,
        sealed_code bytea,
        tries int NOT NULL DEFAULT 0,
        asked_at timestamptz NOT NULL DEFAULT now(),
        confirmed_at timestamptz,
        PRIMARY KEY (account_id, address))`,
    ],
  },
  { id: 6, name: 'files of secure data storage', statements: SDS_FILE_TABLES },
  {
    id: 7,
    name: 'whose imports, mail, calls and uploads these are',
    // What is there already belongs to the server that runs this step.
    statements: [
      ...['imports', 'outgoing_mail', 'webhook_calls', 'unfinished_uploads'].flatMap((table) => [
        `ALTER TABLE ${table}
           ADD COLUMN receiver text NOT NULL DEFAULT current_setting('${RECEIVER_SETTING}')`,
        `ALTER TABLE ${table} ALTER COLUMN receiver DROP DEFAULT`,
      ]),
      `ALTER TABLE unfinished_uploads DROP CONSTRAINT unfinished_uploads_pkey,
         ADD PRIMARY KEY (receiver, account_id, path)`,
    ],
  },
  {
    // An index entry has room for some 2,700 bytes; 1,023 characters may have 3,069, an SSH key as many.
    id: 8,
    name: 'indexes over long identities and keys',
    statements: [
      `DROP INDEX events_identity`,
      `CREATE INDEX events_identity ON events (account_id, left(identity, ${INDEXED_CHARACTERS}), id)`,
      `ALTER TABLE profiles ADD COLUMN identity_sha256 bytea`,
      `UPDATE profiles SET identity_sha256 = sha256(convert_to(identity, 'UTF8'))`,
      `ALTER TABLE profiles DROP CONSTRAINT profiles_pkey`,
      `ALTER TABLE profiles ADD PRIMARY KEY (account_id, identity_kind, identity_sha256)`,
      `ALTER TABLE ssh_keys DROP CONSTRAINT ssh_keys_account_id_blob_key`,
      `ALTER TABLE ssh_keys ADD UNIQUE (account_id, sha256)`,
    ],
  },
  {
    // A row of an import costs what its indexes, checks and conversions cost. What no query looks into is text;
    // ids are given out in blocks; an import's own rows are found from its first id on. Its id needs no check:
    // rows are added by the run of an import that is in the journal, and imports are never removed.
    id: 9,
    name: 'rows that are fast to add',
    statements: [
      `DROP INDEX events_identity`,
      `ALTER TABLE events DROP CONSTRAINT events_import_id_fkey,
         DROP CONSTRAINT events_import_id_row_number_key,
         ALTER COLUMN id DROP IDENTITY,
         ALTER COLUMN identities TYPE text,
         ALTER COLUMN properties TYPE text`,
      `CREATE INDEX events_identity ON events (${identityHash('identity')}, id)`,
      `CREATE SEQUENCE event_ids INCREMENT BY ${EVENT_IDS_AT_ONCE}`,
      `SELECT setval('event_ids', coalesce(max(id), 0) + 1, false) FROM events`,
      // The default is right for an import that was under way: its rows may lie anywhere.
      `ALTER TABLE imports ADD COLUMN events_from bigint NOT NULL DEFAULT 0`,
      `ALTER TABLE staged_profiles DROP CONSTRAINT staged_profiles_import_id_fkey,
         ALTER COLUMN identities TYPE text,
         ALTER COLUMN changes TYPE text`,
    ],
  },
];

/**
 * @param receiver see DataDir
 * @param last the newest step to take; by default all of them
 */
export async function migrate(
  database: Database,
  receiver: string,
  last = Infinity,
): Promise<void> {
  await database.query(
    `CREATE TABLE IF NOT EXISTS migrations (id int PRIMARY KEY, name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  for (const migration of MIGRATIONS.filter(({ id }) => id <= last)) {
    await database.transaction(async (queries) => {
      await queries.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
      const done = await queries.query('SELECT 1 AS done FROM migrations WHERE id = $1', [
        migration.id,
      ]);
      if (done.length > 0) return;
      await queries.query('SELECT set_config($1, $2, true)', [RECEIVER_SETTING, receiver]);
      for (const statement of migration.statements) await queries.query(statement);
      await queries.query('INSERT INTO migrations (id, name) VALUES ($1, $2)', [
        migration.id,
        migration.name,
      ]);
    });
  }
}
