/** The profile's secrets as the app holds them: opened once, on first use, and unlocked where a password is needed. */
import type { SecretsState } from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/errors/index.ts';
import { openSecrets, secretsState } from './secrets.ts';
import type { SecretStore } from './secrets.ts';

export class SecretsKeeper {
  readonly #profileDir: string;
  #opened: Promise<SecretStore> | undefined;
  #byPassword = false;

  constructor(profileDir: string) {
    this.#profileDir = profileDir;
  }

  /**
   * The store, opened at the first call. A failure is not remembered: the keychain may answer next time.
   * @throws AppError KEYCHAIN_UNAVAILABLE, KEYCHAIN_LOCKED, MASTER_PASSWORD_NEEDED, WRAPPING_KEY_LOST
   */
  store(): Promise<SecretStore> {
    this.#opened ??= this.#forgettingFailure(openSecrets(this.#profileDir));
    return this.#opened;
  }

  async state(): Promise<SecretsState> {
    const state = await secretsState(this.#profileDir);
    return this.#byPassword ? { ...state, protection: 'master-password' } : state;
  }

  /** Protects a profile that has no secrets yet. @throws AppError SECRETS_ALREADY_SET */
  async setMasterPassword(password: string): Promise<SecretsState> {
    if ((await this.state()).protection !== 'none') throw new AppError('SECRETS_ALREADY_SET');
    return this.unlock(password);
  }

  /** @throws AppError MASTER_PASSWORD_WRONG */
  async unlock(password: string): Promise<SecretsState> {
    const store = await openSecrets(this.#profileDir, { masterPassword: password });
    this.#opened = Promise.resolve(store);
    this.#byPassword = true;
    return this.state();
  }

  #forgettingFailure(opening: Promise<SecretStore>): Promise<SecretStore> {
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }
}
