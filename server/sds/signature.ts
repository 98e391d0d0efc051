/** X-SDS-SIGNATURE: which app makes a request, and proof of it. */
import { createHash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { NAME_PATTERN, decodeBase64 } from './rules.ts';

/** How far the caller's clock may be off, in milliseconds. */
export const MAX_CLOCK_OFFSET_MS = 300_000;
/** In place of the body's hash where content is streamed. */
export const UNSIGNED = 'UNSIGNED';

export interface SentSignature {
  readonly appName: string;
  readonly signature: Buffer;
}

/** What a signature in strict mode covers beside the app's name. */
export interface StrictParts {
  readonly tenantId: string;
  readonly requestId: string;
  /** Epoch seconds, as X-SDS-TIMESTAMP has them. */
  readonly timestamp: string;
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  /** Lower-case hex SHA-256 of the body, or `UNSIGNED`. */
  readonly bodyHash: string;
}

/** @returns undefined when the header is not `<base64 signature>.<base64 app name>` */
export function parseSignature(header: string): SentSignature | undefined {
  const [signaturePart = '', namePart = '', ...rest] = header.split('.');
  const signature = decodeBase64(signaturePart);
  const appName = decodeBase64(namePart)?.toString('latin1') ?? '';
  if (rest.length > 0 || !signature?.length || !NAME_PATTERN.test(appName)) return undefined;
  return { appName, signature };
}

/** The bytes that are signed: the app's name alone, or in strict mode all that a replay would change. */
export function signedBytes(appName: string, strict?: StrictParts): Buffer {
  if (!strict) return Buffer.from(appName, 'utf8');
  const { tenantId, requestId, timestamp, method, target, bodyHash } = strict;
  const parts = [appName, tenantId, requestId, timestamp, method, target, bodyHash];
  return Buffer.from(parts.join('\n'), 'utf8');
}

/** SHA1withRSA (PKCS #1 v1.5). */
export function isSignedBy(publicKey: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  return isRsaSignature('RSA-SHA1', publicKey, bytes, signature);
}

/** The proof that goes with a new key: SHA256withRSA by that key over `<app id>.<key>`. */
export function isProof(newKey: KeyObject, appId: string, keyText: string, proof: Buffer): boolean {
  return isRsaSignature('RSA-SHA256', newKey, Buffer.from(`${appId}.${keyText}`, 'utf8'), proof);
}

export function hashBody(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** @param timestamp epoch seconds in digits */
export function isTimely(timestamp: string, nowMs: number): boolean {
  return Math.abs(nowMs - Number(timestamp) * 1000) <= MAX_CLOCK_OFFSET_MS;
}

function isRsaSignature(
  algorithm: 'RSA-SHA1' | 'RSA-SHA256',
  key: KeyObject,
  bytes: Buffer,
  signature: Buffer,
): boolean {
  try {
    return verify(algorithm, bytes, key, signature);
  } catch {
    // A signature of another length, or a key that is too short for this digest.
    return false;
  }
}
