/**
 * Which files of an account were opened for writing and not closed since: what a broken connection
 * or a killed server left behind. Such a file is never taken for an import.
 */
import type { Database } from './database.ts';

export class Uploads {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns false when the file was marked already. */
  async begin(accountId: string, path: string): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO unfinished_uploads (account_id, path) VALUES ($1, $2)
       ON CONFLICT DO NOTHING RETURNING path`,
      [accountId, path],
    );
    return rows.length > 0;
  }

  /** The file was closed by its writer, or is gone. */
  async end(accountId: string, path: string): Promise<void> {
    await this.#database.query(
      'DELETE FROM unfinished_uploads WHERE account_id = $1 AND path = $2',
      [accountId, path],
    );
  }

  /** A rename takes the mark along; whatever lay at the new path is replaced. */
  async rename(accountId: string, from: string, to: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.query('DELETE FROM unfinished_uploads WHERE account_id = $1 AND path = $2', [
        accountId,
        to,
      ]);
      await queries.query(
        'UPDATE unfinished_uploads SET path = $3 WHERE account_id = $1 AND path = $2',
        [accountId, from, to],
      );
    });
  }

  async isUnfinished(accountId: string, path: string): Promise<boolean> {
    const rows = await this.#database.query(
      'SELECT 1 AS found FROM unfinished_uploads WHERE account_id = $1 AND path = $2',
      [accountId, path],
    );
    return rows.length > 0;
  }
}
