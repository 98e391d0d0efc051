/** Files of SDS: what is known of them, sealed, each in one vault. Their content lies elsewhere. */
import type { FileStatus, FileType } from '../../shared/domain/sds.ts';
import { FILE_FAILURES } from '../sds/file-failures.ts';
import type { FileFailure } from '../sds/file-failures.ts';
import { SdsFailure, notFound } from '../sds/failure.ts';
import { timeOrderedUuid } from '../sds/ids.ts';
import { requirePermission, requireStrictness, requireUse } from '../sds/permissions.ts';
import type { Caller, VaultForCaller } from '../sds/permissions.ts';
import { packSecret, unpackSecret } from '../sds/sealed-content.ts';
import type { ContentPlace, ContentSecret } from '../sds/sealed-content.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import type { Database, Queries, SqlValue } from './database.ts';
import { VAULT_COLUMNS, lockForUse, toVault } from './sds-vaults.ts';
import type { SdsVaults, VaultRow } from './sds-vaults.ts';

/** A receiver that has not told for so long that it is alive is gone; it tells every minute. */
const RECEIVER_GONE = "interval '10 minutes'";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface NewFile {
  /** The vault's name. */
  readonly vault: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags: readonly Tag[];
  /** Set: the file is this URL, and has no content here. */
  readonly url?: string | undefined;
  /** Called when the status is final. */
  readonly callback?: string | undefined;
}

/** What is told of a file to who may read in its vault. */
export interface FileInfo {
  readonly id: string;
  readonly vault: VaultForCaller;
  readonly type: FileType;
  readonly status: FileStatus;
  /** Why it FAILED, as a sentence. */
  readonly error: string | undefined;
  readonly name: string;
  readonly description: string | undefined;
  readonly url: string | undefined;
  readonly tags: readonly Tag[];
  /** Of a COMPLETED FILE. */
  readonly content: ContentSecret | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface FileFilter {
  readonly name?: string | undefined;
  /** Pairs that a file must have. */
  readonly tags: readonly Tag[];
  /** Keys that it must have, whatever the value. */
  readonly tagKeys: readonly string[];
}

interface FileRow {
  file_id: string;
  type: FileType;
  status: FileStatus;
  failure: FileFailure | null;
  sealed_about: Uint8Array;
  sealed_content: Uint8Array | null;
  file_created_at: Date;
  file_updated_at: Date;
}

type About = Pick<NewFile, 'name' | 'description' | 'url' | 'tags'>;

const FILE_COLUMNS = `file.id AS file_id, file.type, file.status, file.failure, file.sealed_about,
  file.sealed_content, file.created_at AS file_created_at, file.updated_at AS file_updated_at`;

export class SdsFiles {
  readonly #database: Database;
  readonly #vaults: SdsVaults;

  constructor(database: Database, vaults: SdsVaults) {
    this.#database = database;
    this.#vaults = vaults;
  }

  /**
   * Notes a new file: PENDING until its content is here; a URL is COMPLETED at once. From now on it
   * counts as something in the vault.
   * @param receiver whose process receives it
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED
   */
  async begin(
    caller: Caller,
    keys: TenantKeys,
    file: NewFile,
    receiver: string,
  ): Promise<ContentPlace> {
    const { tenantId } = caller;
    const id = timeOrderedUuid();
    return this.#database.transaction(async (queries) => {
      const [found] = await lockForUse(queries, caller, { names: [file.vault] });
      const { id: vaultId } = requireUse(caller, found, 'write');
      const isUrl = file.url !== undefined;
      await queries.query(
        `INSERT INTO sds_files (id, tenant_id, vault_id, type, status, sealed_about, name_hash,
           sealed_callback, holds_content, receiver)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          id,
          tenantId,
          vaultId,
          isUrl ? 'URL' : 'FILE',
          isUrl ? 'COMPLETED' : 'PENDING',
          keys.seal('sds-file-about', vaultId, id, JSON.stringify(aboutOf(file))),
          keys.hash('file-name', vaultId, file.name),
          file.callback === undefined
            ? null
            : keys.seal('sds-file-callback', vaultId, id, file.callback),
          !isUrl,
          receiver,
        ],
      );
      await putTags(queries, keys, vaultId, id, file.tags);
      if (isUrl) await queueCallback(queries, id);
      return { tenantId, vaultId, id };
    });
  }

  /** @returns false when the file is no longer PENDING: whoever took the receiver for gone failed it */
  async complete(keys: TenantKeys, place: ContentPlace, secret: ContentSecret): Promise<boolean> {
    const { vaultId, id } = place;
    const sealed = keys.seal('sds-file-content', vaultId, id, packSecret(secret));
    return this.#database.transaction(async (queries) => {
      const done = await queries.query(
        `UPDATE sds_files SET status = 'COMPLETED', sealed_content = $2, updated_at = now()
         WHERE id = $1 AND status = 'PENDING' RETURNING id`,
        [id, sealed],
      );
      if (done.length > 0) await queueCallback(queries, id);
      return done.length > 0;
    });
  }

  async fail(id: string, failure: FileFailure): Promise<void> {
    await this.#database.transaction((queries) =>
      failWhere(queries, failure, 'id = $2', [id]).then(() => undefined),
    );
  }

  /** @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED */
  async get(caller: Caller, keys: TenantKeys, id: string): Promise<FileInfo> {
    const file = await this.find(caller.tenantId, keys, id, caller.appId);
    if (!file) throw notFound('file');
    requireStrictness(caller, [file.vault]);
    requirePermission(file.vault, 'read');
    return file;
  }

  /** A file, and its vault with what an app may do there; nothing is checked. */
  async find(
    tenantId: string,
    keys: TenantKeys,
    id: string,
    appId: string,
  ): Promise<FileInfo | undefined> {
    const [row] = await this.#database.query<FileRow & VaultRow>(
      `SELECT ${FILE_COLUMNS}, ${VAULT_COLUMNS}, allowed.permission
       FROM sds_files file JOIN sds_vaults vault ON vault.id = file.vault_id
         LEFT JOIN sds_permissions allowed ON allowed.vault_id = vault.id AND allowed.app_id = $3
       WHERE file.tenant_id = $1 AND file.id = $2`,
      [tenantId, id, appId],
    );
    return row && toInfo(keys, toVault(row, row.permission), row);
  }

  /**
   * One page of the files that fit, oldest first.
   * @param page `after`: the id of the last one seen
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED
   */
  async list(
    caller: Caller,
    keys: TenantKeys,
    vaultName: string,
    filter: FileFilter,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<{ items: FileInfo[]; hasMore: boolean }> {
    const vault = requireUse(caller, await this.#vaults.findByName(caller, vaultName), 'read');
    const { conditions, params } = conditionsOf(keys, vault.id, filter);
    const rows = await this.#database.query<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM sds_files file
       WHERE file.vault_id = $1 AND ($2::uuid IS NULL OR file.id > $2::uuid)
         ${conditions.map((condition) => `AND ${condition}`).join(' ')}
       ORDER BY file.id LIMIT $3`,
      [vault.id, page.after ?? null, page.limit + 1, ...params],
    );
    return {
      items: rows.slice(0, page.limit).map((row) => toInfo(keys, vault, row)),
      hasMore: rows.length > page.limit,
    };
  }

  /**
   * Deletes a file. Its content is among the `leftovers` until it is removed, so that a server that is
   * killed in between leaves nothing for good.
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED, FILE_PENDING
   */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      const [place] = await queries.query<{ vault_id: string }>(
        'SELECT vault_id FROM sds_files WHERE tenant_id = $1 AND id = $2',
        [caller.tenantId, id],
      );
      if (!place) throw notFound('file');
      const [vault] = await lockForUse(queries, caller, { ids: [place.vault_id] });
      requireUse(caller, vault, 'write');
      const [file] = await queries.query<Pick<FileRow, 'status'> & { holds_content: boolean }>(
        'SELECT status, holds_content FROM sds_files WHERE id = $1 FOR UPDATE',
        [id],
      );
      if (!file) throw notFound('file');
      if (file.status === 'PENDING') {
        throw new SdsFailure('FILE_PENDING', 'The file is still being received. Try again later.');
      }
      if (file.holds_content) {
        await queries.query('INSERT INTO sds_file_removals (file_id) VALUES ($1)', [id]);
      }
      await queries.query('DELETE FROM sds_files WHERE id = $1', [id]);
    });
  }

  /** Tells that this receiver is alive. */
  async touch(receiver: string): Promise<void> {
    await this.#database.query(
      `UPDATE sds_files SET alive_at = now() WHERE receiver = $1 AND status = 'PENDING'`,
      [receiver],
    );
  }

  /**
   * Fails what nobody receives any more.
   * @param restarted a receiver that has just started: nothing that it received before goes on
   * @returns how many there were
   */
  async failAbandoned(restarted?: string): Promise<number> {
    const condition =
      restarted === undefined ? `alive_at < now() - ${RECEIVER_GONE}` : 'receiver = $2';
    const params = restarted === undefined ? [] : [restarted];
    return this.#database.transaction((queries) =>
      failWhere(queries, 'INTERRUPTED', condition, params),
    );
  }

  /** Failed and deleted files of which the content store may still have something. */
  async leftovers(): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(
      `SELECT id FROM sds_files WHERE status = 'FAILED' AND holds_content
       UNION SELECT file_id FROM sds_file_removals ORDER BY id`,
    );
    return rows.map((row) => row.id);
  }

  /** The content store has nothing of this failed or deleted file any more. */
  async noteRemoved(id: string): Promise<void> {
    await this.#database.query('DELETE FROM sds_file_removals WHERE file_id = $1', [id]);
    await this.#database.query(
      `UPDATE sds_files SET holds_content = false WHERE id = $1 AND status = 'FAILED'`,
      [id],
    );
  }
}

/** @param condition on PENDING files; its parameters begin at $2 */
async function failWhere(
  queries: Queries,
  failure: FileFailure,
  condition: string,
  params: readonly SqlValue[],
): Promise<number> {
  const failed = await queries.query<{ id: string }>(
    `UPDATE sds_files SET status = 'FAILED', failure = $1, updated_at = now()
     WHERE status = 'PENDING' AND ${condition} RETURNING id`,
    [failure, ...params],
  );
  for (const { id } of failed) await queueCallback(queries, id);
  return failed.length;
}

/** Part of the transaction that makes a status final; nothing where no callback was asked for. */
async function queueCallback(queries: Queries, id: string): Promise<void> {
  await queries.query(
    `INSERT INTO sds_file_callbacks (file_id)
     SELECT id FROM sds_files WHERE id = $1 AND sealed_callback IS NOT NULL`,
    [id],
  );
}

async function putTags(
  queries: Queries,
  keys: TenantKeys,
  vaultId: string,
  id: string,
  tags: readonly Tag[],
): Promise<void> {
  const hashes = tags.map(({ key, value }) => ({
    key: keyHash(keys, vaultId, key),
    pair: pairHash(keys, vaultId, { key, value }),
  }));
  await queries.query(
    `INSERT INTO sds_file_tags (file_id, vault_id, key_hash, pair_hash)
     SELECT $1::uuid, $2::uuid, decode(given.key, 'hex'), decode(given.pair, 'hex')
     FROM json_to_recordset($3::json) AS given(key text, pair text)`,
    [id, vaultId, JSON.stringify(hashes)],
  );
}

/** The filter as SQL; its parameters begin at $4. */
function conditionsOf(
  keys: TenantKeys,
  vaultId: string,
  filter: FileFilter,
): { conditions: string[]; params: SqlValue[] } {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const placeFor = (value: SqlValue) => `$${params.push(value) + 3}`;
  if (filter.name !== undefined) {
    conditions.push(`file.name_hash = ${placeFor(keys.hash('file-name', vaultId, filter.name))}`);
  }
  const requireTag = (column: 'key_hash' | 'pair_hash', hash: string) =>
    conditions.push(
      `file.id IN (SELECT file_id FROM sds_file_tags
         WHERE vault_id = $1 AND ${column} = decode(${placeFor(hash)}, 'hex'))`,
    );
  for (const tag of filter.tags) requireTag('pair_hash', pairHash(keys, vaultId, tag));
  for (const key of filter.tagKeys) requireTag('key_hash', keyHash(keys, vaultId, key));
  return { conditions, params };
}

/** As JSON, so that no key and value can look like another pair. */
function pairHash(keys: TenantKeys, vaultId: string, { key, value }: Tag): string {
  return keys.hash('tag', vaultId, JSON.stringify([key, value])).toString('hex');
}

function keyHash(keys: TenantKeys, vaultId: string, key: string): string {
  return keys.hash('tag', vaultId, JSON.stringify([key])).toString('hex');
}

function aboutOf({ name, description, url, tags }: NewFile): About {
  return { name, description, url, tags };
}

function toInfo(keys: TenantKeys, vault: VaultForCaller, row: FileRow): FileInfo {
  const { file_id: id } = row;
  const about = JSON.parse(
    keys.openText('sds-file-about', vault.id, id, row.sealed_about),
  ) as About;
  return {
    id,
    vault,
    type: row.type,
    status: row.status,
    error: row.failure === null ? undefined : FILE_FAILURES[row.failure],
    name: about.name,
    description: about.description,
    url: about.url,
    tags: about.tags,
    content:
      row.sealed_content === null
        ? undefined
        : unpackSecret(keys.open('sds-file-content', vault.id, id, row.sealed_content)),
    createdAt: row.file_created_at.toISOString(),
    updatedAt: row.file_updated_at.toISOString(),
  };
}
