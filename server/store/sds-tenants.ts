/** Tenants of SDS: their credentials, sealed under the master key, and the keys they seal with. */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import { TenantKeys } from '../sds/tenant-keys.ts';
import type { Database, Queries } from './database.ts';

const SECRET_BYTES = 32;
const KEY_BYTES = 32;
/** Keeps two servers that start on one database from making a first tenant each. */
const FIRST_TENANT_LOCK = 7_325_484;

export interface TenantCredentials {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

interface CredentialsRow {
  id: string;
  client_id: string;
  sealed_secret: Uint8Array;
}

export class SdsTenants {
  readonly #database: Database;
  readonly #sealer: Sealer;
  /** A tenant's key never changes: what was unwrapped once is kept. */
  readonly #keys = new Map<string, TenantKeys>();

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  create(): Promise<TenantCredentials> {
    return this.#insert(this.#database);
  }

  /** The first tenant of this server, made when there is none yet. */
  async firstOrCreate(): Promise<TenantCredentials> {
    return this.#database.transaction(async (queries) => {
      await queries.query('SELECT pg_advisory_xact_lock($1)', [FIRST_TENANT_LOCK]);
      const [row] = await queries.query<CredentialsRow>(
        'SELECT id, client_id, sealed_secret FROM sds_tenants ORDER BY seq LIMIT 1',
      );
      return row ? this.#open(row) : this.#insert(queries);
    });
  }

  /** Whether these are the credentials of this very tenant. */
  async isClient(given: TenantCredentials): Promise<boolean> {
    const [row] = await this.#database.query<CredentialsRow>(
      'SELECT id, client_id, sealed_secret FROM sds_tenants WHERE id = $1 AND client_id = $2',
      [given.tenant, given.clientId],
    );
    if (!row) return false;
    return timingSafeEqual(sha256(given.clientSecret), sha256(this.#open(row).clientSecret));
  }

  /** @throws Error for a tenant that does not exist */
  async clientSecret(tenantId: string): Promise<string> {
    const [row] = await this.#database.query<CredentialsRow>(
      'SELECT id, client_id, sealed_secret FROM sds_tenants WHERE id = $1',
      [tenantId],
    );
    if (!row) throw new Error('There is no such tenant');
    return this.#open(row).clientSecret;
  }

  /** @returns undefined for a tenant that does not exist */
  async keys(tenantId: string): Promise<TenantKeys | undefined> {
    const known = this.#keys.get(tenantId);
    if (known) return known;
    const [row] = await this.#database.query<{ wrapped_key: Uint8Array }>(
      'SELECT wrapped_key FROM sds_tenants WHERE id = $1',
      [tenantId],
    );
    if (!row) return undefined;
    const key = this.#sealer.open('sds-tenant-key', tenantId, row.wrapped_key);
    const keys = new TenantKeys(tenantId, key);
    this.#keys.set(tenantId, keys);
    return keys;
  }

  async #insert(queries: Queries): Promise<TenantCredentials> {
    const made = {
      tenant: randomUUID(),
      clientId: randomUUID(),
      clientSecret: randomBytes(SECRET_BYTES).toString('base64url'),
    };
    await queries.query(
      `INSERT INTO sds_tenants (id, client_id, sealed_secret, wrapped_key) VALUES ($1, $2, $3, $4)`,
      [
        made.tenant,
        made.clientId,
        this.#sealer.seal('sds-client-secret', made.tenant, made.clientSecret),
        this.#sealer.seal('sds-tenant-key', made.tenant, randomBytes(KEY_BYTES)),
      ],
    );
    return made;
  }

  #open(row: CredentialsRow): TenantCredentials {
    return {
      tenant: row.id,
      clientId: row.client_id,
      clientSecret: this.#sealer.openText('sds-client-secret', row.id, row.sealed_secret),
    };
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
