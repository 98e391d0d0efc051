/**
 * Sealing at rest: AES-256-GCM under the master key, or a tenant's own. The purpose and the owner's id are
 * authenticated with each piece, so that a sealed value cannot be put in another's place.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a sealed value is; part of its authenticated data. */
export type SealPurpose =
  | 'host-key'
  | 'pgp-private-key'
  | 'pgp-passphrase'
  | 'import-problems'
  | 'failed-rows'
  | 'outgoing-mail'
  | 'source-key'
  | 'address-code'
  | 'webhook'
  | 'webhook-call'
  | 'mail'
  | 'sds-tenant-key'
  | 'sds-client-secret'
  | 'sds-app-key'
  | 'sds-data'
  | 'sds-meta'
  | 'sds-file-about'
  | 'sds-file-content'
  | 'sds-file-callback';

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** A sealed value was changed or moved, or is of another master key. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

export class Sealer {
  readonly #key: Buffer;

  /** @param key 32 bytes. */
  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new TypeError(`A master key has ${KEY_BYTES} bytes`);
    this.#key = key;
  }

  /** Sealed form: version byte, 12-byte IV, ciphertext, 16-byte tag. */
  seal(purpose: SealPurpose, id: string, plain: Uint8Array | string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(associatedData(purpose, id));
    const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain;
    const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), iv, body, cipher.getAuthTag()]);
  }

  /** @throws SealError */
  open(purpose: SealPurpose, id: string, sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < 1 + IV_BYTES + TAG_BYTES || bytes[0] !== VERSION) {
      throw new SealError(`A sealed ${purpose} has an unknown form`);
    }
    const bodyEnd = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(1, 1 + IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associatedData(purpose, id));
    decipher.setAuthTag(bytes.subarray(bodyEnd));
    try {
      const body = decipher.update(bytes.subarray(1 + IV_BYTES, bodyEnd));
      return Buffer.concat([body, decipher.final()]);
    } catch (error) {
      throw new SealError(`A sealed ${purpose} does not open`, { cause: error });
    }
  }

  openText(purpose: SealPurpose, id: string, sealed: Uint8Array): string {
    return this.open(purpose, id, sealed).toString('utf8');
  }
}

function associatedData(purpose: SealPurpose, id: string): Buffer {
  return Buffer.from(`sealift:${purpose}:${id}`, 'utf8');
}
