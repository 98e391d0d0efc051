/** RSA keys of apps: making, importing in every form that people have, and the public half as SDS wants it. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { AppKeyBits } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';

export const MAX_KEY_FILE_BYTES = 64 * 1024;
const ALLOWED_BITS = { min: 512, max: 16_384 };
const PRIVATE_PEM = /-----BEGIN (?:RSA |ENCRYPTED )?PRIVATE KEY-----/;

export async function makeAppKey(bits: AppKeyBits): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits });
  return privateKey;
}

/**
 * Reads PEM (PKCS#1 or PKCS#8, encrypted or not) or DER of the same.
 *
 * @throws AppError SDS_KEY_INVALID, SDS_KEY_IS_PUBLIC, SDS_KEY_PASSPHRASE_NEEDED, SDS_KEY_PASSPHRASE_WRONG
 */
export function readAppKey(bytes: Uint8Array, passphrase?: string): KeyObject {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('latin1');
  const key = text.includes('-----BEGIN ')
    ? readPem(text, passphrase)
    : readDer(buffer, passphrase);
  if (key.asymmetricKeyType !== 'rsa') {
    throw invalid(`it is a key of the type ${key.asymmetricKeyType ?? 'unknown'}`);
  }
  const bits = bitsOf(key);
  if (bits < ALLOWED_BITS.min || bits > ALLOWED_BITS.max) throw invalid(`it has ${bits} bits`);
  return key;
}

/** Base64 of the DER SubjectPublicKeyInfo. */
export function publicHalf(privateKey: KeyObject): string {
  return spki(privateKey).toString('base64');
}

/** SHA-256 of the public half, lower-case hex. @param publicKey as `publicHalf` gives it */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}

export function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

export function toDer(privateKey: KeyObject): Buffer {
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

/** @param der as `toDer` gives it */
export function fromDer(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** PKCS#8 PEM under a passphrase. */
export function toEncryptedPem(privateKey: KeyObject, passphrase: string): string {
  const options = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase } as const;
  return privateKey.export(options).toString();
}

function spki(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
}

function readPem(text: string, passphrase: string | undefined): KeyObject {
  if (!PRIVATE_PEM.test(text)) {
    if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) throw new AppError('SDS_KEY_IS_PUBLIC');
    throw invalid('it is another kind of PEM file');
  }
  // PKCS#8 says so in its first line, PKCS#1 in a header.
  const isEncrypted = /BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text);
  if (isEncrypted && passphrase === undefined) throw new AppError('SDS_KEY_PASSPHRASE_NEEDED');
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(isEncrypted && { passphrase }) });
  } catch (cause) {
    if (isEncrypted) throw new AppError('SDS_KEY_PASSPHRASE_WRONG', {}, { cause });
    throw invalid('it is damaged, or no RSA key', cause);
  }
}

function readDer(key: Buffer, passphrase: string | undefined): KeyObject {
  const forms = [
    () => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
    ...(passphrase === undefined
      ? []
      : [() => createPrivateKey({ key, format: 'der', type: 'pkcs8', passphrase })]),
  ];
  for (const read of forms) {
    const found = attempt(read);
    if (found) return found;
  }
  if (attempt(() => createPublicKey({ key, format: 'der', type: 'spki' }))) {
    throw new AppError('SDS_KEY_IS_PUBLIC');
  }
  if (isEncryptedDer(key)) {
    const code =
      passphrase === undefined ? 'SDS_KEY_PASSPHRASE_NEEDED' : 'SDS_KEY_PASSPHRASE_WRONG';
    throw new AppError(code);
  }
  throw invalid('it is neither PEM nor DER');
}

/** PBES2 and the older PBE begin with their object identifier, where a plain key has a number. */
function isEncryptedDer(der: Buffer): boolean {
  const head = der.subarray(0, 32);
  const pbes2 = Buffer.from('06092a864886f70d01050d', 'hex');
  const pkcs12 = Buffer.from('060a2a864886f70d01', 'hex');
  return der[0] === 0x30 && (head.includes(pbes2) || head.includes(pkcs12));
}

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return new AppError('SDS_KEY_INVALID', { detail }, { cause });
}
