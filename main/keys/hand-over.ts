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

/** A file of the folder in which a hand-over travels when it does not go over a console. */
export interface HandOverFile {
  readonly name: string;
  readonly text: string;
  readonly isSecret: boolean;
}

/** The folder for the platform. The passphrase is not in it: it must come by another way. */
export function handOverFiles(
  { publicKey, privateKey }: HandOver,
  keySet: { readonly fingerprint: string; readonly userId: string },
): HandOverFile[] {
  return [
    { name: 'public.asc', text: publicKey, isSecret: false },
    { name: 'private.asc', text: privateKey, isSecret: true },
    { name: 'README.txt', text: letter(keySet), isSecret: false },
  ];
}

function letter({ fingerprint, userId }: { fingerprint: string; userId: string }): string {
  return `An OpenPGP key set for encrypted imports

Fingerprint   ${fingerprint}
User ID       ${userId}
public.asc    the public key, to which files are encrypted
private.asc   the private key that opens them, protected by its passphrase

1. Give this folder to the platform by the protected way that it names for keys.
2. The passphrase is not in this folder, and must not travel with it. Tell it by another
   way, to a person you know: by telephone, in a password manager, or by a link that
   opens once. Whoever has private.asc and the passphrase can read the files.
3. The platform answers with a Key ID. Note it, so that manifests can name it:
   sealift keys set-id ${fingerprint} KEY-ID
4. Then delete this folder.
`;
}
