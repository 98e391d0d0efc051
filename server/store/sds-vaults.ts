/** Vaults of SDS and the permissions of apps in them. */
import { randomUUID } from 'node:crypto';
import type { Permission } from '../../shared/domain/sds.ts';
import { SdsFailure, notFound } from '../sds/failure.ts';
import { requireOwner, requireStrictness } from '../sds/permissions.ts';
import type { Caller, VaultForCaller } from '../sds/permissions.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import { isUniqueViolation } from './database.ts';
import type { Database, Queries } from './database.ts';
import { nameTaken } from './sds-apps.ts';

/** What an owner has at creation, whatever is sent. */
const OWNER_PERMISSION: Permission = '101';
/** How many records are hashed at a time when a vault begins to refuse repeated data. */
const HASH_BATCH = 500;

export interface AppPermission {
  /** The app's name. */
  readonly app: string;
  readonly permission: Permission;
}

export interface VaultSettings {
  readonly readLimit: number;
  readonly uniqueData: boolean;
  readonly enable: boolean;
  readonly strictSignature: boolean;
  readonly permissions: readonly AppPermission[];
}

/** A vault's configuration as its owner sees it. */
export interface OwnedVault extends VaultForCaller {
  readonly permissions: readonly AppPermission[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ListedVault extends VaultForCaller {
  /** The owner's name. */
  readonly owner: string;
}

export interface VaultRow {
  id: string;
  name: string;
  owner_id: string;
  read_limit: number;
  unique_data: boolean;
  enabled: boolean;
  strict_signature: boolean;
  created_at: Date;
  updated_at: Date;
  permission: Permission | null;
}

export const VAULT_COLUMNS = `vault.id, vault.name, vault.owner_id, vault.read_limit, vault.unique_data,
  vault.enabled, vault.strict_signature, vault.created_at, vault.updated_at`;

export class SdsVaults {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @returns the new vault's id
   * @throws SdsFailure NOT_FOUND for an app in `permissions`, NAME_TAKEN
   */
  async create(caller: Caller, name: string, settings: VaultSettings): Promise<string> {
    const id = randomUUID();
    await this.#database.transaction(async (queries) => {
      const permissions = await resolveApps(queries, caller.tenantId, settings.permissions);
      permissions.set(caller.appId, OWNER_PERMISSION);
      const made = await queries.query(
        `INSERT INTO sds_vaults
           (id, tenant_id, name, owner_id, read_limit, unique_data, enabled, strict_signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
        [
          id,
          caller.tenantId,
          name,
          caller.appId,
          settings.readLimit,
          settings.uniqueData,
          settings.enable,
          settings.strictSignature,
        ],
      );
      if (made.length === 0) throw nameTaken('vault');
      await putPermissions(queries, id, permissions);
    });
    return id;
  }

  /** @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN */
  async get(caller: Caller, id: string): Promise<OwnedVault> {
    const [row] = await this.#database.query<VaultRow>(
      `SELECT ${VAULT_COLUMNS}, allowed.permission FROM sds_vaults vault
         LEFT JOIN sds_permissions allowed ON allowed.vault_id = vault.id AND allowed.app_id = $3
       WHERE vault.tenant_id = $1 AND vault.id = $2`,
      [caller.tenantId, id, caller.appId],
    );
    const vault = requireOwner(caller, row && toVault(row, row.permission));
    const permissions = await this.#database.query<{ app: string; permission: Permission }>(
      `SELECT app.name AS app, allowed.permission FROM sds_permissions allowed
         JOIN sds_apps app ON app.id = allowed.app_id
       WHERE allowed.vault_id = $1 ORDER BY app.name COLLATE "C"`,
      [vault.id],
    );
    return {
      ...vault,
      permissions,
      createdAt: row!.created_at.toISOString(),
      updatedAt: row!.updated_at.toISOString(),
    };
  }

  /**
   * The vaults that the caller owns or may use, by name.
   * @throws SdsFailure STRICT_NEEDED when one of them asks for it
   */
  async list(caller: Caller): Promise<ListedVault[]> {
    const rows = await this.#database.query<VaultRow & { owner: string }>(
      `SELECT ${VAULT_COLUMNS}, owner.name AS owner, allowed.permission FROM sds_vaults vault
         JOIN sds_apps owner ON owner.id = vault.owner_id
         LEFT JOIN sds_permissions allowed ON allowed.vault_id = vault.id AND allowed.app_id = $2
       WHERE vault.tenant_id = $1 AND (vault.owner_id = $2 OR allowed.permission <> '000')
       ORDER BY vault.name COLLATE "C"`,
      [caller.tenantId, caller.appId],
    );
    const vaults = rows.map((row) => ({ ...toVault(row, row.permission), owner: row.owner }));
    requireStrictness(caller, vaults);
    return vaults;
  }

  /**
   * Changes what is named; everything or nothing.
   * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_NOT_EMPTY, DATA_NOT_UNIQUE
   */
  async update(
    caller: Caller,
    keys: TenantKeys,
    id: string,
    changes: Partial<VaultSettings>,
  ): Promise<void> {
    try {
      await this.#database.transaction(async (queries) => {
        // Against this lock, writers' own (`lockForUse`): none is under way, and none begins.
        const [row] = await queries.query<VaultRow>(
          `SELECT ${VAULT_COLUMNS} FROM sds_vaults vault
           WHERE vault.tenant_id = $1 AND vault.id = $2 FOR UPDATE`,
          [caller.tenantId, id],
        );
        const vault = requireOwner(caller, row && toVault(row, null));
        await change(queries, caller, keys, vault, changes);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new SdsFailure('DATA_NOT_UNIQUE', 'The vault holds the same data more than once.', {
        field: 'uniqueData',
      });
    }
  }

  /** A vault by its name, for reading; undefined when the tenant has none. */
  async findByName(caller: Caller, name: string): Promise<VaultForCaller | undefined> {
    const [row] = await this.#database.query<VaultRow>(
      `SELECT ${VAULT_COLUMNS}, allowed.permission FROM sds_vaults vault
         LEFT JOIN sds_permissions allowed ON allowed.vault_id = vault.id AND allowed.app_id = $3
       WHERE vault.tenant_id = $1 AND vault.name = $2`,
      [caller.tenantId, name, caller.appId],
    );
    return row && toVault(row, row.permission);
  }
}

/**
 * Vaults that a transaction is about to write in, locked against changes of their configuration: what
 * is found here holds until the transaction ends. Locked in the order of their ids, so that no two
 * transactions wait for each other.
 * @param where names or ids; of the caller's tenant
 */
export async function lockForUse(
  queries: Queries,
  caller: Caller,
  where: { readonly ids?: readonly string[]; readonly names?: readonly string[] },
): Promise<VaultForCaller[]> {
  const rows = await queries.query<VaultRow>(
    `SELECT ${VAULT_COLUMNS} FROM sds_vaults vault
     WHERE vault.tenant_id = $1 AND (vault.id = ANY(string_to_array($2, ',')::uuid[])
       OR vault.name = ANY(string_to_array($3, ',')))
     ORDER BY vault.id FOR SHARE`,
    [caller.tenantId, (where.ids ?? []).join(','), (where.names ?? []).join(',')],
  );
  // Looked up after the lock was got: a permission that was taken away while waiting is gone.
  const allowed = await queries.query<{ vault_id: string; permission: Permission }>(
    `SELECT vault_id, permission FROM sds_permissions
     WHERE app_id = $1 AND vault_id = ANY(string_to_array($2, ',')::uuid[])`,
    [caller.appId, rows.map((row) => row.id).join(',')],
  );
  return rows.map((row) =>
    toVault(row, allowed.find((found) => found.vault_id === row.id)?.permission ?? null),
  );
}

async function change(
  queries: Queries,
  caller: Caller,
  keys: TenantKeys,
  vault: VaultForCaller,
  changes: Partial<VaultSettings>,
): Promise<void> {
  if (changes.permissions) {
    const permissions = await resolveApps(queries, caller.tenantId, changes.permissions);
    await queries.query('DELETE FROM sds_permissions WHERE vault_id = $1 AND app_id <> $2', [
      vault.id,
      vault.ownerId,
    ]);
    await putPermissions(queries, vault.id, permissions);
  }
  if (changes.enable === false && vault.isEnabled && !(await isEmpty(queries, vault.id))) {
    throw new SdsFailure('VAULT_NOT_EMPTY', 'Only an empty vault can be disabled.', {
      field: 'enable',
    });
  }
  if (changes.uniqueData === true && !vault.uniqueData) await hashRecords(queries, keys, vault.id);
  if (changes.uniqueData === false) {
    await queries.query('UPDATE sds_records SET unique_hash = NULL WHERE vault_id = $1', [
      vault.id,
    ]);
  }
  await queries.query(
    `UPDATE sds_vaults SET updated_at = now(), read_limit = coalesce($2, read_limit),
       unique_data = coalesce($3, unique_data), enabled = coalesce($4, enabled),
       strict_signature = coalesce($5, strict_signature)
     WHERE id = $1`,
    [
      vault.id,
      changes.readLimit ?? null,
      changes.uniqueData ?? null,
      changes.enable ?? null,
      changes.strictSignature ?? null,
    ],
  );
}

/** Whether nothing is in the vault; of files, what has FAILED is not. Holds for the transaction that has locked the vault. */
async function isEmpty(queries: Queries, vaultId: string): Promise<boolean> {
  const [row] = await queries.query<{ used: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM sds_records WHERE vault_id = $1)
       OR EXISTS (SELECT 1 FROM sds_files WHERE vault_id = $1 AND status <> 'FAILED') AS used`,
    [vaultId],
  );
  return !row!.used;
}

/** Gives every record the hash by which its repetition is noticed. */
async function hashRecords(queries: Queries, keys: TenantKeys, vaultId: string): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await queries.query<{ id: string; sealed_data: Uint8Array }>(
      `SELECT id, sealed_data FROM sds_records WHERE vault_id = $1 AND id > $2
       ORDER BY id LIMIT ${HASH_BATCH}`,
      [vaultId, after],
    );
    const last = rows.at(-1);
    if (!last) return;
    const hashes = rows.map(({ id, sealed_data: sealed }) => {
      const data = keys.openText('sds-data', vaultId, id, sealed);
      return { id, hash: keys.hash('unique-data', vaultId, data).toString('hex') };
    });
    await queries.query(
      `UPDATE sds_records record SET unique_hash = decode(given.hash, 'hex')
       FROM json_to_recordset($1::json) AS given(id uuid, hash text) WHERE record.id = given.id`,
      [JSON.stringify(hashes)],
    );
    after = last.id;
  }
}

/**
 * @returns permissions by app id
 * @throws SdsFailure NOT_FOUND for a name that is no app of the tenant
 */
async function resolveApps(
  queries: Queries,
  tenantId: string,
  permissions: readonly AppPermission[],
): Promise<Map<string, Permission>> {
  const apps = await queries.query<{ id: string; name: string }>(
    `SELECT id, name FROM sds_apps
     WHERE tenant_id = $1 AND name = ANY(string_to_array($2, ','))`,
    [tenantId, permissions.map(({ app }) => app).join(',')],
  );
  const ids = new Map(apps.map(({ name, id }) => [name, id]));
  return new Map(
    permissions.map(({ app, permission }) => {
      const id = ids.get(app);
      if (id === undefined) throw notFound('app', { app });
      return [id, permission];
    }),
  );
}

async function putPermissions(
  queries: Queries,
  vaultId: string,
  permissions: ReadonlyMap<string, Permission>,
): Promise<void> {
  const given = [...permissions].map(([app, permission]) => ({ app, permission }));
  await queries.query(
    `INSERT INTO sds_permissions (vault_id, app_id, permission)
     SELECT $1::uuid, given.app, given.permission
     FROM json_to_recordset($2::json) AS given(app uuid, permission text)
     ON CONFLICT (vault_id, app_id) DO UPDATE SET permission = EXCLUDED.permission`,
    [vaultId, JSON.stringify(given)],
  );
}

/** @param permission the caller's, null when it has none */
export function toVault(row: VaultRow, permission: Permission | null): VaultForCaller {
  return {
    id: row.id,
    name: row.name,
    ownerId: row.owner_id,
    readLimit: row.read_limit,
    uniqueData: row.unique_data,
    isEnabled: row.enabled,
    isStrict: row.strict_signature,
    permission: permission ?? '000',
  };
}
