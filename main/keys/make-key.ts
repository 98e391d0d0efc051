/** Makes OpenPGP key sets of the kinds that every reader of the field knows. No storage. */
import * as openpgp from 'openpgp';
import type { Config, KeyOptions, PrivateKey, SecretKeyPacket } from 'openpgp';
import type { KeySet, KeyType } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';
import { describeKey } from './assess-key.ts';
import { openpgpConfig, openpgpFullConfig } from './openpgp-config.ts';

export interface NewKeyRequest {
  readonly name: string;
  readonly email: string;
  readonly comment?: string;
  readonly type: KeyType;
  readonly expires: 'never' | { readonly days: number };
  /** Not empty: a private key is never written unprotected. */
  readonly passphrase: string;
}

export interface NewKey {
  readonly publicArmored: string;
  /** Secret parts under the passphrase: S2K usage 254, iterated and salted SHA-256, AES-256. */
  readonly privateArmored: string;
  /** Import it, and publish the key again, to revoke the key. */
  readonly revocationArmored: string;
  readonly keySet: KeySet;
}

/** `curve25519Legacy` is EdDSA (22) with ECDH (18); the newer `curve25519` is not read by GnuPG 2.2. */
const KINDS: Readonly<Record<KeyType, Pick<KeyOptions, 'type' | 'rsaBits' | 'curve'>>> = {
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
  curve25519: { type: 'ecc', curve: 'curve25519Legacy' },
};

const SECONDS_PER_DAY = 24 * 60 * 60;
/** Above this the 32-bit expiry of the format would run over for keys made in this century. */
const MAX_EXPIRY_DAYS = 36_500;
const MAX_NAME_CHARACTERS = 200;

/**
 * A version 4 key for signing and certifying, with one encryption subkey.
 * Takes a second or more for RSA.
 *
 * @throws AppError BAD_REQUEST for a name, e-mail, comment, expiry or passphrase that cannot be used
 */
export async function makeKey(request: NewKeyRequest): Promise<NewKey> {
  checkRequest(request);
  const { name, email, comment, expires } = request;
  const generated = await openpgp.generateKey({
    ...KINDS[request.type],
    userIDs: { name: name.trim(), email, ...(comment?.trim() ? { comment: comment.trim() } : {}) },
    ...(expires === 'never' ? {} : { keyExpirationTime: expires.days * SECONDS_PER_DAY }),
    format: 'object',
    config: openpgpConfig,
  });
  await preferKnownHashes(generated.privateKey);
  const privateKey = await openpgp.encryptKey({
    privateKey: generated.privateKey,
    passphrase: request.passphrase,
    config: openpgpConfig,
  });
  const kept = { hasPrivateKey: true, hasPassphrase: false };
  return {
    publicArmored: privateKey.toPublic().armor(),
    privateArmored: privateKey.armor(),
    revocationArmored: generated.revocationCertificate,
    keySet: { ...(await describeKey(privateKey, kept, new Date())), registrations: [] },
  };
}

/** The declaration of `SignaturePacket.sign` leaves out its last parameter, which is not optional. */
type SignWithConfig = (
  key: SecretKeyPacket,
  data: object,
  date: Date | undefined,
  detached: boolean,
  config: Config,
) => Promise<void>;

/**
 * Signs the user ID anew without SHA-3 among the preferred hashes, which OpenPGP.js puts there and
 * of which GnuPG 2.2 warns at every import.
 */
async function preferKnownHashes(key: PrivateKey): Promise<void> {
  const user = key.users[0]!;
  const certification = user.selfCertifications[0]!;
  certification.preferredHashAlgorithms = [openpgp.enums.hash.sha512, openpgp.enums.hash.sha256];
  // Holds the salt of the first signing; OpenPGP.js refuses to sign while one is there.
  certification.rawNotations = [];
  const data = { userID: user.userID, key: key.keyPacket };
  const created = certification.created ?? undefined;
  const sign = certification.sign.bind(certification) as SignWithConfig;
  await sign(key.keyPacket as SecretKeyPacket, data, created, false, openpgpFullConfig);
}

function checkRequest({ name, email, comment, expires, passphrase }: NewKeyRequest): void {
  const refuse = (detail: string): never => {
    throw new AppError('BAD_REQUEST', { detail });
  };
  if (!isPlainText(name) || name.trim() === '')
    refuse('the name is empty or holds < > ( ) or control characters');
  if (comment !== undefined && !isPlainText(comment))
    refuse('the comment holds < > ( ) or control characters');
  if (!/^[^\s<>()@\p{Cc}\p{Cf}]+@[^\s<>()@\p{Cc}\p{Cf}]+\.[^\s<>()@.\p{Cc}\p{Cf}]+$/u.test(email)) {
    refuse('the e-mail address is not valid');
  }
  if (email.length > MAX_NAME_CHARACTERS) refuse('the e-mail address is too long');
  if (expires !== 'never') {
    const { days } = expires;
    if (!Number.isInteger(days) || days < 1 || days > MAX_EXPIRY_DAYS) {
      refuse(`the expiry is not between 1 and ${MAX_EXPIRY_DAYS} days`);
    }
  }
  if (passphrase === '') refuse('the passphrase is empty');
}

/** These characters would make the user ID `Name (comment) <e-mail>` say something else. */
function isPlainText(text: string): boolean {
  return text.length <= MAX_NAME_CHARACTERS && !/[<>()\p{Cc}\p{Cf}]/u.test(text);
}
