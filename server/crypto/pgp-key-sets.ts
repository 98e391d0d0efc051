/**
 * OpenPGP key sets as the platform takes and makes them. Its own use of OpenPGP.js: nothing here
 * is shared with the app.
 */
import { randomBytes } from 'node:crypto';
import {
  decryptKey,
  generateKey,
  readKey,
  readPrivateKey,
  readPrivateKeys,
  createMessage,
  encrypt,
} from 'openpgp';
import type { Key, PrivateKey } from 'openpgp';
import { ApiError } from '../failure.ts';
import './key-wrap.ts';
import type { NewKeySet, SecretKeySet } from '../store/pgp-keys.ts';

export const GENERATED_KEY_TYPES = ['rsa3072', 'curve25519'] as const;
export type GeneratedKeyType = (typeof GENERATED_KEY_TYPES)[number];

export interface SharedKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly passphrase: string;
}

/** 24 random bytes: 192 bits as 32 characters that need no quoting anywhere. */
const PASSPHRASE_BYTES = 24;

/**
 * Checks a key set that a customer shares: both halves are one key, the passphrase opens it, and
 * messages can be sealed to it.
 * @throws ApiError 400, in words that say which of these failed.
 */
export async function checkSharedKeys(shared: SharedKeys): Promise<NewKeySet> {
  const publicKey = await readPublic(shared.publicKey);
  const privateKey = await readPrivate(shared.privateKey);
  if (publicKey.getFingerprint() !== privateKey.getFingerprint()) {
    throw new ApiError(
      400,
      'PGP_KEYS_DIFFER',
      `The public key (${shown(publicKey)}) and the private key (${shown(privateKey)}) are not one pair.`,
    );
  }
  await requireEncryption(publicKey, privateKey);
  await unlock(privateKey, shared.passphrase);
  return {
    fingerprint: shown(publicKey),
    userId: publicKey.getUserIDs()[0] ?? '',
    publicArmored: publicKey.armor(),
    privateArmored: privateKey.armor(),
    passphrase: shared.passphrase,
  };
}

/** Makes a key set with a random passphrase. MDC only is advertised: any reader opens the result. */
export async function generateKeySet(request: {
  name: string;
  email: string;
  comment: string | undefined;
  type: GeneratedKeyType;
}): Promise<NewKeySet> {
  const passphrase = randomBytes(PASSPHRASE_BYTES).toString('base64url');
  const kind =
    request.type === 'rsa3072'
      ? ({ type: 'rsa', rsaBits: 3072 } as const)
      : ({ type: 'ecc', curve: 'curve25519Legacy' } as const);
  const { publicKey, privateKey } = await generateKey({
    ...kind,
    userIDs: [
      {
        name: request.name,
        email: request.email,
        ...(request.comment !== undefined && { comment: request.comment }),
      },
    ],
    passphrase,
    format: 'object',
    config: { aeadProtect: false },
  });
  return {
    fingerprint: shown(publicKey),
    userId: publicKey.getUserIDs()[0] ?? '',
    publicArmored: publicKey.armor(),
    privateArmored: privateKey.armor(),
    passphrase,
  };
}

/**
 * The key set's private keys, ready to open messages: the primary and every subkey that the
 * passphrase opens. A GNU-dummy primary stays as it is.
 * @throws Error when the passphrase is wrong
 */
export async function unlockKeySet(keySet: SecretKeySet): Promise<PrivateKey> {
  return unlockPrivate(
    await readPrivateKey({ armoredKey: keySet.privateArmored }),
    keySet.passphrase,
  );
}

/** Seals a short text to a key set, armored. v1 SEIPD whatever the key advertises. */
export async function sealTo(
  publicArmored: string,
  fileName: string,
  text: string,
): Promise<string> {
  const message = await createMessage({ text, filename: fileName });
  const sealed: unknown = await encrypt({
    message,
    encryptionKeys: await readKey({ armoredKey: publicArmored }),
    // A session key of our own without an AEAD mode keeps OpenPGP.js from writing SEIPD v2.
    sessionKey: { data: randomBytes(32), algorithm: 'aes256' },
    format: 'armored',
  });
  return String(sealed);
}

async function readPublic(armored: string): Promise<Key> {
  const key = await readKey({ armoredKey: armored }).catch(() => undefined);
  if (!key) {
    throw new ApiError(
      400,
      'PGP_PUBLIC_KEY_UNREADABLE',
      'The public key is not an armored OpenPGP key.',
    );
  }
  if (key.isPrivate()) {
    throw new ApiError(
      400,
      'PGP_PUBLIC_KEY_UNREADABLE',
      'The public key field holds a private key.',
    );
  }
  return key;
}

async function readPrivate(armored: string): Promise<PrivateKey> {
  const keys = await readPrivateKeys({ armoredKeys: armored }).catch(() => []);
  const [key, another] = keys;
  if (!key || another) {
    throw new ApiError(
      400,
      'PGP_PRIVATE_KEY_UNREADABLE',
      'The private key must be one armored OpenPGP private key.',
    );
  }
  return key;
}

async function requireEncryption(publicKey: Key, privateKey: PrivateKey): Promise<void> {
  const usable = await publicKey.getEncryptionKey().catch(() => undefined);
  if (!usable) {
    throw new ApiError(
      400,
      'PGP_KEY_CANNOT_ENCRYPT',
      'This key cannot receive encrypted files: it has no valid encryption subkey.',
    );
  }
  const [half] = privateKey.getKeys(usable.getKeyID());
  if (!half || !('privateParams' in half.keyPacket)) {
    throw new ApiError(
      400,
      'PGP_KEYS_DIFFER',
      'The private key lacks the subkey to which files are encrypted.',
    );
  }
}

async function unlock(privateKey: PrivateKey, passphrase: string): Promise<void> {
  try {
    await unlockPrivate(privateKey, passphrase);
  } catch {
    throw new ApiError(
      400,
      'PGP_PASSPHRASE_WRONG',
      'The passphrase does not open the private key.',
    );
  }
}

async function unlockPrivate(privateKey: PrivateKey, passphrase: string): Promise<PrivateKey> {
  if (privateKey.isDecrypted()) return privateKey;
  return decryptKey({ privateKey, passphrase });
}

function shown(key: Key): string {
  return key.getFingerprint().toUpperCase();
}
