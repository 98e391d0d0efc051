/** Session keys and the packets that carry them (PKESK). The public-key operations are OpenPGP.js's. */
import { randomBytes } from 'node:crypto';
import * as openpgp from 'openpgp';
import type { KeyID, PrivateKey, SecretKeyPacket } from 'openpgp';
import { AppError } from '../../shared/errors/index.ts';
import type { Recipient } from '../keys/recipient.ts';
import { openpgpConfig } from '../keys/openpgp-config.ts';
import type { UnlockedKey } from '../keys/unlocked-key.ts';

export interface SessionKey {
  /** OpenPGP.js's name of the cipher: `aes256`; null where the container names it (SEIPD v2). */
  readonly algorithm: string | null;
  readonly key: Uint8Array;
}

/** A session key whose cipher is known. */
export interface CipherKey extends SessionKey {
  readonly algorithm: string;
}

/** A fresh AES-256 session key, and the version 3 packet that carries it to the recipient. */
export async function newSession(
  recipient: Recipient,
): Promise<{ session: CipherKey; pkesk: Uint8Array }> {
  const session: CipherKey = { algorithm: 'aes256', key: randomBytes(32) };
  const publicKey = await openpgp.readKey({
    armoredKey: recipient.publicArmored,
    config: openpgpConfig,
  });
  const encryptionKey = publicKey
    .getKeys()
    .find((key) => key.getFingerprint().toUpperCase() === recipient.encryptionFingerprint);
  if (!encryptionKey) {
    throw new AppError('KEY_CANNOT_ENCRYPT', { fingerprint: recipient.fingerprint });
  }
  try {
    const pkesk = await openpgp.encryptSessionKey({
      data: session.key,
      algorithm: 'aes256',
      encryptionKeys: publicKey,
      encryptionKeyIDs: encryptionKey.getKeyID(),
      format: 'binary',
      config: openpgpConfig,
    });
    return { session, pkesk };
  } catch (cause) {
    const reason = 'it cannot be used for encryption any more';
    throw new AppError('KEY_INVALID', { fingerprint: recipient.fingerprint, reason }, { cause });
  }
}

export interface SessionSearch {
  /** Absent: no key opened any of the packets. */
  readonly session?: SessionKey;
  /** True when one of the packets names one of the keys, so that not opening it means damage. */
  readonly addressed: boolean;
}

/**
 * Tries the keys on the PKESK packets of a message, wildcard recipients included. Expired and
 * revoked keys still open what was once sealed to them.
 *
 * @param pkesks packet bodies, in the order of the message
 */
export async function findSession(
  pkesks: readonly Uint8Array[],
  keys: readonly UnlockedKey[],
): Promise<SessionSearch> {
  let addressed = false;
  for (const body of pkesks) {
    const pkesk = parsePkesk(body);
    if (!pkesk) continue;
    for (const key of keys.map((unlocked) => unlocked.openpgpKey())) {
      addressed ||= key.getKeyIDs().some((id) => id.equals(pkesk.publicKeyID));
      const session = await tryKey(key, pkesk);
      if (session) return { session, addressed };
    }
  }
  return { addressed };
}

/** What OpenPGP.js's packet has and does without declaring it. */
interface OpenPkesk {
  readonly publicKeyID: KeyID;
  readonly sessionKey: Uint8Array;
  readonly sessionKeyAlgorithm: openpgp.enums.symmetric | null;
  decrypt(key: SecretKeyPacket): Promise<void>;
}

function parsePkesk(body: Uint8Array): OpenPkesk | undefined {
  try {
    const parsed = new openpgp.PublicKeyEncryptedSessionKeyPacket();
    parsed.read(body);
    return parsed as unknown as OpenPkesk;
  } catch {
    return undefined; // a version or an algorithm that OpenPGP.js does not know
  }
}

/**
 * Packet by packet and not through `openpgp.decryptSessionKeys`, which refuses ciphers that the
 * key does not list as preferred, AES-192 among them.
 */
async function tryKey(key: PrivateKey, pkesk: OpenPkesk): Promise<SessionKey | undefined> {
  const candidates = await key.getDecryptionKeys(pkesk.publicKeyID, null).catch(() => []);
  for (const { keyPacket } of candidates) {
    try {
      await pkesk.decrypt(keyPacket as SecretKeyPacket);
    } catch {
      continue;
    }
    const { sessionKeyAlgorithm: cipher, sessionKey } = pkesk;
    const algorithm = cipher === null ? null : openpgp.enums.read(openpgp.enums.symmetric, cipher);
    return { algorithm, key: sessionKey };
  }
  return undefined;
}

export const WILDCARD_KEY_ID = '0000000000000000';

/** The key id in a PKESK body, 16 upper-case hex digits; zeros for a wildcard recipient. */
export function recipientKeyId(pkesk: Uint8Array): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
  if (pkesk[0] === 3) return hex(pkesk.subarray(1, 9)).padEnd(16, '0');
  if (pkesk[0] !== 6 || !pkesk[1]) return WILDCARD_KEY_ID;
  const fingerprint = pkesk.subarray(3, 2 + pkesk[1]);
  return hex(pkesk[2] === 4 ? fingerprint.subarray(-8) : fingerprint.subarray(0, 8)).padEnd(
    16,
    '0',
  );
}
