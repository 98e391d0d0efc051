/** Records of SDS: data and meta, sealed, each in one vault. */
import { SdsFailure, notFound } from '../sds/failure.ts';
import { formatId, timeOrderedUuid } from '../sds/ids.ts';
import {
  readModeOf,
  requirePermission,
  requireStrictness,
  requireUse,
} from '../sds/permissions.ts';
import type { Caller, VaultForCaller } from '../sds/permissions.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import { isUniqueViolation } from './database.ts';
import type { Database, Queries, SqlValue } from './database.ts';
import { VAULT_COLUMNS, lockForUse, toVault } from './sds-vaults.ts';
import type { SdsVaults, VaultRow } from './sds-vaults.ts';

/** A page of a list ends early where its meta would be longer than this. */
const MAX_PAGE_META_BYTES = 4 * 1024 * 1024;
/** A record that others move at the same time is looked for again this often. */
const MAX_LOOKS = 5;

export interface Content {
  /** Canonical base64. */
  readonly data: string;
  /** Any JSON; undefined is kept as none. */
  readonly meta: unknown;
}

export interface RecordChanges extends Partial<Content> {
  /** The name of the vault to which the record is to move. */
  readonly vault?: string;
}

export interface ReadRecord {
  readonly id: string;
  readonly vault: VaultForCaller;
  readonly data: string;
  readonly meta: unknown;
}

export interface ListedRecord {
  readonly id: string;
  readonly meta: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface RecordRow {
  record_id: string;
  sealed_data: Uint8Array;
  sealed_meta: Uint8Array | null;
}

export class SdsRecords {
  readonly #database: Database;
  readonly #vaults: SdsVaults;
  readonly #safeMoves: boolean;

  /** @param safeMoves whether a move needs a read bit in the vault that the record leaves */
  constructor(database: Database, vaults: SdsVaults, safeMoves: boolean) {
    this.#database = database;
    this.#vaults = vaults;
    this.#safeMoves = safeMoves;
  }

  /**
   * @returns the new record's id
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED, DATA_NOT_UNIQUE
   */
  async create(
    caller: Caller,
    keys: TenantKeys,
    vaultName: string,
    content: Content,
  ): Promise<string> {
    const [id] = await this.createAll(caller, keys, vaultName, [content]);
    return id!;
  }

  /** All or none, in one vault. */
  async createAll(
    caller: Caller,
    keys: TenantKeys,
    vaultName: string,
    contents: readonly Content[],
  ): Promise<string[]> {
    let vault: VaultForCaller | undefined;
    let data: string | undefined;
    try {
      return await this.#database.transaction(async (queries) => {
        const [found] = await lockForUse(queries, caller, { names: [vaultName] });
        vault = requireUse(caller, found, 'write');
        const ids: string[] = [];
        for (const content of contents) {
          data = content.data;
          ids.push(await insert(queries, caller.tenantId, keys, vault, content));
        }
        return ids;
      });
    } catch (error) {
      throw await this.#repeated(error, keys, vault, data);
    }
  }

  /**
   * Changes what is named. With another vault the record moves, sealed anew for it.
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED, DATA_NOT_UNIQUE
   */
  async update(
    caller: Caller,
    keys: TenantKeys,
    id: string,
    changes: RecordChanges,
  ): Promise<void> {
    let data: string | undefined;
    let vault: VaultForCaller | undefined;
    try {
      await this.#database.transaction(async (queries) => {
        const { source, target, row } = await this.#lockRecord(queries, caller, id, changes.vault);
        vault = target;
        data = changes.data ?? keys.openText('sds-data', source.id, id, row.sealed_data);
        const meta = Object.hasOwn(changes, 'meta')
          ? changes.meta
          : openMeta(keys, source.id, id, row.sealed_meta);
        await queries.query(
          `UPDATE sds_records SET vault_id = $2, sealed_data = $3, sealed_meta = $4,
             unique_hash = $5, updated_at = now() WHERE id = $1`,
          [
            id,
            target.id,
            keys.seal('sds-data', target.id, id, data),
            sealMeta(keys, target.id, id, meta),
            uniqueHash(keys, target, data),
          ],
        );
      });
    } catch (error) {
      throw await this.#repeated(error, keys, vault, data);
    }
  }

  /** @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await this.#lockRecord(queries, caller, id, undefined);
      await queries.query('DELETE FROM sds_records WHERE id = $1', [id]);
    });
  }

  /**
   * Records in the order asked, all or none.
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, READ_LIMIT, FORBIDDEN, VAULT_DISABLED; the first bad
   *   id is in `additionalInfo`
   */
  async read(caller: Caller, keys: TenantKeys, ids: readonly string[]): Promise<ReadRecord[]> {
    const rows = await this.#database.query<RecordRow & VaultRow>(
      `SELECT record.id AS record_id, record.sealed_data, record.sealed_meta, ${VAULT_COLUMNS},
         allowed.permission
       FROM sds_records record JOIN sds_vaults vault ON vault.id = record.vault_id
         LEFT JOIN sds_permissions allowed ON allowed.vault_id = vault.id AND allowed.app_id = $2
       WHERE record.tenant_id = $1 AND record.id = ANY(string_to_array($3, ',')::uuid[])`,
      [caller.tenantId, caller.appId, ids.join(',')],
    );
    const found = new Map(
      rows.map((row) => [row.record_id, { row, vault: toVault(row, row.permission) }]),
    );
    const vaults = [...found.values()].map(({ vault }) => vault);
    requireStrictness(caller, vaults);
    requireReadLimit(ids.length, vaults);
    const records = ids.map((id) => {
      const info = { id: formatId('data', id) };
      const record = found.get(id);
      if (!record) throw notFound('record', info);
      requirePermission(record.vault, 'read', info);
      return { id, ...record };
    });
    return records.map(({ id, vault, row }) => ({
      id,
      vault,
      data: keys.openText('sds-data', vault.id, id, row.sealed_data),
      meta: openMeta(keys, vault.id, id, row.sealed_meta),
    }));
  }

  /**
   * One page of a vault's records, oldest first.
   * @param page `after`: the id of the last one seen
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED
   */
  async list(
    caller: Caller,
    keys: TenantKeys,
    vaultName: string,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<{ items: ListedRecord[]; hasMore: boolean }> {
    const vault = requireUse(caller, await this.#vaults.findByName(caller, vaultName), 'read');
    const rows = await this.#database.query<{
      id: string;
      sealed_meta: Uint8Array | null;
      created_at: Date;
      updated_at: Date;
      meta_bytes_before: number;
    }>(
      `SELECT id, created_at, updated_at, meta_bytes_before,
         CASE WHEN meta_bytes_before < $4 THEN sealed_meta END AS sealed_meta
       FROM (SELECT id, created_at, updated_at, sealed_meta,
           coalesce(sum(octet_length(sealed_meta)) OVER (ORDER BY id
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::float8 AS meta_bytes_before
         FROM (SELECT id, created_at, updated_at, sealed_meta FROM sds_records
           WHERE vault_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid)
           ORDER BY id LIMIT $3) AS part) AS measured
       ORDER BY id`,
      [vault.id, page.after ?? null, page.limit + 1, MAX_PAGE_META_BYTES],
    );
    const fitting = rows
      .slice(0, page.limit)
      .filter((row) => row.meta_bytes_before < MAX_PAGE_META_BYTES);
    return {
      items: fitting.map((row) => ({
        id: row.id,
        meta: openMeta(keys, vault.id, row.id, row.sealed_meta),
        createdAt: row.created_at.toISOString(),
        updatedAt: row.updated_at.toISOString(),
      })),
      hasMore: rows.length > fitting.length,
    };
  }

  /**
   * A record that the caller is about to change, its vault, and the vault where it is to be. Vaults are
   * locked before the record, as by all who lock both.
   */
  async #lockRecord(
    queries: Queries,
    caller: Caller,
    id: string,
    targetName: string | undefined,
  ): Promise<{ source: VaultForCaller; target: VaultForCaller; row: RecordRow }> {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const [place] = await queries.query<{ vault_id: string }>(
        'SELECT vault_id FROM sds_records WHERE tenant_id = $1 AND id = $2',
        [caller.tenantId, id],
      );
      if (!place) throw notFound('record');
      const vaults = await lockForUse(queries, caller, {
        ids: [place.vault_id],
        ...(targetName !== undefined && { names: [targetName] }),
      });
      const source = vaults.find((vault) => vault.id === place.vault_id);
      if (!source) throw notFound('record');
      const target =
        targetName === undefined ? source : vaults.find((vault) => vault.name === targetName);
      this.#requireMove(caller, source, target);
      const [row] = await queries.query<RecordRow>(
        `SELECT id AS record_id, sealed_data, sealed_meta FROM sds_records
         WHERE id = $1 AND vault_id = $2 FOR UPDATE`,
        [id, source.id],
      );
      if (row) return { source, target: target!, row };
    }
    throw new SdsFailure('BUSY', 'The record is being moved by others. Try again.');
  }

  #requireMove(caller: Caller, source: VaultForCaller, target: VaultForCaller | undefined): void {
    if (!target) throw notFound('vault');
    requireStrictness(caller, [source, target]);
    requirePermission(source, 'write', { vault: source.name });
    if (source.id === target.id) return;
    requirePermission(target, 'write', { vault: target.name });
    if (this.#safeMoves && readModeOf(source.permission) === undefined) {
      throw new SdsFailure('FORBIDDEN', 'To move a record, this app needs to read it.', {
        vault: source.name,
      });
    }
  }

  /** @returns what `error` means to the caller; the record that is there only for one who may read */
  async #repeated(
    error: unknown,
    keys: TenantKeys,
    vault: VaultForCaller | undefined,
    data: string | undefined,
  ): Promise<unknown> {
    if (!isUniqueViolation(error) || !vault || data === undefined) return error;
    const info: Record<string, SqlValue> = {};
    if (readModeOf(vault.permission) !== undefined) {
      const [existing] = await this.#database.query<{ id: string }>(
        'SELECT id FROM sds_records WHERE vault_id = $1 AND unique_hash = $2',
        [vault.id, keys.hash('unique-data', vault.id, data)],
      );
      if (existing) info.id = formatId('data', existing.id);
    }
    return new SdsFailure('DATA_NOT_UNIQUE', 'The vault holds this data already.', info);
  }
}

/** @returns the new record's id */
async function insert(
  queries: Queries,
  tenantId: string,
  keys: TenantKeys,
  vault: VaultForCaller,
  { data, meta }: Content,
): Promise<string> {
  const id = timeOrderedUuid();
  await queries.query(
    `INSERT INTO sds_records (id, tenant_id, vault_id, sealed_data, sealed_meta, unique_hash)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      id,
      tenantId,
      vault.id,
      keys.seal('sds-data', vault.id, id, data),
      sealMeta(keys, vault.id, id, meta),
      uniqueHash(keys, vault, data),
    ],
  );
  return id;
}

/** The vaults that the caller may not read do not count: it would learn of their limits. */
function requireReadLimit(asked: number, vaults: readonly VaultForCaller[]): void {
  const readable = vaults.filter((vault) => readModeOf(vault.permission) !== undefined);
  const limit = Math.min(...readable.map((vault) => vault.readLimit));
  if (asked > limit) {
    throw new SdsFailure('READ_LIMIT', `At most ${limit} records can be read at a time here.`, {
      readLimit: limit,
    });
  }
}

function uniqueHash(keys: TenantKeys, vault: VaultForCaller, data: string): Buffer | null {
  return vault.uniqueData ? keys.hash('unique-data', vault.id, data) : null;
}

function sealMeta(keys: TenantKeys, vaultId: string, id: string, meta: unknown): Buffer | null {
  return meta === undefined ? null : keys.seal('sds-meta', vaultId, id, JSON.stringify(meta));
}

/** @returns null for a record without meta */
function openMeta(
  keys: TenantKeys,
  vaultId: string,
  id: string,
  sealed: Uint8Array | null,
): unknown {
  return sealed ? JSON.parse(keys.openText('sds-meta', vaultId, id, sealed)) : null;
}
