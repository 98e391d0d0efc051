/**
 * `secrets.json` of a profile: what protects its wrapping key. Holds no secret in clear: the key is
 * in the keychain, or here encrypted under the master password (docs/formats/key-store.md).
 */
import { createHash, randomBytes, scrypt } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { readIfThere } from '../platform/atomic-file.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';

export const WRAPPING_KEY_BYTES = 32;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

const common = {
  version: z.literal(1),
  profileId: z.uuid(),
  /** Tells whether a key is the profile's, and nothing else about it. */
  keyCheck: hex(8),
};

/** Bounds are also the defence against a file that asks for all of the memory. */
const scryptSchema = z.strictObject({
  salt: hex(16),
  logN: z.number().int().min(17).max(20),
  r: z.literal(8),
  p: z.literal(1),
});

const protectionSchema = z.discriminatedUnion('protection', [
  z.strictObject({ ...common, protection: z.literal('keychain') }),
  z.strictObject({
    ...common,
    protection: z.literal('master-password'),
    scrypt: scryptSchema,
    /** The wrapping key as `sealBytes` writes it, base64. */
    wrapped: z.base64(),
  }),
]);

export type Protection = z.infer<typeof protectionSchema>;
export type MasterProtection = Extract<Protection, { protection: 'master-password' }>;

export function protectionPath(profileDir: string): string {
  return join(profileDir, 'secrets.json');
}

/** @returns undefined for a profile that has none yet @throws AppError SECRETS_DAMAGED */
export async function readProtection(profileDir: string): Promise<Protection | undefined> {
  const path = protectionPath(profileDir);
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    return protectionSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new AppError('SECRETS_DAMAGED', { file: path }, { cause });
  }
}

export function keyCheck(key: Uint8Array): string {
  return createHash('sha256')
    .update('sealift wrapping key\0')
    .update(key)
    .digest('hex')
    .slice(0, 16);
}

const WRAP_PURPOSE = 'wrapping-key';
/** 2¹⁷ × 8 × 128 bytes: 128 MiB and some tenths of a second for each guess. */
const SCRYPT_LOG_N = 17;

export async function wrapUnderPassword(
  key: Uint8Array,
  profileId: string,
  password: string,
): Promise<MasterProtection> {
  const parameters = {
    salt: randomBytes(16).toString('hex'),
    logN: SCRYPT_LOG_N,
    r: 8,
    p: 1,
  } as const;
  const passwordKey = await derive(password, parameters);
  const context = { purpose: WRAP_PURPOSE, id: profileId };
  return {
    version: 1,
    protection: 'master-password',
    profileId,
    keyCheck: keyCheck(key),
    scrypt: parameters,
    wrapped: sealBytes(passwordKey, context, key).toString('base64'),
  };
}

/** @throws AppError MASTER_PASSWORD_WRONG, also when the wrapped key was changed */
export async function unwrapWithPassword(
  protection: MasterProtection,
  password: string,
): Promise<Uint8Array> {
  const passwordKey = await derive(password, protection.scrypt);
  const context = { purpose: WRAP_PURPOSE, id: protection.profileId };
  const key = openBytes(passwordKey, context, Buffer.from(protection.wrapped, 'base64'));
  if (!key || key.length !== WRAPPING_KEY_BYTES) throw new AppError('MASTER_PASSWORD_WRONG');
  return key;
}

/** The password in Unicode's composed form, so that every keyboard gives the same bytes for it. */
function derive(
  password: string,
  { salt, logN, r, p }: MasterProtection['scrypt'],
): Promise<Buffer> {
  const N = 2 ** logN;
  const options = { N, r, p, maxmem: 2 * 128 * N * r };
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer): void => (error ? reject(error) : resolve(key));
    scrypt(password.normalize('NFC'), Buffer.from(salt, 'hex'), WRAPPING_KEY_BYTES, options, done);
  });
}
