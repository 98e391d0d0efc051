/** The journal of imports: from the moment a manifest was taken to the verdict. */
import { randomUUID } from 'node:crypto';
import type { ImportProblem, ImportRecord, ImportStatus } from '../../shared/domain/import.ts';
import type { ImportType } from '../../shared/domain/manifest.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { isUniqueViolation } from './database.ts';
import type { Database, Queries } from './database.ts';

/** An import that is not finished: what the importer needs to do it, or to do it again. */
export interface OpenImport {
  readonly id: string;
  readonly accountId: string;
  /** Base name of the manifest. */
  readonly manifest: string;
  /** Folder of the account in which the pair lay: `` or `a/b`. */
  readonly folder: string;
  readonly manifestBytes: Buffer;
  /** Base name of the data file as the manifest names it; empty when that could not be read. */
  readonly fileName: string;
  /** False when the data file was absent or still being written at pick-up. */
  readonly dataComplete: boolean;
  /** False for a manifest whose name was used before by other bytes. */
  readonly holdsName: boolean;
  readonly moved: boolean;
  readonly receivedAt: Date;
}

export interface PickUp {
  readonly accountId: string;
  readonly manifest: string;
  readonly folder: string;
  readonly manifestBytes: Buffer;
  readonly manifestSha256: string;
  readonly fileName: string;
  readonly dataComplete: boolean;
}

/** What came of a manifest's arrival. */
export type Begun =
  { readonly duplicate: true } | { readonly duplicate: false; readonly id: string };

/** How an import ended. */
export interface Verdict {
  readonly status: Extract<ImportStatus, 'imported' | 'partly-imported' | 'failed'>;
  readonly type: ImportType | null;
  readonly encrypted: boolean;
  readonly keyId: string | null;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly problems: readonly ImportProblem[];
}

interface ImportRow {
  id: string;
  seq: number;
  manifest: string;
  file_name: string;
  type: ImportType | null;
  status: ImportStatus;
  rows: number;
  accepted: number;
  rejected: number;
  sealed_problems: Uint8Array | null;
  received_at: Date;
  finished_at: Date | null;
}

const RECORD_COLUMNS = `id, seq::float8 AS seq, manifest, file_name, type, status,
  row_count::float8 AS rows, accepted::float8 AS accepted, rejected::float8 AS rejected,
  sealed_problems, received_at, finished_at`;

export class Imports {
  readonly #database: Database;
  readonly #sealer: Sealer;
  readonly #receiver: string;

  /** @param receiver the data folder whose server this is (see DataDir) */
  constructor(database: Database, sealer: Sealer, receiver: string) {
    this.#database = database;
    this.#sealer = sealer;
    this.#receiver = receiver;
  }

  /**
   * Writes the import down before anything is moved. The manifest's name is its key within the
   * account: the same name with the same bytes is a repetition of what was taken already.
   * @param note writes what came of it down, in the same transaction
   */
  async begin(
    pickUp: PickUp,
    note: (queries: Queries, begun: Begun) => Promise<void>,
  ): Promise<Begun> {
    try {
      return await this.#begin(pickUp, note);
    } catch (error) {
      // Another server has taken the name meanwhile: now that shows.
      if (!isUniqueViolation(error)) throw error;
      return this.#begin(pickUp, note);
    }
  }

  async #begin(
    pickUp: PickUp,
    note: (queries: Queries, begun: Begun) => Promise<void>,
  ): Promise<Begun> {
    const id = randomUUID();
    return this.#database.transaction(async (queries) => {
      const [holder] = await queries.query<{ manifest_sha256: string }>(
        'SELECT manifest_sha256 FROM imports WHERE account_id = $1 AND manifest = $2 AND holds_name',
        [pickUp.accountId, pickUp.manifest],
      );
      if (holder?.manifest_sha256 === pickUp.manifestSha256) {
        await note(queries, { duplicate: true });
        return { duplicate: true };
      }
      await queries.query(
        `INSERT INTO imports (id, account_id, manifest, folder, manifest_sha256, manifest_bytes,
           holds_name, move_state, file_name, data_complete, status, receiver)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'moving', $8, $9, 'picked-up', $10)`,
        [
          id,
          pickUp.accountId,
          pickUp.manifest,
          pickUp.folder,
          pickUp.manifestSha256,
          pickUp.manifestBytes,
          holder === undefined,
          pickUp.fileName,
          pickUp.dataComplete,
          this.#receiver,
        ],
      );
      await note(queries, { duplicate: false, id });
      return { duplicate: false, id };
    });
  }

  /** Whether an import of this account bears the manifest's name. */
  async isNameUsed(accountId: string, manifest: string): Promise<boolean> {
    const rows = await this.#database.query(
      'SELECT id FROM imports WHERE account_id = $1 AND manifest = $2 AND holds_name',
      [accountId, manifest],
    );
    return rows.length > 0;
  }

  async setMoved(id: string): Promise<void> {
    await this.#database.query(`UPDATE imports SET move_state = 'moved' WHERE id = $1`, [id]);
  }

  /** @returns whether this is the first run of the import. */
  async setProcessing(queries: Queries, id: string, type: ImportType): Promise<boolean> {
    const rows = await queries.query(
      `UPDATE imports SET status = 'processing', type = $2
       WHERE id = $1 AND status = 'picked-up' RETURNING id`,
      [id, type],
    );
    return rows.length > 0;
  }

  /** Waits for a verdict that is being written. */
  async isOpen(queries: Queries, id: string): Promise<boolean> {
    const rows = await queries.query(
      'SELECT id FROM imports WHERE id = $1 AND finished_at IS NULL FOR SHARE',
      [id],
    );
    return rows.length > 0;
  }

  /** Part of the transaction that publishes the rows and queues the mail. */
  async finish(queries: Queries, id: string, verdict: Verdict): Promise<void> {
    await queries.query(
      `UPDATE imports SET status = $2, visible = $3, type = $4, encrypted = $5, key_id = $6,
         row_count = $7, accepted = $8, rejected = $9, sealed_problems = $10, finished_at = now()
       WHERE id = $1`,
      [
        id,
        verdict.status,
        verdict.status !== 'failed',
        verdict.type,
        verdict.encrypted,
        verdict.keyId,
        verdict.rows,
        verdict.accepted,
        verdict.rejected,
        this.#sealer.seal('import-problems', id, JSON.stringify(verdict.problems)),
      ],
    );
  }

  /** Imports without a verdict that came in here, in upload order: another server's are its own to finish. */
  async open(): Promise<OpenImport[]> {
    const rows = await this.#database.query<{ id: string }>(
      'SELECT id FROM imports WHERE finished_at IS NULL AND receiver = $1 ORDER BY seq',
      [this.#receiver],
    );
    return Promise.all(rows.map((row) => this.openOne(row.id)));
  }

  async openOne(id: string): Promise<OpenImport> {
    const [row] = await this.#database.query<{
      id: string;
      account_id: string;
      manifest: string;
      folder: string;
      manifest_bytes: Uint8Array;
      file_name: string;
      data_complete: boolean;
      holds_name: boolean;
      move_state: 'moving' | 'moved';
      received_at: Date;
    }>(
      `SELECT id, account_id, manifest, folder, manifest_bytes, file_name, data_complete,
         holds_name, move_state, received_at
       FROM imports WHERE id = $1`,
      [id],
    );
    return {
      id: row!.id,
      accountId: row!.account_id,
      manifest: row!.manifest,
      folder: row!.folder,
      manifestBytes: Buffer.from(row!.manifest_bytes),
      fileName: row!.file_name,
      dataComplete: row!.data_complete,
      holdsName: row!.holds_name,
      moved: row!.move_state === 'moved',
      receivedAt: row!.received_at,
    };
  }

  /** Newest first; `before` is the `next` of the page before. */
  async list(
    accountId: string,
    page: { before: number | undefined; limit: number },
  ): Promise<{ items: ImportRecord[]; next: number | undefined }> {
    const rows = await this.#database.query<ImportRow>(
      `SELECT ${RECORD_COLUMNS} FROM imports
       WHERE account_id = $1 AND ($2::bigint IS NULL OR seq < $2::bigint)
       ORDER BY seq DESC LIMIT $3`,
      [accountId, page.before ?? null, page.limit + 1],
    );
    const items = rows.slice(0, page.limit);
    return {
      items: items.map((row) => this.#toRecord(row)),
      next: rows.length > page.limit ? items.at(-1)!.seq : undefined,
    };
  }

  async find(accountId: string, id: string): Promise<ImportRecord | undefined> {
    const [row] = await this.#database.query<ImportRow>(
      `SELECT ${RECORD_COLUMNS} FROM imports WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row && this.#toRecord(row);
  }

  #toRecord(row: ImportRow): ImportRecord {
    return {
      id: row.id,
      manifest: row.manifest,
      fileName: row.file_name,
      type: row.type,
      status: row.status,
      rows: row.rows,
      accepted: row.accepted,
      rejected: row.rejected,
      problems: row.sealed_problems
        ? (JSON.parse(
            this.#sealer.openText('import-problems', row.id, row.sealed_problems),
          ) as ImportProblem[])
        : [],
      receivedAt: row.received_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
    };
  }
}
