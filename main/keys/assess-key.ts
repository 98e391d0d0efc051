/** Judges a public key: what it is called, whether a file can be sealed to it now, and if not, why. */
import { enums } from 'openpgp';
import type { AlgorithmInfo, Key, Subkey } from 'openpgp';
import type { KeySet, KeyUse } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;
const EXPIRY_WARNING_DAYS = 30;

export type Assessment =
  | {
      readonly use: Extract<KeyUse, 'ready' | 'expires-soon'>;
      /** The newest valid encryption subkey, else the primary key. */
      readonly encryptionKey: Key | Subkey;
      /** When the first of primary key and encryption subkey expires; absent: never. */
      readonly expiresAt?: Date;
    }
  | {
      readonly use: Exclude<KeyUse, 'ready' | 'expires-soon'>;
      readonly refusal: AppError;
      readonly expiresAt?: Date;
    };

/** Chooses the encryption key as the spec says, or tells why there is none at `now`. */
export async function assessKey(key: Key, now: Date): Promise<Assessment> {
  const primaryExpiry = await key.getExpirationTime();
  try {
    const encryptionKey = await key.getEncryptionKey(undefined, now);
    const subkeyExpiry = isSubkey(encryptionKey)
      ? await encryptionKey.getExpirationTime(now)
      : Infinity;
    const expiresAt = earliest(primaryExpiry, subkeyExpiry);
    if (!expiresAt) return { use: 'ready', encryptionKey };
    const soon = expiresAt.getTime() - now.getTime() < EXPIRY_WARNING_DAYS * DAY_MS;
    return { use: soon ? 'expires-soon' : 'ready', encryptionKey, expiresAt };
  } catch (cause) {
    const refused =
      (await refusePrimary(key, primaryExpiry, now)) ?? (await refuseSubkeys(key, now));
    return refused ?? refuseOther(key, cause);
  }
}

async function refusePrimary(
  key: Key,
  expiry: Date | number | null,
  now: Date,
): Promise<Assessment | undefined> {
  if (await key.isRevoked(undefined, undefined, now)) {
    return { use: 'revoked', refusal: new AppError('KEY_REVOKED', { fingerprint: idOf(key) }) };
  }
  return expiry instanceof Date && expiry <= now ? expired(key, expiry) : undefined;
}

/** The newest subkey that was meant for encryption decides: the owner made it to replace the others. */
async function refuseSubkeys(key: Key, now: Date): Promise<Assessment | undefined> {
  const newest = key.subkeys
    .filter((subkey) => subkey.bindingSignatures.some(({ keyFlags }) => allowsEncryption(keyFlags)))
    .sort((a, b) => b.getCreationTime().getTime() - a.getCreationTime().getTime())[0];
  const binding = newest?.bindingSignatures[0];
  if (!newest || !binding) return undefined;
  if (await newest.isRevoked(binding, newest.keyPacket, now)) {
    return { use: 'revoked', refusal: new AppError('KEY_REVOKED', { fingerprint: idOf(newest) }) };
  }
  const expiry = await newest.getExpirationTime(now);
  return expiry instanceof Date && expiry <= now ? expired(newest, expiry) : undefined;
}

function refuseOther(key: Key, cause: unknown): Assessment {
  const fingerprint = idOf(key);
  const message = cause instanceof Error ? cause.message : '';
  if (/too weak|is disabled/.test(message)) {
    const algorithm = describeAlgorithm(key.getAlgorithmInfo());
    const refusal = new AppError('KEY_TOO_WEAK', { fingerprint, algorithm }, { cause });
    return { use: 'cannot-encrypt', refusal };
  }
  if (/self-signature|self-certification|signature verification|in the future/i.test(message)) {
    const reason = 'its own signature on itself does not hold';
    const refusal = new AppError('KEY_INVALID', { fingerprint, reason }, { cause });
    return { use: 'cannot-encrypt', refusal };
  }
  const refusal = new AppError('KEY_CANNOT_ENCRYPT', { fingerprint }, { cause });
  return { use: 'cannot-encrypt', refusal };
}

function expired(key: Key | Subkey, expiresAt: Date): Assessment {
  const params = { fingerprint: idOf(key), date: dayOf(expiresAt) };
  return { use: 'expired', refusal: new AppError('KEY_EXPIRED', params), expiresAt };
}

/** What the field shows of a key, without its registrations. */
export async function describeKey(
  key: Key,
  kept: Pick<KeySet, 'hasPrivateKey' | 'hasPassphrase'>,
  now: Date,
): Promise<Omit<KeySet, 'registrations'>> {
  const assessment = await assessKey(key, now);
  return {
    fingerprint: idOf(key),
    ...('encryptionKey' in assessment
      ? { encryptionFingerprint: idOf(assessment.encryptionKey) }
      : {}),
    userId: await userIdOf(key, now),
    algorithm: describeAlgorithm(key.getAlgorithmInfo()),
    createdAt: key.getCreationTime().toISOString(),
    ...(assessment.expiresAt ? { expiresAt: assessment.expiresAt.toISOString() } : {}),
    use: assessment.use,
    ...kept,
  };
}

/** The primary user ID; the first one when none is valid. Characters that could deceive are dropped. */
export async function userIdOf(key: Key, now: Date): Promise<string> {
  const primary = await key.getPrimaryUser(now).catch(() => undefined);
  const text = primary?.user.userID?.userID ?? key.getUserIDs()[0] ?? '';
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '');
}

/** Fingerprint as this program writes it: upper-case hex. */
export function idOf(key: Pick<Key | Subkey, 'getFingerprint'>): string {
  return key.getFingerprint().toUpperCase();
}

export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

const CURVE_NAMES: Readonly<Record<string, string>> = {
  ed25519Legacy: 'Curve25519',
  curve25519Legacy: 'Curve25519',
  nistP256: 'NIST P-256',
  nistP384: 'NIST P-384',
  nistP521: 'NIST P-521',
  brainpoolP256r1: 'Brainpool P-256',
  brainpoolP384r1: 'Brainpool P-384',
  brainpoolP512r1: 'Brainpool P-512',
};

const ALGORITHM_NAMES: Readonly<Record<string, string>> = {
  ed25519: 'Curve25519',
  x25519: 'Curve25519',
  ed448: 'Curve448',
  x448: 'Curve448',
  dsa: 'DSA',
  elgamal: 'Elgamal',
};

function describeAlgorithm({ algorithm, bits, curve }: AlgorithmInfo): string {
  if (algorithm.startsWith('rsa')) return `RSA ${bits ?? ''}`.trim();
  if (curve) return CURVE_NAMES[curve] ?? curve;
  const name = ALGORITHM_NAMES[algorithm] ?? algorithm;
  return bits ? `${name} ${bits}` : name;
}

function isSubkey(key: Key | Subkey): key is Subkey {
  return 'mainKey' in key;
}

function allowsEncryption(keyFlags: Uint8Array | null): boolean {
  const mask = enums.keyFlags.encryptCommunication | enums.keyFlags.encryptStorage;
  return ((keyFlags?.[0] ?? 0) & mask) !== 0;
}

/** OpenPGP.js says Infinity for never, and null where there is nothing valid to tell it from. */
function earliest(...times: readonly (Date | number | null)[]): Date | undefined {
  const dates = times.filter((time) => time instanceof Date);
  return dates.sort((a, b) => a.getTime() - b.getTime())[0];
}
