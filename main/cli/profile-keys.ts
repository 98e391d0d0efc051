/** The profile's key store as commands use it, and keys given either as a file or as a fingerprint in the store. */
import { access } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';
import { KeyStore } from '../keys/key-store.ts';
import { chooseRecipient } from '../keys/openpgp-keys.ts';
import type { Recipient } from '../keys/openpgp-keys.ts';
import { readProtection } from '../keys/protection.ts';
import { openSecrets, probeKeychain } from '../keys/secrets.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { openProfile } from '../platform/profile.ts';
import { usageError } from './command-line.ts';
import { readSmallFile } from './files.ts';
import type { CliContext } from './outcome.ts';
import { askTwice, readPassphraseFile, withPassphrase } from './passphrase.ts';
import { visible } from './visible.ts';

/** Larger than any key file that is one: gpg's largest exports stay far below. */
export const KEY_FILE_LIMIT_BYTES = 4 * 1024 * 1024;

/** Of every command that may need a secret of the profile. */
export const MASTER_PASSWORD_OPTION = [
  '--master-password-file <file>',
  'master password of a profile without keychain (or SEALIFT_MASTER_PASSWORD_FILE)',
] as const;

export interface ProfileOptions {
  readonly masterPasswordFile?: string;
}

/**
 * Settles how the secrets of this profile are opened, and asks for what that takes: by the keychain,
 * or by a master password from a file or typed. A profile without protection gets it when the answer
 * is called, so that a command which fails before does not leave its master password behind.
 *
 * @throws AppError KEYCHAIN_UNAVAILABLE and its kin, MASTER_PASSWORD_NEEDED, MASTER_PASSWORD_WRONG
 */
export async function prepareProfileSecrets(
  context: CliContext,
  options: ProfileOptions,
): Promise<() => Promise<SecretStore>> {
  const profileDir = await openProfile();
  const file = masterPasswordFile(options);
  const open = (masterPassword: string | undefined): Promise<SecretStore> =>
    openSecrets(profileDir, masterPassword === undefined ? {} : { masterPassword });
  if (await readProtection(profileDir)) {
    const secrets = await withPassphrase(context, { file, question: 'Master password: ' }, open);
    return () => Promise.resolve(secrets);
  }
  const masterPassword = await firstMasterPassword(context, file);
  let opened: Promise<SecretStore> | undefined;
  return () => (opened ??= open(masterPassword));
}

/** What is to protect a profile that has no protection yet; undefined: the keychain. */
async function firstMasterPassword(
  context: CliContext,
  file: string | undefined,
): Promise<string | undefined> {
  if (file !== undefined) return readPassphraseFile(context, file);
  try {
    await probeKeychain();
    return undefined;
  } catch (error) {
    const isWithout = error instanceof AppError && error.code === 'KEYCHAIN_UNAVAILABLE';
    if (!isWithout) throw error;
    const question = 'There is no keychain here. New master password for this profile: ';
    const typed = await askTwice(context, question);
    if (typed === undefined) throw error;
    return typed;
  }
}

/** Opens the secrets of this profile; see `prepareProfileSecrets`. */
export async function openProfileSecrets(
  context: CliContext,
  options: ProfileOptions,
): Promise<SecretStore> {
  return (await prepareProfileSecrets(context, options))();
}

/**
 * The secrets of this profile for what can do without them: nobody is asked, and nothing is set up.
 * @returns undefined for a profile without protection; what it gives may still fail to open
 * @throws AppError PASSPHRASE_FILE_UNUSABLE and its kin
 */
export async function quietSecrets(
  context: CliContext,
  options: ProfileOptions,
): Promise<(() => Promise<SecretStore>) | undefined> {
  const profileDir = await openProfile();
  if (!(await readProtection(profileDir))) return undefined;
  const file = masterPasswordFile(options);
  const masterPassword = file === undefined ? undefined : await readPassphraseFile(context, file);
  let opened: Promise<SecretStore> | undefined;
  return () =>
    (opened ??= openSecrets(
      profileDir,
      masterPassword === undefined ? {} : { masterPassword },
    ).catch((error: unknown) => {
      // A keychain may be unlocked later.
      opened = undefined;
      throw error;
    }));
}

function masterPasswordFile({ masterPasswordFile: given }: ProfileOptions): string | undefined {
  return given ?? (process.env['SEALIFT_MASTER_PASSWORD_FILE'] || undefined);
}

/** The key store. Secrets are opened only when something needs them: a list works without a keychain. */
export async function openKeyStore(
  context: CliContext,
  options: ProfileOptions = {},
): Promise<KeyStore> {
  let opened: Promise<SecretStore> | undefined;
  return new KeyStore(await openProfile(), () => (opened ??= openProfileSecrets(context, options)));
}

/** `1a78 49f9 …` → the form in which fingerprints are stored, or undefined when it is none. */
export function asFingerprint(value: string): string | undefined {
  const compact = value.replace(/\s/g, '').replace(/^0x/i, '').toUpperCase();
  return /^[0-9A-F]{40}$/.test(compact) ? compact : undefined;
}

/** The fingerprint that must be one. @throws AppError USAGE */
export function requireFingerprint(value: string): string {
  const fingerprint = asFingerprint(value);
  if (fingerprint !== undefined) return fingerprint;
  throw usageError('A fingerprint is 40 hexadecimal digits; sealift keys list shows them.');
}

/** A fingerprint where no file of that name lies; else the value is a path. */
export async function storedFingerprint(value: string): Promise<string | undefined> {
  const fingerprint = asFingerprint(value);
  if (fingerprint === undefined) return undefined;
  const isFile = await access(value).then(
    () => true,
    () => false,
  );
  return isFile ? undefined : fingerprint;
}

/**
 * What `use` makes of the file of a key that may also be given by its fingerprint.
 * @throws AppError KEY_NAME_UNKNOWN, those of `readSmallFile` and of `use`
 */
export async function fromKeyFile<T>(path: string, use: (bytes: Buffer) => Promise<T>): Promise<T> {
  const { bytes } = await readSmallFile(path, KEY_FILE_LIMIT_BYTES).catch((error: unknown) => {
    const isMissing = error instanceof AppError && error.code === 'FILE_NOT_FOUND';
    throw isMissing ? new AppError('KEY_NAME_UNKNOWN', { name: path }, { cause: error }) : error;
  });
  return withKeyFileNamed(path, () => use(bytes));
}

/** Keys know no file: its name is put to their failures here. */
export async function withKeyFileNamed<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('KEY_')) throw error;
    throw new AppError(error.code, { file, ...error.params }, { cause: error });
  }
}

/**
 * The key to seal to, from a public key file or by the fingerprint of a stored key set. Warnings go to stderr.
 * @throws AppError of the room keys, and those of `readSmallFile`
 */
export async function readRecipient(context: CliContext, value: string): Promise<Recipient> {
  const fingerprint = await storedFingerprint(value);
  const recipient =
    fingerprint === undefined
      ? await fromKeyFile(value, chooseRecipient)
      : await chooseRecipient(await (await openKeyStore(context)).publicArmored(fingerprint));
  for (const warning of recipient.warnings) context.terminal.note(`warning: ${visible(warning)}`);
  return recipient;
}
