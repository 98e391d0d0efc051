/** Accounts, their SSH keys, and the sealed settings of the server itself. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import { ApiError } from '../failure.ts';
import type { Database, Queries } from './database.ts';

export interface Account {
  readonly id: string;
  readonly email: string;
}

export interface SshKey {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** `SHA256:` and unpadded base64. */
  readonly sha256: string;
  readonly createdAt: string;
}

const MAX_SSH_KEYS = 10;
/** No letters or digits that are read as one another. */
export const ID_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const SSH_KEY_COLUMNS = 'id, name, type, sha256, created_at';

interface SshKeyRow {
  id: string;
  name: string;
  type: string;
  sha256: string;
  created_at: Date;
}

export class Accounts {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  async create(email: string): Promise<Account> {
    const id = newAccountId();
    await this.#database.query('INSERT INTO accounts (id, email) VALUES ($1, $2)', [id, email]);
    return { id, email };
  }

  /** The first account of this server, made when there is none yet. */
  async firstOrCreate(email: string): Promise<Account> {
    const [first] = await this.#database.query<Account>(
      'SELECT id, email FROM accounts ORDER BY seq LIMIT 1',
    );
    return first ?? this.create(email);
  }

  async find(id: string): Promise<Account | undefined> {
    const [account] = await this.#database.query<Account>(
      'SELECT id, email FROM accounts WHERE id = $1',
      [id],
    );
    return account;
  }

  async list(): Promise<Account[]> {
    return this.#database.query<Account>('SELECT id, email FROM accounts ORDER BY seq');
  }

  /** @throws ApiError 409 at the eleventh key, and when the account has this key already. */
  async addSshKey(
    accountId: string,
    key: { name: string; type: string; blob: string; sha256: string },
  ): Promise<SshKey> {
    return this.#database.transaction(async (queries) => {
      await lockAccount(queries, accountId);
      const existing = await queries.query<{ blob: string }>(
        'SELECT blob FROM ssh_keys WHERE account_id = $1',
        [accountId],
      );
      if (existing.some((row) => row.blob === key.blob)) {
        throw new ApiError(409, 'SSH_KEY_EXISTS', 'This SSH key is registered already.');
      }
      if (existing.length >= MAX_SSH_KEYS) {
        throw new ApiError(
          409,
          'SSH_KEY_LIMIT',
          `An account has at most ${MAX_SSH_KEYS} SSH keys. Remove one first.`,
        );
      }
      const [row] = await queries.query<SshKeyRow>(
        `INSERT INTO ssh_keys (id, account_id, name, type, blob, sha256)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${SSH_KEY_COLUMNS}`,
        [randomUUID(), accountId, key.name, key.type, key.blob, key.sha256],
      );
      return toSshKey(row!);
    });
  }

  async sshKeys(accountId: string): Promise<SshKey[]> {
    const rows = await this.#database.query<SshKeyRow>(
      `SELECT ${SSH_KEY_COLUMNS} FROM ssh_keys WHERE account_id = $1 ORDER BY created_at, id`,
      [accountId],
    );
    return rows.map(toSshKey);
  }

  async hasSshKey(accountId: string, blob: string): Promise<boolean> {
    const rows = await this.#database.query(
      'SELECT 1 AS found FROM ssh_keys WHERE account_id = $1 AND blob = $2',
      [accountId, blob],
    );
    return rows.length > 0;
  }

  async removeSshKey(accountId: string, id: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM ssh_keys WHERE account_id = $1 AND id = $2 RETURNING id',
      [accountId, id],
    );
    return rows.length > 0;
  }

  /** The SSH host key, made by `make` at the first start and the same ever after. */
  async hostKey(make: () => string): Promise<string> {
    const [row] = await this.#database.query<{ sealed: Uint8Array }>(
      `SELECT sealed FROM settings WHERE name = 'host-key'`,
    );
    if (row) return this.#sealer.openText('host-key', 'server', row.sealed);
    const key = make();
    const made = await this.#database.query(
      `INSERT INTO settings (name, sealed) VALUES ('host-key', $1)
       ON CONFLICT DO NOTHING RETURNING name`,
      [this.#sealer.seal('host-key', 'server', key)],
    );
    // Another server on this database may have been quicker: then its key is the one.
    return made.length > 0 ? key : this.hostKey(make);
  }
}

/** Serialises changes that count what the account has. */
export async function lockAccount(queries: Queries, accountId: string): Promise<void> {
  await queries.query('SELECT id FROM accounts WHERE id = $1 FOR UPDATE', [accountId]);
}

function toSshKey(row: SshKeyRow): SshKey {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    sha256: row.sha256,
    createdAt: row.created_at.toISOString(),
  };
}

/** `ABC-DEF-GHJK`: 50 bits, safe in a path, a URL and a user name. */
function newAccountId(): string {
  const letters = Array.from({ length: 10 }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]);
  return `${letters.slice(0, 3).join('')}-${letters.slice(3, 6).join('')}-${letters.slice(6).join('')}`;
}
