/** Holds the opened secrets of a profile for as long as the program runs. Keeps successes, never failures. */
import type { SecretsState } from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/errors/index.ts';
import { systemKeychain } from '../platform/keychain.ts';
import type { Keychain } from '../platform/keychain.ts';
import { readProtection } from './protection.ts';
import { openSecrets, secretsState } from './secrets.ts';
import type { SecretStore } from './secrets.ts';

export class SecretsKeeper {
  readonly #profileDir: string;
  readonly #keychain: Keychain;
  #opened: Promise<SecretStore> | undefined;

  constructor(profileDir: string, keychain: Keychain = systemKeychain) {
    this.#profileDir = profileDir;
    this.#keychain = keychain;
  }

  /** @throws AppError as `openSecrets`; MASTER_PASSWORD_NEEDED until `unlock` */
  store(): Promise<SecretStore> {
    return (this.#opened ??= this.#open());
  }

  async state(): Promise<SecretsState> {
    const state = await secretsState(this.#profileDir, this.#keychain);
    const protection = await readProtection(this.#profileDir);
    const unlocked = protection?.protection === 'master-password' && this.#opened !== undefined;
    return unlocked ? { ...state, protection: 'master-password' } : state;
  }

  /** Protects a profile that has no protection yet. @throws AppError SECRETS_ALREADY_SET */
  async setMasterPassword(password: string): Promise<SecretsState> {
    const existing = await readProtection(this.#profileDir);
    if (existing) {
      throw new AppError('SECRETS_ALREADY_SET', { protection: existing.protection });
    }
    return this.unlock(password);
  }

  /** @throws AppError MASTER_PASSWORD_WRONG */
  async unlock(password: string): Promise<SecretsState> {
    const store = await openSecrets(this.#profileDir, {
      masterPassword: password,
      keychain: this.#keychain,
    });
    this.#opened = Promise.resolve(store);
    return this.state();
  }

  #open(): Promise<SecretStore> {
    const opening = openSecrets(this.#profileDir, { keychain: this.#keychain });
    // The keychain may be unlocked later, or the password given: ask again then.
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }
}
