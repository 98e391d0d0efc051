/** A PostgreSQL server, named by DATABASE_URL. */
import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { log } from '../log.ts';
import type { Database, Queries, SqlValue } from './database.ts';

const MAX_CONNECTIONS = 8;
/** Statements that each connection parses and plans once, and keeps; any further one is planned anew. */
const MAX_PREPARED = 200;

export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS });
  const prepared = new PreparedNames();
  // An idle connection that the server drops is replaced at the next query.
  pool.on('error', () => log.warn('database.connection-lost'));
  await pool.query('SELECT 1');
  return {
    ...queriesOf(pool, prepared),
    async copy(into, rows) {
      const client = await pool.connect();
      try {
        await copyInto(client, into, rows);
        client.release();
      } catch (error) {
        // In whatever state the failure left the connection, nobody else is to have it.
        client.release(true);
        throw error;
      }
    },
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work({
          ...queriesOf(client, prepared),
          copy: (into, rows) => copyInto(client, into, rows),
        });
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

async function copyInto(
  client: pg.PoolClient,
  into: string,
  rows: Buffer<ArrayBuffer>,
): Promise<void> {
  const copying = client.query(copyFrom(`COPY ${into} FROM STDIN WITH (FORMAT binary)`));
  copying.end(rows);
  await once(copying, 'finish');
}

function queriesOf(
  engine: pg.Pool | pg.PoolClient,
  prepared: PreparedNames,
): Omit<Queries, 'copy'> {
  return {
    async query<R extends object>(text: string, params: readonly SqlValue[] = []) {
      const name = params.length > 0 ? prepared.nameOf(text) : undefined;
      const statement = { text, values: [...params], ...(name !== undefined && { name }) };
      return (await engine.query<R & pg.QueryResultRow>(statement)).rows;
    },
  };
}

/** Names for the statements that come first: those with parameters that are used all the time. */
class PreparedNames {
  readonly #names = new Map<string, string>();

  /** @returns undefined where there are enough */
  nameOf(sql: string): string | undefined {
    const known = this.#names.get(sql);
    if (known !== undefined || this.#names.size >= MAX_PREPARED) return known;
    const name = `sealift_${this.#names.size}`;
    this.#names.set(sql, name);
    return name;
  }
}
