/** Opens the database, brings its schema up to date, and hands out the stores over it. */
import { join } from 'node:path';
import type { Sealer } from '../crypto/sealer.ts';
import { Accounts } from './accounts.ts';
import { Activity } from './activity.ts';
import type { Database } from './database.ts';
import { Imports } from './imports.ts';
import { MailAddresses } from './mail-addresses.ts';
import { MailStore } from './mail.ts';
import { migrate } from './migrations.ts';
import { PgpKeys } from './pgp-keys.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { Rows } from './rows.ts';
import { SdsApps } from './sds-apps.ts';
import { SdsCallbacks } from './sds-callbacks.ts';
import { SdsFiles } from './sds-files.ts';
import { SdsRecords } from './sds-records.ts';
import { SdsTenants } from './sds-tenants.ts';
import { SdsVaults } from './sds-vaults.ts';
import { Sources } from './sources.ts';
import { Uploads } from './uploads.ts';
import { WebhookStore } from './webhooks.ts';

export interface SdsStore {
  readonly tenants: SdsTenants;
  readonly apps: SdsApps;
  readonly vaults: SdsVaults;
  readonly records: SdsRecords;
  readonly files: SdsFiles;
  readonly callbacks: SdsCallbacks;
}

export interface Store {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly activity: Activity;
  readonly pgpKeys: PgpKeys;
  readonly imports: Imports;
  readonly rows: Rows;
  readonly mail: MailStore;
  readonly sds: SdsStore;
  readonly mailAddresses: MailAddresses;
  readonly sources: Sources;
  readonly uploads: Uploads;
  readonly webhooks: WebhookStore;
}

/**
 * @param receiver the data folder's own name (see DataDir)
 * @param databaseUrl a PostgreSQL; absent: PGlite in the data folder
 * @param sds `safeMoves`: see `SdsRecords`
 */
export async function openStore(
  { path, receiver }: { readonly path: string; readonly receiver: string },
  databaseUrl: string | undefined,
  sealer: Sealer,
  sds: { readonly safeMoves: boolean },
): Promise<Store> {
  const database =
    databaseUrl === undefined
      ? await openPglite(join(path, 'database'))
      : await openPostgres(databaseUrl);
  await migrate(database, receiver);
  return {
    database,
    accounts: new Accounts(database, sealer),
    activity: new Activity(database),
    pgpKeys: new PgpKeys(database, sealer),
    imports: new Imports(database, sealer, receiver),
    rows: new Rows(database),
    mail: new MailStore(database, sealer, receiver),
    sds: sdsStore(database, sealer, sds.safeMoves),
    mailAddresses: new MailAddresses(database, sealer),
    sources: new Sources(database, sealer),
    uploads: new Uploads(database, receiver),
    webhooks: new WebhookStore(database, sealer, receiver),
  };
}

function sdsStore(database: Database, sealer: Sealer, safeMoves: boolean): SdsStore {
  const vaults = new SdsVaults(database);
  const tenants = new SdsTenants(database, sealer);
  return {
    tenants,
    apps: new SdsApps(database),
    vaults,
    records: new SdsRecords(database, vaults, safeMoves),
    files: new SdsFiles(database, vaults),
    callbacks: new SdsCallbacks(database, tenants),
  };
}
