/** The embedded database: PGlite over a folder. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import type { Database, Queries, SqlValue } from './database.ts';
import { unpack } from './unpack.ts';

/**
 * A fresh database, as the build leaves it beside the server: unpacking it takes a fraction of the seconds
 * that PGlite takes to make one, or to unpack it itself. Run from its sources, the server has none and makes its own.
 */
const TEMPLATE = join(import.meta.dirname, 'database.tar.gz');

/**
 * PostgreSQL's own default of 128 MB is filled when it starts, which costs a second and the memory; what is
 * not in these buffers is read from the system's file cache.
 */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

export async function openPglite(folder: string): Promise<Database> {
  const db = await openEngine(folder);
  return {
    ...queriesOf(db),
    transaction: (work) => db.transaction((tx) => work(queriesOf(tx))),
    close: () => db.close(),
  };
}

/** A crash while the database was made leaves the mark, and what was made so far is begun anew. */
async function openEngine(folder: string): Promise<PGlite> {
  const options = { dataDir: folder, startParams: START_PARAMS };
  const unfinishedMark = `${folder}.unfinished`;
  if (existsSync(unfinishedMark)) await rm(folder, { recursive: true, force: true });
  else if (existsSync(folder)) return PGlite.create(options);
  await writeFile(unfinishedMark, '', { mode: 0o600 });
  if (existsSync(TEMPLATE)) unpack(TEMPLATE, folder);
  const db = await PGlite.create(options);
  await rm(unfinishedMark);
  return db;
}

function queriesOf(engine: PGlite | Transaction): Queries {
  return {
    async query<R extends object>(sql: string, params: readonly SqlValue[] = []) {
      return (await engine.query<R>(sql, [...params])).rows;
    },
    async copy(into, rows) {
      // PGlite's own name for what is handed over beside the statement.
      const from = `COPY ${into} FROM '/dev/blob' WITH (FORMAT binary)`;
      await engine.query(from, [], { blob: new Blob([rows]) });
    },
  };
}
