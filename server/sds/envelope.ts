/** The form of an encrypted read: a fresh AES key, wrapped under the reader's RSA key. */
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** RSA/ECB/PKCS1Padding. */
export const PADDING = constants.RSA_PKCS1_PADDING;
export const SECRET_BYTES = 16;
/** Constant by contract: safe only because no secret is used twice. */
export const ZERO_IV = Buffer.alloc(16);

/** @param secret 16 bytes */
export function wrapSecret(secret: Buffer, reader: KeyObject): string {
  return publicEncrypt({ key: reader, padding: PADDING }, secret).toString('base64');
}

/**
 * `<base64 wrapped secret>.<base64 ciphertext>`, AES/CBC/PKCS5Padding over the text's UTF-8 bytes.
 * @param text the stored base64 as it stands, not what it encodes
 */
export function sealForReader(text: string, reader: KeyObject): string {
  const secret = randomBytes(SECRET_BYTES);
  const cipher = createCipheriv('aes-128-cbc', secret, ZERO_IV);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${wrapSecret(secret, reader)}.${ciphertext.toString('base64')}`;
}
