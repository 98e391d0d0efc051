/**
 * The ways in which a key set and a platform come together: the pair is shared, a pair is received, or
 * a Key ID is noted that came by another way. Window and command line both go through here.
 */
import type { KeySet } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { CallOptions, ConsoleClient } from './client.ts';

/** An account on a Sealift server. */
export interface Platform {
  readonly client: ConsoleClient;
  readonly accountId: string;
  /** As it is shown beside the Key ID. */
  readonly name: string;
}

export interface ShareOptions extends CallOptions {
  /** Share the whole private key, not the encryption subkey alone. */
  readonly withPrimary: boolean;
  /** Default: the passphrase that is kept. */
  readonly passphrase?: string;
}

/**
 * Hands the pair and its passphrase to the platform and notes the Key ID that it answers with.
 *
 * @throws AppError as `KeyStore.exportForHandOver` and `ConsoleClient.addPgpKey`
 */
export async function shareKeySet(
  keys: KeyStore,
  platform: Platform,
  fingerprint: string,
  { signal, ...options }: ShareOptions,
): Promise<KeySet> {
  const handOver = await keys.exportForHandOver(fingerprint, options);
  const { keyId } = await platform.client.addPgpKey(platform.accountId, handOver, { signal });
  return note(keys, fingerprint, keyId, platform.name);
}

/**
 * Has the platform make a pair, and keeps it with its passphrase and Key ID. The platform tells the
 * secrets once: where they cannot be kept, the key set is removed there, so that it takes no place.
 *
 * @throws AppError as `ConsoleClient.generatePgpKey` and `KeyStore.add`; CONSOLE_BAD_ANSWER
 */
export async function receiveKeySet(
  keys: KeyStore,
  { client, accountId, name: platformName }: Platform,
  request: { readonly name: string; readonly email: string },
  options: CallOptions = {},
): Promise<KeySet> {
  const { keyId, privateKey, passphrase } = await client.generatePgpKey(
    accountId,
    request,
    options,
  );
  try {
    const [received] = await keys.add({ bytes: Buffer.from(privateKey), passphrase });
    if (received === undefined) throw new AppError('CONSOLE_BAD_ANSWER', { detail: 'no key' });
    return await note(keys, received.fingerprint, keyId, platformName);
  } catch (error) {
    // What went wrong first is what is told, also when the platform is out of reach by now.
    await client.removePgpKey(accountId, keyId).catch(() => undefined);
    throw error;
  }
}

/** Notes a Key ID that was given by hand, in any case. @throws AppError KEY_ID_INVALID, KEY_NOT_STORED */
export function noteKeyId(keys: KeyStore, fingerprint: string, typed: string): Promise<KeySet> {
  return note(keys, fingerprint, typed.trim().toLowerCase(), 'noted by hand');
}

async function note(
  keys: KeyStore,
  fingerprint: string,
  keyId: string,
  platform: string,
): Promise<KeySet> {
  const registeredAt = new Date().toISOString();
  await keys.setRegistration(fingerprint, { keyId, platform, registeredAt });
  return keys.get(fingerprint);
}
