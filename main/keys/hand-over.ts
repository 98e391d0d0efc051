/** The bundle that a platform gets when a key set is registered: enough to open files, and no more. */
import type { SecretKeyPacket } from 'openpgp';
import { AppError } from '../../shared/errors/index.ts';
import { assessKey, idOf } from './assess-key.ts';
import { openpgpFullConfig } from './openpgp-config.ts';
import { parseOneKey } from './read-keys.ts';

/** Secret: it goes to the platform and nowhere else. */
export interface HandOver {
  readonly publicKey: string;
  /** Protected by the passphrase. */
  readonly privateKey: string;
  readonly passphrase: string;
}

/**
 * By default the private key holds the encryption subkey alone, behind a primary key without secret
 * part (GnuPG's dummy), so that the platform can open files and cannot sign or certify in the
 * owner's name. A key that encrypts with its primary cannot be split: it goes whole.
 *
 * @param passphrase opens the key; becomes its protection if it has none
 * @throws AppError KEY_REVOKED, KEY_EXPIRED, KEY_CANNOT_ENCRYPT and their kin
 */
export async function makeHandOver(
  privateArmored: string,
  passphrase: string,
  options: { readonly withPrimary: boolean },
): Promise<HandOver> {
  const key = await parseOneKey(privateArmored);
  if (!key.isPrivate()) throw new AppError('KEY_IS_PUBLIC');
  const assessment = await assessKey(key.toPublic(), new Date());
  if ('refusal' in assessment) throw assessment.refusal;
  const publicKey = key.toPublic().armor();

  const encryptionFingerprint = idOf(assessment.encryptionKey);
  const primary = key.keyPacket as SecretKeyPacket;
  if (!options.withPrimary && encryptionFingerprint !== idOf(key)) {
    primary.makeDummy();
    key.subkeys = key.subkeys.filter((subkey) => idOf(subkey) === encryptionFingerprint);
  }
  for (const { keyPacket } of key.getKeys()) {
    const secret = keyPacket as SecretKeyPacket;
    const open = !secret.isMissingSecretKeyMaterial() && secret.isDecrypted();
    if (open) await secret.encrypt(passphrase, openpgpFullConfig);
  }
  return { publicKey, privateKey: key.armor(), passphrase };
}
