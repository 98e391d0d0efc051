/** The activity log of an account: what the server saw and did for it, as sentences, newest first. */
import type { ActivityEntry, ActivityKind } from '../../shared/domain/import.ts';
import type { Database, Queries } from './database.ts';

export interface NewActivity {
  readonly kind: ActivityKind;
  /** Default: nothing went wrong. */
  readonly problem?: boolean;
  readonly importId?: string;
  /** A sentence that names files, addresses and codes; never a cell's value. */
  readonly message: string;
}

/** An account keeps this many entries; the oldest go first. */
const MAX_KEPT = 5000;

interface ActivityRow {
  id: number;
  at: Date;
  kind: ActivityKind;
  problem: boolean;
  import_id: string | null;
  message: string;
}

export class Activity {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param queries the transaction that makes the entry true, or the database itself */
  async add(queries: Queries, accountId: string, entry: NewActivity): Promise<void> {
    await queries.query(
      `INSERT INTO activity (account_id, kind, problem, import_id, message)
       VALUES ($1, $2, $3, $4, $5)`,
      [accountId, entry.kind, entry.problem ?? false, entry.importId ?? null, entry.message],
    );
    await queries.query(
      `DELETE FROM activity WHERE account_id = $1 AND id <=
         (SELECT id FROM activity WHERE account_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [accountId, MAX_KEPT],
    );
  }

  /** The same where nothing else has to be true with it. */
  note(accountId: string, entry: NewActivity): Promise<void> {
    return this.add(this.#database, accountId, entry);
  }

  /** Newest first; `before` is the `next` of the page before. */
  async list(
    accountId: string,
    page: { before: number | undefined; limit: number },
  ): Promise<{ items: ActivityEntry[]; next: number | undefined }> {
    const rows = await this.#database.query<ActivityRow>(
      `SELECT id::float8 AS id, at, kind, problem, import_id, message FROM activity
       WHERE account_id = $1 AND ($2::bigint IS NULL OR id < $2::bigint)
       ORDER BY id DESC LIMIT $3`,
      [accountId, page.before ?? null, page.limit + 1],
    );
    const items = rows.slice(0, page.limit).map(({ import_id: importId, at, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      importId,
    }));
    return { items, next: rows.length > page.limit ? items.at(-1)?.id : undefined };
  }
}
