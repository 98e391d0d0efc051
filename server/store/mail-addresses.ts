/**
 * The addresses to which an account's mail may leave this machine: each proves by a mailed code that
 * its owner wants it. Codes are sealed.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import { ApiError } from '../failure.ts';
import { ID_ALPHABET, lockAccount } from './accounts.ts';
import type { Database, Queries } from './database.ts';

export interface MailAddress {
  readonly address: string;
  readonly askedAt: string;
  /** Null: not confirmed yet. */
  readonly confirmedAt: string | null;
}

const MAX_ADDRESSES = 20;
/** 50 bits, and ten tries within a day. */
const CODE_LETTERS = 10;
const MAX_TRIES = 10;
const CODE_HOURS = 24;
/** So that nobody's mailbox is filled by asking again and again. */
const ASK_AGAIN_SECONDS = 60;

interface AddressRow {
  address: string;
  asked_at: Date;
  confirmed_at: Date | null;
}

export class MailAddresses {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /**
   * Makes a code for the address; an earlier one is void.
   * @param mailCode queues the mail with the code, in the same transaction
   * @throws ApiError 409 when it is confirmed already, was asked a moment ago, or there is no place left
   */
  async ask(
    accountId: string,
    typed: string,
    mailCode: (queries: Queries, address: string, code: string) => Promise<void>,
  ): Promise<MailAddress> {
    const address = typed.toLowerCase();
    return this.#database.transaction(async (queries) => {
      await lockAccount(queries, accountId);
      await this.#requirePlace(queries, accountId, address);
      const code = newCode();
      const [row] = await queries.query<AddressRow>(
        `INSERT INTO mail_addresses (account_id, address, sealed_code) VALUES ($1, $2, $3)
         ON CONFLICT (account_id, address)
         DO UPDATE SET sealed_code = EXCLUDED.sealed_code, tries = 0, asked_at = now()
         RETURNING address, asked_at, confirmed_at`,
        [accountId, address, this.#sealer.seal('address-code', `${accountId}:${address}`, code)],
      );
      await mailCode(queries, address, code);
      return toAddress(row!);
    });
  }

  /** @throws ApiError 400 for a code that is wrong, too old, or was guessed at too often */
  async confirm(accountId: string, typed: string, code: string): Promise<MailAddress> {
    const address = typed.toLowerCase();
    // Counted before it is compared, and kept whatever comes of it.
    const [row] = await this.#database.query<{ sealed_code: Uint8Array }>(
      `UPDATE mail_addresses SET tries = tries + 1
       WHERE account_id = $1 AND address = $2 AND sealed_code IS NOT NULL AND tries < $3
         AND asked_at > now() - make_interval(hours => $4) RETURNING sealed_code`,
      [accountId, address, MAX_TRIES, CODE_HOURS],
    );
    const expected =
      row && this.#sealer.openText('address-code', `${accountId}:${address}`, row.sealed_code);
    if (expected === undefined || !isSame(expected, code.trim().toUpperCase())) {
      throw new ApiError(
        400,
        'ADDRESS_CODE',
        `This is not the code that was mailed to the address, or it is older than ${CODE_HOURS} hours. Ask for a new one.`,
      );
    }
    const [confirmed] = await this.#database.query<AddressRow>(
      `UPDATE mail_addresses SET confirmed_at = now(), sealed_code = NULL
       WHERE account_id = $1 AND address = $2 RETURNING address, asked_at, confirmed_at`,
      [accountId, address],
    );
    return toAddress(confirmed!);
  }

  async isConfirmed(accountId: string, address: string): Promise<boolean> {
    const rows = await this.#database.query(
      `SELECT 1 AS found FROM mail_addresses
       WHERE account_id = $1 AND address = $2 AND confirmed_at IS NOT NULL`,
      [accountId, address.toLowerCase()],
    );
    return rows.length > 0;
  }

  async list(accountId: string): Promise<MailAddress[]> {
    const rows = await this.#database.query<AddressRow>(
      `SELECT address, asked_at, confirmed_at FROM mail_addresses
       WHERE account_id = $1 ORDER BY address`,
      [accountId],
    );
    return rows.map(toAddress);
  }

  async remove(accountId: string, address: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM mail_addresses WHERE account_id = $1 AND address = $2 RETURNING address',
      [accountId, address.toLowerCase()],
    );
    return rows.length > 0;
  }

  async #requirePlace(queries: Queries, accountId: string, address: string): Promise<void> {
    const rows = await queries.query<{ address: string; confirmed: boolean; fresh: boolean }>(
      `SELECT address, confirmed_at IS NOT NULL AS confirmed,
         asked_at > now() - make_interval(secs => $2) AS fresh
       FROM mail_addresses WHERE account_id = $1`,
      [accountId, ASK_AGAIN_SECONDS],
    );
    const known = rows.find((row) => row.address === address);
    if (known?.confirmed) {
      throw new ApiError(409, 'ADDRESS_CONFIRMED', 'This address is confirmed already.');
    }
    if (known?.fresh) {
      throw new ApiError(
        409,
        'ADDRESS_ASKED',
        'A code was mailed to this address a moment ago. Wait a minute before asking again.',
      );
    }
    if (!known && rows.length >= MAX_ADDRESSES) {
      const message = `An account has at most ${MAX_ADDRESSES} mail addresses. Remove one first.`;
      throw new ApiError(409, 'ADDRESS_LIMIT', message);
    }
  }
}

function newCode(): string {
  const letters = Array.from(
    { length: CODE_LETTERS },
    () => ID_ALPHABET[randomInt(ID_ALPHABET.length)],
  );
  return letters.join('');
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function toAddress({ address, asked_at, confirmed_at }: AddressRow): MailAddress {
  return {
    address,
    askedAt: asked_at.toISOString(),
    confirmedAt: confirmed_at?.toISOString() ?? null,
  };
}
