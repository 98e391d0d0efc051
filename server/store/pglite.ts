/** The embedded database: PGlite over a folder. */
import { PGlite } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import type { Database, Queries, SqlValue } from './database.ts';

export async function openPglite(folder: string): Promise<Database> {
  const db = await PGlite.create({ dataDir: folder });
  return {
    ...queriesOf(db),
    transaction: (work) => db.transaction((tx) => work(queriesOf(tx))),
    close: () => db.close(),
  };
}

function queriesOf(engine: PGlite | Transaction): Queries {
  return {
    async query<R extends object>(sql: string, params: readonly SqlValue[] = []) {
      return (await engine.query<R>(sql, [...params])).rows;
    },
  };
}
