/** The Ed25519 key with which a profile signs what it exports. Made at first use; the private half is a secret. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SigningKey } from '../../shared/domain/receipt-chain.ts';
import type { SecretStore } from './secrets.ts';

const ENTRY = 'signing-key';

export interface Signer {
  readonly publicKey: SigningKey;
  /** Ed25519 (RFC 8032) over the bytes as they are: 64 bytes. */
  readonly sign: (bytes: Uint8Array) => Buffer;
}

/** @throws AppError of the secret store */
export async function openSigner(secrets: SecretStore): Promise<Signer> {
  const privateKey = (await storedKey(secrets)) ?? (await makeKey(secrets));
  return { publicKey: publicHalf(privateKey), sign: (bytes) => sign(null, bytes, privateKey) };
}

/** The public half, if there is a key yet. */
export async function publicSigningKey(secrets: SecretStore): Promise<SigningKey | undefined> {
  const privateKey = await storedKey(secrets);
  return privateKey && publicHalf(privateKey);
}

async function storedKey(secrets: SecretStore): Promise<KeyObject | undefined> {
  const stored = await secrets.get(ENTRY);
  if (stored === undefined) return undefined;
  const key = Buffer.from(stored, 'base64');
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

async function makeKey(secrets: SecretStore): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  await secrets.set(ENTRY, der.toString('base64'));
  // Another process may have made one at the same moment: whichever is kept counts.
  return (await storedKey(secrets)) ?? privateKey;
}

function publicHalf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}
