/** The SFTP servers of customers from which the platform fetches. Private keys are sealed. */
import { randomUUID } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import { ApiError } from '../failure.ts';
import { lockAccount } from './accounts.ts';
import type { Database } from './database.ts';

const MAX_SOURCES = 20;

export interface NewSource {
  readonly url: string;
  readonly hostKeySha256: string;
  readonly pattern: string | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  /** A line as in `authorized_keys`. */
  readonly publicKey: string;
}

/** How the last visit ended. */
export interface SourceVisit {
  /** ISO 8601. */
  readonly at: string;
  /** Manifests that were taken. */
  readonly fetched: number;
  /** What went wrong, in a sentence; null: nothing. */
  readonly problem: string | null;
}

export interface Source extends NewSource {
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: string;
  readonly lastRun: SourceVisit | null;
}

interface SourceRow {
  id: string;
  account_id: string;
  url: string;
  host_key_sha256: string;
  pattern: string | null;
  cron: string | null;
  time_zone: string | null;
  public_key: string;
  created_at: Date;
  run_at: Date | null;
  run_fetched: number;
  run_problem: string | null;
}

const COLUMNS = `id, account_id, url, host_key_sha256, pattern, cron, time_zone, public_key,
  created_at, run_at, run_fetched, run_problem`;

export class Sources {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /** @throws ApiError 409 when the account has no place left */
  async add(accountId: string, source: NewSource, privateKey: string): Promise<Source> {
    const id = randomUUID();
    return this.#database.transaction(async (queries) => {
      await lockAccount(queries, accountId);
      const existing = await queries.query('SELECT id FROM sources WHERE account_id = $1', [
        accountId,
      ]);
      if (existing.length >= MAX_SOURCES) {
        const message = `An account has at most ${MAX_SOURCES} sources. Remove one first.`;
        throw new ApiError(409, 'SOURCE_LIMIT', message);
      }
      const [row] = await queries.query<SourceRow>(
        `INSERT INTO sources (id, account_id, url, host_key_sha256, pattern, cron, time_zone,
           public_key, sealed_private)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
        [
          id,
          accountId,
          source.url,
          source.hostKeySha256,
          source.pattern,
          source.cron,
          source.timeZone,
          source.publicKey,
          this.#sealer.seal('source-key', id, privateKey),
        ],
      );
      return toSource(row!);
    });
  }

  async list(accountId: string): Promise<Source[]> {
    const rows = await this.#database.query<SourceRow>(
      `SELECT ${COLUMNS} FROM sources WHERE account_id = $1 ORDER BY created_at, id`,
      [accountId],
    );
    return rows.map(toSource);
  }

  /** Those of all accounts that are fetched from by the clock. */
  async scheduled(): Promise<Source[]> {
    const rows = await this.#database.query<SourceRow>(
      `SELECT ${COLUMNS} FROM sources WHERE cron IS NOT NULL ORDER BY created_at, id`,
    );
    return rows.map(toSource);
  }

  async find(accountId: string, id: string): Promise<Source | undefined> {
    const [row] = await this.#database.query<SourceRow>(
      `SELECT ${COLUMNS} FROM sources WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row && toSource(row);
  }

  /** @returns undefined when the source was removed meanwhile */
  async privateKey(id: string): Promise<string | undefined> {
    const [row] = await this.#database.query<{ sealed_private: Uint8Array }>(
      'SELECT sealed_private FROM sources WHERE id = $1',
      [id],
    );
    return row && this.#sealer.openText('source-key', id, row.sealed_private);
  }

  async remove(accountId: string, id: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM sources WHERE account_id = $1 AND id = $2 RETURNING id',
      [accountId, id],
    );
    return rows.length > 0;
  }

  async setVisit(id: string, { at, fetched, problem }: SourceVisit): Promise<void> {
    await this.#database.query(
      'UPDATE sources SET run_at = $2, run_fetched = $3, run_problem = $4 WHERE id = $1',
      [id, new Date(at), fetched, problem],
    );
  }
}

function toSource(row: SourceRow): Source {
  return {
    id: row.id,
    accountId: row.account_id,
    url: row.url,
    hostKeySha256: row.host_key_sha256,
    pattern: row.pattern,
    cron: row.cron,
    timeZone: row.time_zone,
    publicKey: row.public_key,
    createdAt: row.created_at.toISOString(),
    lastRun: row.run_at && {
      at: row.run_at.toISOString(),
      fetched: row.run_fetched,
      problem: row.run_problem,
    },
  };
}
