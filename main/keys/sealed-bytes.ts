/** AES-256-GCM over bytes that lie in the profile (docs/formats/key-store.md). No files, no keychain. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What the bytes are and whose. Bound to them: a file put in another's place does not open. */
export interface SealedContext {
  readonly purpose: string;
  readonly id: string;
}

const ALGORITHM = 'aes-256-gcm';
/** `SEALIFT`, then the format's version. */
const MAGIC = Buffer.from('SEALIFT\x01', 'latin1');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = MAGIC.length + NONCE_BYTES + TAG_BYTES;

/** @param key 32 bytes @returns magic, nonce, ciphertext, tag */
export function sealBytes(key: Uint8Array, context: SealedContext, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(associatedData(context));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([MAGIC, nonce, ciphertext, cipher.getAuthTag()]);
}

/** @returns undefined when the bytes are not whole, not ours, of another context or another key */
export function openBytes(
  key: Uint8Array,
  context: SealedContext,
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < OVERHEAD_BYTES) return undefined;
  if (!MAGIC.equals(sealed.subarray(0, MAGIC.length))) return undefined;
  const nonceEnd = MAGIC.length + NONCE_BYTES;
  const tagStart = sealed.length - TAG_BYTES;
  const nonce = sealed.subarray(MAGIC.length, nonceEnd);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(sealed.subarray(tagStart));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceEnd, tagStart)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function associatedData({ purpose, id }: SealedContext): Buffer {
  return Buffer.concat([MAGIC, Buffer.from(`${purpose}\0${id}`, 'utf8')]);
}
