/** A private key in its opened form. It lives in memory only. */
import type { PrivateKey } from 'openpgp';

/**
 * Wraps a decrypted private key so that it cannot be written out by accident: it has no enumerable
 * secret, prints as its fingerprint, and refuses to be serialised.
 */
export class UnlockedKey {
  readonly fingerprint: string;
  readonly #key: PrivateKey;

  constructor(fingerprint: string, key: PrivateKey) {
    this.fingerprint = fingerprint;
    this.#key = key;
  }

  /** For the code that decrypts or signs with it, and for nobody else. */
  openpgpKey(): PrivateKey {
    return this.#key;
  }

  toJSON(): never {
    throw new Error('an unlocked key is never serialised');
  }
}
