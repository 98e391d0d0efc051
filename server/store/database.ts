/**
 * The one interface over PGlite and PostgreSQL. Statements use PostgreSQL's dialect and `$n`
 * parameters; JSON goes in as text (`$1::json`), 64-bit counts come out cast to float8, so that
 * both engines give the same JavaScript values.
 */

export type SqlValue = string | number | boolean | null | Date | Uint8Array;
export type Row = Record<string, unknown>;

export interface Queries {
  /** Runs one statement and gives its rows (of a SELECT or RETURNING). */
  query<R extends object = Row>(sql: string, params?: readonly SqlValue[]): Promise<R[]>;
  /**
   * Adds rows by `COPY`: all of them or none.
   * @param into table and columns, `events (id, name)`
   * @param rows from `CopyRows`; they may be changed again when this has resolved
   */
  copy(into: string, rows: Buffer<ArrayBuffer>): Promise<void>;
}

export interface Database extends Queries {
  /** All or nothing: rolled back when `work` throws. Only `work`'s own handle may be used in it. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Whether a statement failed because a value that must be unique is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
