/** Apps of SDS with their public keys, and the request ids that they used up in strict mode. */
import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SdsFailure } from '../sds/failure.ts';
import { readAppKey } from '../sds/rules.ts';
import { NO_VAULT } from '../sds/tenant-keys.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import type { Database } from './database.ts';

const MAX_KNOWN_KEYS = 1000;
/** As long as a signature's time may be off, before and after. */
const REQUEST_ID_LIFE = "interval '10 minutes'";

export interface SdsApp {
  readonly id: string;
  readonly name: string;
  readonly publicKey: KeyObject;
  /** The key in its sealed form: tells whether it is still the same. */
  readonly sealedKey: Uint8Array;
}

interface AppRow {
  id: string;
  name: string;
  sealed_key: Uint8Array;
}

export class SdsApps {
  readonly #database: Database;
  /** Keys by app id, each with the sealed form that it was read from. */
  readonly #known = new Map<string, { sealedKey: Uint8Array; publicKey: KeyObject }>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param key as `readAppKey` takes it
   * @returns the new app's id
   * @throws SdsFailure NAME_TAKEN
   */
  async create(tenantId: string, keys: TenantKeys, name: string, key: string): Promise<string> {
    const id = randomUUID();
    const made = await this.#database.query(
      `INSERT INTO sds_apps (id, tenant_id, name, sealed_key) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
      [id, tenantId, name, keys.seal('sds-app-key', NO_VAULT, id, key)],
    );
    if (made.length === 0) throw nameTaken('app');
    return id;
  }

  async findByName(tenantId: string, keys: TenantKeys, name: string): Promise<SdsApp | undefined> {
    const [row] = await this.#database.query<AppRow>(
      'SELECT id, name, sealed_key FROM sds_apps WHERE tenant_id = $1 AND name = $2',
      [tenantId, name],
    );
    if (!row) return undefined;
    return {
      id: row.id,
      name: row.name,
      publicKey: this.#publicKey(keys, row),
      sealedKey: row.sealed_key,
    };
  }

  /** The app as it was registered; undefined when the tenant has no such app. */
  async find(
    tenantId: string,
    keys: TenantKeys,
    id: string,
  ): Promise<{ id: string; name: string; key: string; sealedKey: Uint8Array } | undefined> {
    const [row] = await this.#database.query<AppRow>(
      'SELECT id, name, sealed_key FROM sds_apps WHERE tenant_id = $1 AND id = $2',
      [tenantId, id],
    );
    if (!row) return undefined;
    return {
      id: row.id,
      name: row.name,
      key: keys.openText('sds-app-key', NO_VAULT, row.id, row.sealed_key),
      sealedKey: row.sealed_key,
    };
  }

  /**
   * Replaces an app's key.
   * @param current the key whose owner asked for it
   * @throws SdsFailure KEY_CHANGED when it is no longer the current one
   */
  async putKey(keys: TenantKeys, id: string, current: Uint8Array, key: string): Promise<void> {
    const changed = await this.#database.query(
      `UPDATE sds_apps SET sealed_key = $3, updated_at = now()
       WHERE id = $1 AND sealed_key = $2 RETURNING id`,
      [id, current, keys.seal('sds-app-key', NO_VAULT, id, key)],
    );
    if (changed.length === 0) {
      throw new SdsFailure('KEY_CHANGED', 'The key of this app was changed in the meantime.');
    }
  }

  /**
   * Uses up a request id: of all processes on this database, one gets true.
   * @returns false when the app used it in the last ten minutes
   */
  async takeRequestId(appId: string, requestId: string): Promise<boolean> {
    const taken = await this.#database.query(
      `INSERT INTO sds_request_ids AS known (app_id, request_id) VALUES ($1, $2)
       ON CONFLICT (app_id, request_id) DO UPDATE SET accepted_at = now()
         WHERE known.accepted_at < now() - ${REQUEST_ID_LIFE}
       RETURNING request_id`,
      [appId, requestId],
    );
    return taken.length > 0;
  }

  /** Request ids that may be used again need not be kept. */
  async forgetRequestIds(): Promise<void> {
    await this.#database.query(
      `DELETE FROM sds_request_ids WHERE accepted_at < now() - ${REQUEST_ID_LIFE}`,
    );
  }

  #publicKey(keys: TenantKeys, row: AppRow): KeyObject {
    const known = this.#known.get(row.id);
    if (known && Buffer.compare(known.sealedKey, row.sealed_key) === 0) return known.publicKey;
    const { publicKey } = readAppKey(
      keys.openText('sds-app-key', NO_VAULT, row.id, row.sealed_key),
    );
    if (this.#known.size >= MAX_KNOWN_KEYS) this.#known.clear();
    this.#known.set(row.id, { sealedKey: row.sealed_key, publicKey });
    return publicKey;
  }
}

/** Names stay taken for ever: permissions speak of apps by name. */
export function nameTaken(what: 'app' | 'vault'): SdsFailure {
  return new SdsFailure('NAME_TAKEN', `The tenant has a ${what} of this name already.`, {
    field: 'name',
  });
}
