/** The forms that SDS accepts. */
import { createPublicKey, publicEncrypt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SdsFailure } from './failure.ts';
import { PADDING, SECRET_BYTES } from './envelope.ts';

export const NAME_PATTERN = /^[a-zA-Z0-9_-]{3,16}$/;
const BASE64_PATTERN = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KEY_BITS = { min: 512, max: 16384 };
const WEAK_BITS = 2048;
const MAX_META_DEPTH = 64;

/** Canonical padded base64 (RFC 4648, 4): nothing but the alphabet, and no bit that is thrown away. */
export function isCanonicalBase64(text: string): boolean {
  // The pattern would accept `QR==`, whose last bits decode to nothing.
  return BASE64_PATTERN.test(text) && Buffer.from(text, 'base64').toString('base64') === text;
}

/** @returns undefined when the text is not canonical base64 */
export function decodeBase64(text: string): Buffer | undefined {
  return isCanonicalBase64(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Whether a JSON value is nested at most 64 deep, so that no later step overflows the stack. */
export function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_META_DEPTH) return false;
  return Object.values(value).every((member) => isShallow(member, depth + 1));
}

export interface AppKey {
  readonly publicKey: KeyObject;
  readonly bits: number;
  /** Shorter than what is thought safe today. */
  readonly isWeak: boolean;
}

/**
 * Reads an app's key: base64 of a DER SubjectPublicKeyInfo, RSA, 512 to 16384 bits, odd e ≥ 3.
 * @throws SdsFailure KEY_INVALID
 */
export function readAppKey(text: string): AppKey {
  const der = decodeBase64(text);
  if (!der || der.length === 0) throw keyInvalid('The key is not canonical base64.');
  const publicKey = parseSpki(der);
  if (publicKey?.asymmetricKeyType !== 'rsa') throw keyInvalid('The key is not an RSA key.');
  const { modulusLength: bits = 0, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
  if (bits < KEY_BITS.min || bits > KEY_BITS.max) {
    throw keyInvalid(`An RSA key has ${KEY_BITS.min} to ${KEY_BITS.max} bits; this one ${bits}.`);
  }
  if (publicExponent < 3n || publicExponent % 2n === 0n) {
    throw keyInvalid('The exponent of the RSA key must be odd and at least 3.');
  }
  // The bytes are stored as they were sent: so they must be the one form of this key.
  if (!publicKey.export({ format: 'der', type: 'spki' }).equals(der)) {
    throw keyInvalid('The key is not strict DER.');
  }
  if (!canEncrypt(publicKey)) throw keyInvalid('The numbers of the key are no RSA key.');
  return { publicKey, bits, isWeak: bits < WEAK_BITS };
}

function parseSpki(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** A modulus that is even or absurd shows only when it is used; then reads would fail. */
function canEncrypt(publicKey: KeyObject): boolean {
  try {
    publicEncrypt({ key: publicKey, padding: PADDING }, Buffer.alloc(SECRET_BYTES, 1));
    return true;
  } catch {
    return false;
  }
}

function keyInvalid(description: string): SdsFailure {
  return new SdsFailure('KEY_INVALID', description, {
    field: 'key',
    expected: 'base64 of a DER SubjectPublicKeyInfo with an RSA key',
  });
}
