/**
 * Which files of an account were opened for writing and not closed since: what a broken connection
 * or a killed server left behind. Such a file is never taken for an import. Servers that share a
 * database have folders of their own, and so marks of their own.
 */
import type { Database } from './database.ts';

export class Uploads {
  readonly #database: Database;
  readonly #receiver: string;

  /** @param receiver the data folder whose server this is (see DataDir) */
  constructor(database: Database, receiver: string) {
    this.#database = database;
    this.#receiver = receiver;
  }

  /** @returns false when the file was marked already. */
  async begin(accountId: string, path: string): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO unfinished_uploads (receiver, account_id, path) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING path`,
      [this.#receiver, accountId, path],
    );
    return rows.length > 0;
  }

  /** The file was closed by its writer, or is gone. */
  async end(accountId: string, path: string): Promise<void> {
    await this.#database.query(
      'DELETE FROM unfinished_uploads WHERE receiver = $1 AND account_id = $2 AND path = $3',
      [this.#receiver, accountId, path],
    );
  }

  /** A rename takes the mark along; whatever lay at the new path is replaced. */
  async rename(accountId: string, from: string, to: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.query(
        'DELETE FROM unfinished_uploads WHERE receiver = $1 AND account_id = $2 AND path = $3',
        [this.#receiver, accountId, to],
      );
      await queries.query(
        `UPDATE unfinished_uploads SET path = $4
         WHERE receiver = $1 AND account_id = $2 AND path = $3`,
        [this.#receiver, accountId, from, to],
      );
    });
  }

  async isUnfinished(accountId: string, path: string): Promise<boolean> {
    const rows = await this.#database.query(
      `SELECT 1 AS found FROM unfinished_uploads
       WHERE receiver = $1 AND account_id = $2 AND path = $3`,
      [this.#receiver, accountId, path],
    );
    return rows.length > 0;
  }
}
