/** The platform's copy of an account's key sets. Private halves and passphrases are sealed. */
import { randomUUID } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import { ApiError } from '../failure.ts';
import { lockAccount } from './accounts.ts';
import type { Database } from './database.ts';

const MAX_KEY_SETS = 20;

/** What may be told of a key set. */
export interface RegisteredKey {
  readonly keyId: string;
  readonly fingerprint: string;
  readonly userId: string;
  readonly publicKey: string;
  readonly createdAt: string;
}

/** A key set with its secrets: for opening messages only. */
export interface SecretKeySet {
  readonly keyId: string;
  readonly fingerprint: string;
  readonly publicArmored: string;
  readonly privateArmored: string;
  readonly passphrase: string;
}

export interface NewKeySet {
  readonly fingerprint: string;
  readonly userId: string;
  readonly publicArmored: string;
  readonly privateArmored: string;
  readonly passphrase: string;
}

export class PgpKeys {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /** @throws ApiError 409 when the account has no place left; before costly work is done. */
  async requirePlace(accountId: string): Promise<void> {
    const [row] = await this.#database.query<{ total: number }>(
      'SELECT count(*)::int AS total FROM pgp_keys WHERE account_id = $1',
      [accountId],
    );
    if (row!.total >= MAX_KEY_SETS) throw tooMany();
  }

  /** @throws ApiError 409 at the 21st set, and when this key is registered already. */
  async add(accountId: string, key: NewKeySet): Promise<RegisteredKey> {
    const keyId = randomUUID();
    return this.#database.transaction(async (queries) => {
      await lockAccount(queries, accountId);
      const existing = await queries.query<{ fingerprint: string }>(
        'SELECT fingerprint FROM pgp_keys WHERE account_id = $1',
        [accountId],
      );
      if (existing.some((row) => row.fingerprint === key.fingerprint)) {
        throw new ApiError(409, 'PGP_KEY_EXISTS', 'This key set is registered already.');
      }
      if (existing.length >= MAX_KEY_SETS) throw tooMany();
      const [row] = await queries.query<{ created_at: Date }>(
        `INSERT INTO pgp_keys (key_id, account_id, fingerprint, user_id, public_armored,
           sealed_private, sealed_passphrase)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING created_at`,
        [
          keyId,
          accountId,
          key.fingerprint,
          key.userId,
          key.publicArmored,
          this.#sealer.seal('pgp-private-key', keyId, key.privateArmored),
          this.#sealer.seal('pgp-passphrase', keyId, key.passphrase),
        ],
      );
      return {
        keyId,
        fingerprint: key.fingerprint,
        userId: key.userId,
        publicKey: key.publicArmored,
        createdAt: row!.created_at.toISOString(),
      };
    });
  }

  async list(accountId: string): Promise<RegisteredKey[]> {
    const rows = await this.#database.query<{
      key_id: string;
      fingerprint: string;
      user_id: string;
      public_armored: string;
      created_at: Date;
    }>(
      `SELECT key_id, fingerprint, user_id, public_armored, created_at
       FROM pgp_keys WHERE account_id = $1 ORDER BY created_at, key_id`,
      [accountId],
    );
    return rows.map((row) => ({
      keyId: row.key_id,
      fingerprint: row.fingerprint,
      userId: row.user_id,
      publicKey: row.public_armored,
      createdAt: row.created_at.toISOString(),
    }));
  }

  async remove(accountId: string, keyId: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM pgp_keys WHERE account_id = $1 AND key_id = $2 RETURNING key_id',
      [accountId, keyId],
    );
    return rows.length > 0;
  }

  async secrets(accountId: string, keyId: string): Promise<SecretKeySet | undefined> {
    const [row] = await this.#database.query<{
      fingerprint: string;
      public_armored: string;
      sealed_private: Uint8Array;
      sealed_passphrase: Uint8Array;
    }>(
      `SELECT fingerprint, public_armored, sealed_private, sealed_passphrase
       FROM pgp_keys WHERE account_id = $1 AND key_id = $2`,
      [accountId, keyId],
    );
    if (!row) return undefined;
    return {
      keyId,
      fingerprint: row.fingerprint,
      publicArmored: row.public_armored,
      privateArmored: this.#sealer.openText('pgp-private-key', keyId, row.sealed_private),
      passphrase: this.#sealer.openText('pgp-passphrase', keyId, row.sealed_passphrase),
    };
  }
}

function tooMany(): ApiError {
  return new ApiError(
    409,
    'PGP_KEY_LIMIT',
    `An account has at most ${MAX_KEY_SETS} key sets. Remove one first.`,
  );
}
