/**
 * The key sets of a profile. Records lie readable in `keys/<fingerprint>.json`; private keys and
 * revocation certificates beside them, sealed under the profile's wrapping key; passphrases in the
 * secret store (docs/formats/key-store.md).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRegistration, KeySet } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import { makeHandOver } from './hand-over.ts';
import type { HandOver } from './hand-over.ts';
import { KeyRecords, registrationSchema, toKeySet } from './key-record.ts';
import type { KeyRecord } from './key-record.ts';
import { mergePrivate, mergePublic } from './merge-keys.ts';
import { readKeys } from './read-keys.ts';
import type { ReadKey } from './read-keys.ts';
import { SealedFiles } from './sealed-file.ts';
import type { SecretStore } from './secrets.ts';
import { unlockKey } from './unlock-key.ts';
import type { UnlockedKey } from './unlocked-key.ts';

export interface NewStoredKey {
  /** What `readKeys` takes: one key or several, public or private. */
  readonly bytes: Uint8Array;
  /** Checked against each private key in the bytes, and kept. */
  readonly passphrase?: string;
  /** Armored revocation certificate, for a single key. */
  readonly revocation?: string;
}

type SecretKind = 'private-key' | 'revocation';

export class KeyStore {
  readonly #records: KeyRecords;
  readonly #secrets: () => Promise<SecretStore>;
  readonly #sealed: SealedFiles;
  #lastChange: Promise<unknown> = Promise.resolve();

  /**
   * @param secrets asked for only by what needs it: listing, public keys and registrations work
   *   without a keychain
   */
  constructor(profileDir: string, secrets: () => Promise<SecretStore>) {
    this.#records = new KeyRecords(profileDir);
    this.#secrets = secrets;
    this.#sealed = new SealedFiles(secrets);
  }

  /** All key sets whose records can be read; see `inspect` for the others. */
  async list(): Promise<KeySet[]> {
    return (await this.inspect()).keySets;
  }

  /** All key sets, and an error for each record that is damaged: one bad file hides no other. */
  async inspect(): Promise<{ keySets: KeySet[]; damaged: ErrorView[] }> {
    const keySets: KeySet[] = [];
    const damaged: ErrorView[] = [];
    for (const fingerprint of await this.#records.fingerprints()) {
      try {
        keySets.push(await this.get(fingerprint));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        damaged.push(error.toView());
      }
    }
    return { keySets, damaged };
  }

  /** @throws AppError KEY_NOT_STORED, KEY_STORE_DAMAGED */
  async get(fingerprint: string): Promise<KeySet> {
    return toKeySet(await this.#record(fingerprint), new Date());
  }

  /**
   * Adds keys, or what is new about keys that are here: the other half, subkeys, a later expiry.
   *
   * @returns the key sets as they are now, in the order of the bytes
   * @throws AppError what `readKeys` throws, PASSPHRASE_WRONG, KEY_SEVERAL, KEYCHAIN_UNAVAILABLE and its kin
   */
  add(key: NewStoredKey): Promise<KeySet[]> {
    return this.#exclusively(async () => {
      const read = await readKeys(key.bytes);
      const fingerprints = [...new Set(read.map(({ fingerprint }) => fingerprint))];
      if (key.revocation !== undefined && fingerprints.length > 1) {
        throw new AppError('KEY_SEVERAL', { count: fingerprints.length });
      }
      for (const one of read) await this.#addOne(one, key);
      return Promise.all(fingerprints.map((fingerprint) => this.get(fingerprint)));
    });
  }

  /** @throws AppError KEY_NOT_STORED, KEY_STORE_DAMAGED */
  async publicArmored(fingerprint: string): Promise<string> {
    return (await this.#record(fingerprint)).publicArmored;
  }

  /**
   * Protected by its passphrase, as it was imported or made.
   *
   * @throws AppError KEY_NO_PRIVATE, KEY_NOT_STORED, KEY_STORE_DAMAGED, SEALED_FILE_DAMAGED,
   *   KEYCHAIN_UNAVAILABLE and its kin
   */
  async privateArmored(fingerprint: string): Promise<string> {
    const { hasPrivateKey } = await this.#record(fingerprint);
    if (!hasPrivateKey) throw new AppError('KEY_NO_PRIVATE', { fingerprint });
    return this.#readSecret(fingerprint, 'private-key');
  }

  /** @returns undefined when none is stored @throws AppError as `privateArmored` */
  async revocation(fingerprint: string): Promise<string | undefined> {
    const { hasRevocation } = await this.#record(fingerprint);
    return hasRevocation ? this.#readSecret(fingerprint, 'revocation') : undefined;
  }

  /**
   * @param passphrase default: the one that is kept
   * @throws AppError PASSPHRASE_NEEDED, PASSPHRASE_WRONG, and as `privateArmored`
   */
  async unlock(fingerprint: string, passphrase?: string): Promise<UnlockedKey> {
    const privateKey = await this.privateArmored(fingerprint);
    return unlockKey(privateKey, passphrase ?? (await this.#keptPassphrase(fingerprint)));
  }

  /**
   * What a platform gets at registration: see `makeHandOver`.
   *
   * @throws AppError PASSPHRASE_NEEDED, PASSPHRASE_WRONG, KEY_EXPIRED and its kin, and as `privateArmored`
   */
  async exportForHandOver(
    fingerprint: string,
    options: { readonly withPrimary: boolean; readonly passphrase?: string },
  ): Promise<HandOver> {
    const privateKey = await this.privateArmored(fingerprint);
    const passphrase = options.passphrase ?? (await this.#keptPassphrase(fingerprint));
    if (passphrase === undefined) throw new AppError('PASSPHRASE_NEEDED', { fingerprint });
    await unlockKey(privateKey, passphrase);
    return makeHandOver(privateKey, passphrase, options);
  }

  /** Notes a Key ID; one that is noted already is replaced. @throws AppError KEY_ID_INVALID */
  setRegistration(fingerprint: string, registration: KeyRegistration): Promise<void> {
    const { keyId } = registration;
    if (!registrationSchema.safeParse(registration).success) {
      return Promise.reject(new AppError('KEY_ID_INVALID', { keyId }));
    }
    return this.#changeRegistrations(fingerprint, (registrations) => [
      ...registrations.filter((other) => other.keyId !== keyId),
      registration,
    ]);
  }

  removeRegistration(fingerprint: string, keyId: string): Promise<void> {
    return this.#changeRegistrations(fingerprint, (registrations) =>
      registrations.filter((other) => other.keyId !== keyId),
    );
  }

  /** Removes both halves, the revocation certificate and the kept passphrase for good. */
  remove(fingerprint: string): Promise<void> {
    return this.#exclusively(async () => {
      const { hasPassphrase } = await this.#record(fingerprint);
      if (hasPassphrase) await (await this.#secrets()).delete(passphraseName(fingerprint));
      for (const kind of ['private-key', 'revocation'] as const) {
        await rm(this.#secretPath(fingerprint, kind), { force: true });
      }
      await rm(this.#records.path(fingerprint), { force: true });
    });
  }

  /** Secrets go first, the record that speaks of them last: a crash leaves no promise unkept. */
  async #addOne(key: ReadKey, { passphrase, revocation }: NewStoredKey): Promise<void> {
    const { fingerprint, publicArmored, privateArmored } = key;
    const stored = await this.#records.read(fingerprint);
    let hasPassphrase = stored?.hasPassphrase ?? false;
    if (privateArmored !== undefined) {
      const merged = stored?.hasPrivateKey
        ? await mergePrivate(await this.privateArmored(fingerprint), privateArmored)
        : privateArmored;
      const kept = await this.#passphraseFor(merged, fingerprint, passphrase, hasPassphrase);
      await this.#writeSecret(fingerprint, 'private-key', merged);
      await this.#keepPassphrase(fingerprint, kept, hasPassphrase);
      hasPassphrase = kept !== undefined;
    }
    if (revocation !== undefined) await this.#writeSecret(fingerprint, 'revocation', revocation);
    await this.#records.write({
      version: 1,
      fingerprint,
      publicArmored: stored
        ? await mergePublic(stored.publicArmored, publicArmored)
        : publicArmored,
      hasPrivateKey: privateArmored !== undefined || (stored?.hasPrivateKey ?? false),
      hasPassphrase,
      hasRevocation: revocation !== undefined || (stored?.hasRevocation ?? false),
      registrations: stored?.registrations ?? [],
    });
  }

  /** The passphrase to keep: the given one, which must fit, else the kept one if it still fits. */
  async #passphraseFor(
    privateKey: string,
    fingerprint: string,
    given: string | undefined,
    hasKept: boolean,
  ): Promise<string | undefined> {
    if (given !== undefined) {
      await unlockKey(privateKey, given);
      return given;
    }
    const kept = hasKept ? await this.#keptPassphrase(fingerprint) : undefined;
    if (kept === undefined) return undefined;
    return unlockKey(privateKey, kept).then(
      () => kept,
      () => undefined,
    );
  }

  async #keepPassphrase(
    fingerprint: string,
    passphrase: string | undefined,
    hadOne: boolean,
  ): Promise<void> {
    const name = passphraseName(fingerprint);
    if (passphrase !== undefined) await (await this.#secrets()).set(name, passphrase);
    else if (hadOne) await (await this.#secrets()).delete(name);
  }

  async #keptPassphrase(fingerprint: string): Promise<string | undefined> {
    const { hasPassphrase } = await this.#record(fingerprint);
    return hasPassphrase ? (await this.#secrets()).get(passphraseName(fingerprint)) : undefined;
  }

  #changeRegistrations(
    fingerprint: string,
    change: (registrations: readonly KeyRegistration[]) => KeyRegistration[],
  ): Promise<void> {
    return this.#exclusively(async () => {
      const record = await this.#record(fingerprint);
      await this.#records.write({ ...record, registrations: change(record.registrations) });
    });
  }

  async #record(fingerprint: string): Promise<KeyRecord> {
    const record = await this.#records.read(fingerprint);
    if (!record) throw new AppError('KEY_NOT_STORED', { fingerprint });
    return record;
  }

  async #readSecret(fingerprint: string, kind: SecretKind): Promise<string> {
    const path = this.#secretPath(fingerprint, kind);
    const bytes = await this.#sealed.read(path, { purpose: kind, id: fingerprint });
    if (!bytes) throw new AppError('SEALED_FILE_DAMAGED', { file: path });
    return bytes.toString('utf8');
  }

  async #writeSecret(fingerprint: string, kind: SecretKind, text: string): Promise<void> {
    const context = { purpose: kind, id: fingerprint };
    await this.#sealed.write(this.#secretPath(fingerprint, kind), context, Buffer.from(text));
  }

  #secretPath(fingerprint: string, kind: SecretKind): string {
    return join(this.#records.folder, `${fingerprint}.${kind}.sealed`);
  }

  /** One change after the other within this process. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#lastChange.then(work);
    this.#lastChange = change.catch(() => undefined);
    return change;
  }
}

function passphraseName(fingerprint: string): string {
  return `passphrase:${fingerprint}`;
}
