/**
 * The short secrets of a profile and its wrapping key: in the system's keychain, or under a master
 * password where there is none. Never in clear in any file.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { SecretsState } from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/errors/index.ts';
import { systemKeychain } from '../platform/keychain.ts';
import type { Keychain } from '../platform/keychain.ts';
import { createAtomically, readIfThere, writeAtomically } from '../platform/atomic-file.ts';
import {
  keyCheck,
  protectionPath,
  readProtection,
  unwrapWithPassword,
  wrapUnderPassword,
  WRAPPING_KEY_BYTES,
} from './protection.ts';
import type { Protection } from './protection.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';

/** Names are ours (`passphrase:<fingerprint>`), values short: a Windows credential holds some 2.5 KB. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface OpenSecretsOptions {
  /** Opens a profile that has one; becomes the protection of a profile that has none yet. */
  readonly masterPassword?: string;
  /** Default: the system's. */
  readonly keychain?: Keychain;
}

const WRAPPING_KEY = 'wrapping-key';

/**
 * Opens the secrets of a profile, and sets up their protection at the first time: a random wrapping
 * key, kept by the keychain or, if one is given, under the master password.
 *
 * @throws AppError KEYCHAIN_UNAVAILABLE, KEYCHAIN_LOCKED, WRAPPING_KEY_LOST, MASTER_PASSWORD_NEEDED,
 *   MASTER_PASSWORD_WRONG, SECRETS_DAMAGED, BAD_REQUEST for an empty master password
 */
export async function openSecrets(
  profileDir: string,
  options: OpenSecretsOptions = {},
): Promise<SecretStore> {
  const { masterPassword, keychain = systemKeychain } = options;
  if (masterPassword === '') {
    throw new AppError('BAD_REQUEST', { detail: 'the master password is empty' });
  }
  const protection =
    (await readProtection(profileDir)) ?? (await protect(profileDir, keychain, masterPassword));
  if (protection.protection === 'keychain') return openKeychain(protection, keychain);
  if (masterPassword === undefined) throw new AppError('MASTER_PASSWORD_NEEDED');
  const key = await unwrapWithPassword(protection, masterPassword);
  return new FileSecrets(join(profileDir, 'secrets.sealed'), protection.profileId, key);
}

/** Where the secrets of this profile are kept, without opening them and without asking anyone. */
export async function secretsState(
  profileDir: string,
  keychain: Keychain = systemKeychain,
): Promise<SecretsState> {
  const protection = await readProtection(profileDir);
  if (protection?.protection === 'master-password') {
    return { protection: 'locked', keychain: keychain.name };
  }
  try {
    await probeKeychain(keychain);
    return { protection: 'keychain', keychain: keychain.name };
  } catch (error) {
    const locked = error instanceof AppError && error.code === 'KEYCHAIN_LOCKED';
    return { protection: locked ? 'locked' : 'none', keychain: keychain.name };
  }
}

/** Returns when the keychain answers. @throws AppError KEYCHAIN_UNAVAILABLE, KEYCHAIN_LOCKED */
export async function probeKeychain(keychain: Keychain = systemKeychain): Promise<void> {
  // An entry that is never there: its absence is an answer, and shows no prompt.
  await keychain.get('sealift', 'probe');
}

/** The profile's wrapping key, 32 bytes. For `SealedFiles` only. @throws AppError WRAPPING_KEY_LOST */
export async function wrappingKey(secrets: SecretStore): Promise<Uint8Array> {
  const key = Buffer.from((await secrets.get(WRAPPING_KEY)) ?? '', 'base64');
  if (key.length !== WRAPPING_KEY_BYTES) throw new AppError('WRAPPING_KEY_LOST');
  return key;
}

/**
 * Sets up a fresh profile. App and CLI may do so at the same moment: each uses a profile id of its
 * own, and whoever creates the file first wins.
 */
async function protect(
  profileDir: string,
  keychain: Keychain,
  masterPassword: string | undefined,
): Promise<Protection> {
  const key = randomBytes(WRAPPING_KEY_BYTES);
  const profileId = randomUUID();
  const protection: Protection =
    masterPassword === undefined
      ? { version: 1, protection: 'keychain', profileId, keyCheck: keyCheck(key) }
      : await wrapUnderPassword(key, profileId, masterPassword);
  if (masterPassword === undefined) {
    await keychain.set(serviceOf(profileId), WRAPPING_KEY, key.toString('base64'));
  }
  const text = `${JSON.stringify(protection, null, 2)}\n`;
  if (await createAtomically(protectionPath(profileDir), text)) return protection;

  if (masterPassword === undefined) await keychain.delete(serviceOf(profileId), WRAPPING_KEY);
  const winner = await readProtection(profileDir);
  if (!winner) throw new AppError('SECRETS_DAMAGED', { file: protectionPath(profileDir) });
  return winner;
}

/** The profile's entries in the keychain. By its id, so that a moved profile folder keeps them. */
function serviceOf(profileId: string): string {
  return `Sealift ${profileId}`;
}

async function openKeychain(protection: Protection, keychain: Keychain): Promise<SecretStore> {
  const service = serviceOf(protection.profileId);
  const secrets: SecretStore = {
    get: (name) => keychain.get(service, name),
    set: (name, value) => keychain.set(service, name, value),
    delete: (name) => keychain.delete(service, name),
  };
  if (keyCheck(await wrappingKey(secrets)) !== protection.keyCheck) {
    throw new AppError('WRAPPING_KEY_LOST');
  }
  return secrets;
}

const entriesSchema = z.record(z.string(), z.string());

/** The short secrets of a profile with a master password: one file under the wrapping key. */
class FileSecrets implements SecretStore {
  readonly #path: string;
  readonly #profileId: string;
  readonly #key: Uint8Array;
  #lastChange: Promise<void> = Promise.resolve();

  constructor(path: string, profileId: string, key: Uint8Array) {
    this.#path = path;
    this.#profileId = profileId;
    this.#key = key;
  }

  async get(name: string): Promise<string | undefined> {
    if (name === WRAPPING_KEY) return Buffer.from(this.#key).toString('base64');
    return (await this.#read()).get(name);
  }

  set(name: string, value: string): Promise<void> {
    return this.#change((entries) => entries.set(name, value));
  }

  delete(name: string): Promise<void> {
    return this.#change((entries) => entries.delete(name));
  }

  /** One change after the other: each rewrites the whole file. */
  #change(apply: (entries: Map<string, string>) => void): Promise<void> {
    const change = this.#lastChange.then(async () => {
      const entries = await this.#read();
      apply(entries);
      const plain = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
      await writeAtomically(this.#path, sealBytes(this.#key, this.#context, plain));
    });
    this.#lastChange = change.catch(() => undefined);
    return change;
  }

  async #read(): Promise<Map<string, string>> {
    const sealed = await readIfThere(this.#path);
    if (!sealed) return new Map();
    const plain = openBytes(this.#key, this.#context, sealed);
    if (!plain) throw new AppError('SEALED_FILE_DAMAGED', { file: this.#path });
    return new Map(Object.entries(entriesSchema.parse(JSON.parse(plain.toString('utf8')))));
  }

  get #context(): { purpose: string; id: string } {
    return { purpose: 'secrets', id: this.#profileId };
  }
}
