/** A PostgreSQL server, named by DATABASE_URL. */
import pg from 'pg';
import { log } from '../log.ts';
import type { Database, Queries, SqlValue } from './database.ts';

const MAX_CONNECTIONS = 8;

export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS });
  // An idle connection that the server drops is replaced at the next query.
  pool.on('error', () => log.warn('database.connection-lost'));
  await pool.query('SELECT 1');
  return {
    ...queriesOf(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(queriesOf(client));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        const broken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        client.release(broken);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

function queriesOf(engine: pg.Pool | pg.PoolClient): Queries {
  return {
    async query<R extends object>(sql: string, params: readonly SqlValue[] = []) {
      return (await engine.query<R & pg.QueryResultRow>(sql, [...params])).rows;
    },
  };
}
