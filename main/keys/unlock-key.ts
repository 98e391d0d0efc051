/** Opens private keys with their passphrase. */
import type { Key, SecretKeyPacket, SecretSubkeyPacket } from 'openpgp';
import { AppError } from '../../shared/errors/index.ts';
import { idOf } from './assess-key.ts';
import { parseOneKey } from './read-keys.ts';
import { UnlockedKey } from './unlocked-key.ts';

/**
 * Decrypts the secret parts of a private key. A primary key without its secret part (GnuPG's
 * `--export-secret-subkeys`) is fine as long as a subkey has its own.
 *
 * @param passphrase may be left out for a key that has none
 * @throws AppError PASSPHRASE_NEEDED, PASSPHRASE_WRONG, KEY_IS_PUBLIC, KEY_MATERIAL_MISSING,
 *   KEY_INVALID, KEY_SEVERAL, KEY_UNREADABLE, KEY_VERSION_UNSUPPORTED
 */
export async function unlockKey(
  privateKey: Uint8Array | string,
  passphrase: string | undefined,
): Promise<UnlockedKey> {
  const key = await parseOneKey(privateKey);
  if (!key.isPrivate()) throw new AppError('KEY_IS_PUBLIC');
  const fingerprint = idOf(key);
  const packets = secretPackets(key).filter((packet) => !packet.isMissingSecretKeyMaterial());
  if (packets.length === 0) throw new AppError('KEY_MATERIAL_MISSING', { fingerprint });
  for (const packet of packets) await unlockPacket(packet, passphrase, fingerprint);
  return new UnlockedKey(fingerprint, key);
}

type SecretPacket = SecretKeyPacket | SecretSubkeyPacket;

function secretPackets(key: Key): SecretPacket[] {
  return key.getKeys().map(({ keyPacket }) => keyPacket as SecretPacket);
}

async function unlockPacket(
  packet: SecretPacket,
  passphrase: string | undefined,
  fingerprint: string,
): Promise<void> {
  if (!packet.isDecrypted()) {
    if (passphrase === undefined) throw new AppError('PASSPHRASE_NEEDED', { fingerprint });
    try {
      await packet.decrypt(passphrase);
    } catch (cause) {
      throw new AppError('PASSPHRASE_WRONG', { fingerprint }, { cause });
    }
  }
  // A changed public half with the true secret one can be made to give the secret away.
  try {
    await packet.validate();
  } catch (cause) {
    const reason = 'its public and secret halves do not belong together';
    throw new AppError('KEY_INVALID', { fingerprint, reason }, { cause });
  }
}
