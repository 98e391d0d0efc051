/**
 * Opens what SDS gives to a reader with the permission 101 or 001: `<base64 wrapped key>.<base64 ciphertext>`,
 * an AES key under RSA/ECB/PKCS1Padding and content under AES/CBC/PKCS5Padding with a zero IV.
 *
 * Node 20 throws on RSA_PKCS1_PADDING (CVE-2023-46809) and Electron does not: so the padding is taken off here,
 * without a branch on secret bytes and with implicit rejection, which is the same in both. Whoever feeds it damaged
 * envelopes learns no more than that something did not fit.
 */
import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  privateDecrypt,
} from 'node:crypto';
import type { Decipher, KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.ts';

/** AES-128. */
const SECRET_BYTES = 16;
const BLOCK_BYTES = 16;
/** `00 02`, at least eight bytes that are not zero, `00`. */
const MIN_PADDING_BYTES = 11;
/** By contract; safe only because no key is used twice. */
const ZERO_IV = Buffer.alloc(BLOCK_BYTES);

export class EnvelopeOpener {
  readonly #privateKey: KeyObject;
  readonly #modulusBytes: number;
  readonly #rejectionKey: Buffer;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#modulusBytes = Math.ceil((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    this.#rejectionKey = createHash('sha256')
      .update('sealift sds rejection\0')
      .update(der)
      .digest();
  }

  /** @returns what was encrypted: with SDS as it is specified, base64 text; undefined: wrong key or damaged */
  open(envelope: string): Buffer | undefined {
    const [wrapped = '', content = '', ...rest] = envelope.split('.');
    const ciphertext = decodeBase64(content);
    const secret = this.unwrap(wrapped);
    if (!secret || !ciphertext || rest.length > 0) return undefined;
    try {
      const decipher = contentDecipher(secret);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  /** What was stored: opens the envelope and decodes the base64 in it, which must be canonical. */
  openStored(envelope: string): Buffer | undefined {
    const text = this.open(envelope);
    return text && decodeBase64(text.toString('latin1'));
  }

  /**
   * The AES key in a wrapped key. A wrong padding or length gives 16 other bytes, always the same for this key and
   * text, and no error. @returns undefined only for what is not base64: everyone can see that
   */
  unwrap(wrapped: string): Buffer | undefined {
    const ciphertext = decodeBase64(wrapped);
    if (!ciphertext) return undefined;
    const rejected = createHmac('sha256', this.#rejectionKey)
      .update(ciphertext)
      .digest()
      .subarray(0, SECRET_BYTES);
    const padded = this.#decryptRaw(ciphertext);
    return padded ? selectSecret(padded, rejected) : rejected;
  }

  /** @returns undefined for a length or number that no key of this size makes: public, too */
  #decryptRaw(ciphertext: Buffer): Buffer | undefined {
    if (ciphertext.length !== this.#modulusBytes) return undefined;
    if (this.#modulusBytes < SECRET_BYTES + MIN_PADDING_BYTES) return undefined;
    try {
      const padding = constants.RSA_NO_PADDING;
      return privateDecrypt({ key: this.#privateKey, padding }, ciphertext);
    } catch {
      return undefined;
    }
  }
}

/** For content under a key that `unwrap` gave; `final` throws on a wrong padding. */
export function contentDecipher(secret: Buffer): Decipher {
  return createDecipheriv('aes-128-cbc', secret, ZERO_IV);
}

/**
 * Opens several envelopes with one key: for the worker.
 * @param privateKeyDer PKCS#8
 * @param raw what came out of the decryption, instead of the bytes that it encodes
 * @returns null for each that cannot be opened
 */
export function openEnvelopes(
  privateKeyDer: Uint8Array,
  envelopes: readonly string[],
  raw: boolean,
): (Uint8Array | null)[] {
  const key = Buffer.from(privateKeyDer);
  const opener = new EnvelopeOpener(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  return envelopes.map((one) => (raw ? opener.open(one) : opener.openStored(one)) ?? null);
}

/**
 * `00 02 <not zero>… 00 <16 bytes>` → the 16 bytes, else `rejected`. Reads every byte and takes no branch on one:
 * since the length of the key is known, the place of its zero byte is, too.
 */
function selectSecret(padded: Buffer, rejected: Buffer): Buffer {
  const start = padded.length - SECRET_BYTES;
  let faults = padded[0]! | (padded[1]! ^ 2) | padded[start - 1]!;
  for (let index = 2; index < start - 1; index++) faults |= isZero(padded[index]!);
  const mask = -isZero(faults) & 0xff;
  const secret = Buffer.alloc(SECRET_BYTES);
  for (let index = 0; index < SECRET_BYTES; index++) {
    secret[index] = (padded[start + index]! & mask) | (rejected[index]! & ~mask);
  }
  return secret;
}

/** 1 for 0, else 0, of a byte. */
function isZero(byte: number): number {
  return ((byte - 1) >> 8) & 1;
}
