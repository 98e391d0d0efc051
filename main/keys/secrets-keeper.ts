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
  #isLocked = false;
  readonly #listeners: (() => void)[] = [];

  constructor(profileDir: string, keychain: Keychain = systemKeychain) {
    this.#profileDir = profileDir;
    this.#keychain = keychain;
  }

  /** @throws AppError as `openSecrets`; MASTER_PASSWORD_NEEDED until `unlock`; SECRETS_LOCKED after `lock` */
  store(): Promise<SecretStore> {
    if (this.#isLocked) return Promise.reject(new AppError('SECRETS_LOCKED'));
    return (this.#opened ??= this.#open());
  }

  async state(): Promise<SecretsState> {
    const state = await secretsState(this.#profileDir, this.#keychain);
    const isPassword = await this.#hasPassword();
    if (isPassword && this.#opened !== undefined)
      return { ...state, protection: 'master-password' };
    if (!this.#isLocked && state.protection !== 'locked') return state;
    return { ...state, protection: 'locked', unlockBy: isPassword ? 'password' : 'keychain' };
  }

  /** Forgets what was opened; nothing opens it again but `unlock`. */
  lock(): Promise<SecretsState> {
    this.#isLocked = true;
    this.#opened = undefined;
    return this.state();
  }

  /** Protects a profile that has no protection yet. @throws AppError SECRETS_ALREADY_SET */
  async setMasterPassword(password: string): Promise<SecretsState> {
    const existing = await readProtection(this.#profileDir);
    if (existing) {
      throw new AppError('SECRETS_ALREADY_SET', { protection: existing.protection });
    }
    return this.unlock(password);
  }

  /**
   * @param password absent for a profile that the keychain protects
   * @throws AppError MASTER_PASSWORD_NEEDED, MASTER_PASSWORD_WRONG, KEYCHAIN_UNAVAILABLE and its kin
   */
  async unlock(password?: string): Promise<SecretsState> {
    const store = await openSecrets(this.#profileDir, {
      ...(password !== undefined && { masterPassword: password }),
      keychain: this.#keychain,
    });
    this.#opened = Promise.resolve(store);
    this.#isLocked = false;
    for (const listener of this.#listeners) listener();
    return this.state();
  }

  /** Has `listener` called after each unlock: what waited for the keys can go on. */
  onUnlock(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** True while the keys can be used without asking anyone. Asks nobody itself, and sets nothing up. */
  async isOpen(): Promise<boolean> {
    if ((await readProtection(this.#profileDir)) === undefined) return false;
    const { protection } = await this.state();
    return protection === 'keychain' || protection === 'master-password';
  }

  async #hasPassword(): Promise<boolean> {
    return (await readProtection(this.#profileDir))?.protection === 'master-password';
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
