/** OpenPGP key sets as everyone but the key store sees them: no secret in any of these. */

export const KEY_TYPES = ['rsa3072', 'rsa4096', 'curve25519'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Whether a file can be sealed to this key set now; if not, why. */
export type KeyUse = 'ready' | 'expires-soon' | 'expired' | 'revoked' | 'cannot-encrypt';

/** A Key ID: the UUID under which a platform account knows this key set. */
export interface KeyRegistration {
  readonly keyId: string;
  /** The Sealift server or platform account, as shown: `127.0.0.1:4020 / <account>`, or `by hand`. */
  readonly platform: string;
  readonly registeredAt: string;
}

export interface KeySet {
  /** Primary key fingerprint: 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** Fingerprint of the subkey (or primary) to which files are sealed; absent when there is none. */
  readonly encryptionFingerprint?: string;
  readonly userId: string;
  /** As the field writes it: `RSA 3072`, `Curve25519`. */
  readonly algorithm: string;
  readonly createdAt: string;
  /** ISO 8601; absent: never. */
  readonly expiresAt?: string;
  readonly hasPrivateKey: boolean;
  /** True when the passphrase is kept in the keychain. */
  readonly hasPassphrase: boolean;
  readonly use: KeyUse;
  readonly registrations: readonly KeyRegistration[];
}

/** A passphrase's strength as a hint: 0 (guessed at once) to 4, and one sentence. */
export interface PassphraseHint {
  readonly score: 0 | 1 | 2 | 3 | 4;
  readonly hint: string;
}
