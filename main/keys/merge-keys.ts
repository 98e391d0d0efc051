/** Brings together what is stored of a key and what was imported of it: halves, subkeys, signatures. */
import type { SecretKeyPacket } from 'openpgp';
import { parseOneKey } from './read-keys.ts';

/** @returns the public key with everything that either has */
export async function mergePublic(stored: string, imported: string): Promise<string> {
  const key = await parseOneKey(stored);
  return (await key.update(await parseOneKey(imported))).armor();
}

/**
 * The imported key leads, since its passphrase may be newer; but a key without its primary secret
 * part never takes the place of one that has it.
 *
 * @returns the private key with everything that either has
 */
export async function mergePrivate(stored: string, imported: string): Promise<string> {
  const [before, after] = await Promise.all([parseOneKey(stored), parseOneKey(imported)]);
  const lacksPrimary = (after.keyPacket as SecretKeyPacket).isMissingSecretKeyMaterial();
  const [base, other] = lacksPrimary ? [before, after] : [after, before];
  return (await base.update(other)).armor();
}
