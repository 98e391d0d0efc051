/** Opens the database, brings its schema up to date, and hands out the stores over it. */
import { join } from 'node:path';
import type { Sealer } from '../crypto/sealer.ts';
import { Accounts } from './accounts.ts';
import type { Database } from './database.ts';
import { Imports } from './imports.ts';
import { MailStore } from './mail.ts';
import { migrate } from './migrations.ts';
import { PgpKeys } from './pgp-keys.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { Rows } from './rows.ts';
import { Sources } from './sources.ts';
import { Uploads } from './uploads.ts';
import { WebhookStore } from './webhooks.ts';

export interface Store {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly pgpKeys: PgpKeys;
  readonly imports: Imports;
  readonly rows: Rows;
  readonly mail: MailStore;
  readonly sources: Sources;
  readonly uploads: Uploads;
  readonly webhooks: WebhookStore;
}

/** @param databaseUrl a PostgreSQL; absent: PGlite in `dataDir`. */
export async function openStore(
  dataDir: string,
  databaseUrl: string | undefined,
  sealer: Sealer,
): Promise<Store> {
  const database =
    databaseUrl === undefined
      ? await openPglite(join(dataDir, 'database'))
      : await openPostgres(databaseUrl);
  await migrate(database);
  return {
    database,
    accounts: new Accounts(database, sealer),
    pgpKeys: new PgpKeys(database, sealer),
    imports: new Imports(database, sealer),
    rows: new Rows(database),
    mail: new MailStore(database, sealer),
    sources: new Sources(database, sealer),
    uploads: new Uploads(database),
    webhooks: new WebhookStore(database, sealer),
  };
}
