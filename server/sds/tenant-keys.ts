/** A tenant's keys: what its apps supplied is sealed under them, bound to tenant, vault and id. */
import { createHmac, hkdfSync } from 'node:crypto';
import { Sealer } from '../crypto/sealer.ts';

export type TenantSealPurpose =
  | 'sds-app-key'
  | 'sds-data'
  | 'sds-meta'
  | 'sds-file-about'
  | 'sds-file-content'
  | 'sds-file-callback';

const HASH_KEY_BYTES = 32;
/** In place of a vault for what lies in none. */
export const NO_VAULT = '-';

export class TenantKeys {
  readonly #tenantId: string;
  readonly #key: Buffer;
  readonly #sealer: Sealer;

  /** @param key 32 bytes */
  constructor(tenantId: string, key: Buffer) {
    this.#tenantId = tenantId;
    this.#key = key;
    this.#sealer = new Sealer(key);
  }

  seal(
    purpose: TenantSealPurpose,
    vaultId: string,
    id: string,
    plain: Uint8Array | string,
  ): Buffer {
    return this.#sealer.seal(purpose, this.#place(vaultId, id), plain);
  }

  /** @throws SealError */
  open(purpose: TenantSealPurpose, vaultId: string, id: string, sealed: Uint8Array): Buffer {
    return this.#sealer.open(purpose, this.#place(vaultId, id), sealed);
  }

  /** @throws SealError */
  openText(purpose: TenantSealPurpose, vaultId: string, id: string, sealed: Uint8Array): string {
    return this.#sealer.openText(purpose, this.#place(vaultId, id), sealed);
  }

  /** A hash that tells equal texts within one vault, and nothing to anyone without the key. */
  hash(purpose: 'unique-data' | 'tag' | 'file-name', vaultId: string, text: string): Buffer {
    const info = `sealift:sds:${purpose}:${vaultId}`;
    const key = hkdfSync('sha256', this.#key, Buffer.alloc(0), info, HASH_KEY_BYTES);
    return createHmac('sha256', Buffer.from(key)).update(text, 'utf8').digest();
  }

  #place(vaultId: string, id: string): string {
    return `${this.#tenantId}:${vaultId}:${id}`;
  }
}
