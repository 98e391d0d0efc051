/** Chooses to which key of a public key a file is sealed (spec, "The encrypted message and the keys"). */
import { AppError } from '../../shared/errors/index.ts';
import { assessKey, DAY_MS, dayOf, idOf, userIdOf } from './assess-key.ts';
import { parseOneKey } from './read-keys.ts';

/** To whom a file is sealed. Plain data: it may cross to a worker. */
export interface Recipient {
  readonly publicArmored: string;
  /** Primary key: 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** The subkey (or primary) that is used. */
  readonly encryptionFingerprint: string;
  /** Its key id, 16 upper-case hex digits. */
  readonly encryptionKeyId: string;
  readonly userId: string;
  /** ISO 8601; absent: never. */
  readonly expiresAt?: string;
  /** Whole sentences for the user. */
  readonly warnings: readonly string[];
}

/**
 * The newest valid encryption subkey, else the primary if it may encrypt.
 *
 * @throws AppError KEY_IS_PRIVATE, KEY_EXPIRED, KEY_REVOKED, KEY_CANNOT_ENCRYPT, KEY_TOO_WEAK,
 *   KEY_INVALID, KEY_SEVERAL, KEY_UNREADABLE, KEY_FILE_TOO_LARGE, KEY_VERSION_UNSUPPORTED
 */
export async function chooseRecipient(
  publicKey: Uint8Array | string,
  now = new Date(),
): Promise<Recipient> {
  const key = await parseOneKey(publicKey);
  if (key.isPrivate()) throw new AppError('KEY_IS_PRIVATE');
  const assessment = await assessKey(key, now);
  if ('refusal' in assessment) throw assessment.refusal;
  const { encryptionKey, expiresAt } = assessment;
  return {
    publicArmored: key.armor(),
    fingerprint: idOf(key),
    encryptionFingerprint: idOf(encryptionKey),
    encryptionKeyId: encryptionKey.getKeyID().toHex().toUpperCase(),
    userId: await userIdOf(key, now),
    ...(expiresAt ? { expiresAt: expiresAt.toISOString() } : {}),
    warnings: assessment.use === 'expires-soon' && expiresAt ? [expiryWarning(expiresAt, now)] : [],
  };
}

function expiryWarning(expiresAt: Date, now: Date): string {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  const left = days < 1 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  return `The key expires ${left}, on ${dayOf(expiresAt)}.`;
}
