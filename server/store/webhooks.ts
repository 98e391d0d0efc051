/** An account's webhook, and the calls that wait for it. Address, secret and bodies are sealed. */
import { randomBytes } from 'node:crypto';
import type { ImportStatus } from '../../shared/domain/import.ts';
import type { Sealer } from '../crypto/sealer.ts';
import type { QueuedCall } from '../outgoing/call-sender.ts';
import type { Database, Queries } from './database.ts';

const SECRET_BYTES = 32;

/** What is told, as JSON (spec: "Console API"). */
export interface WebhookCall {
  readonly importId: string;
  readonly manifest: string;
  readonly fileName: string;
  readonly stage: ImportStatus;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  /** ISO 8601. */
  readonly at: string;
}

interface Target {
  readonly url: string;
  readonly secret: string;
}

export class WebhookStore {
  readonly #database: Database;
  readonly #sealer: Sealer;
  readonly #receiver: string;

  /** @param receiver the data folder whose server this is (see DataDir) */
  constructor(database: Database, sealer: Sealer, receiver: string) {
    this.#database = database;
    this.#sealer = sealer;
    this.#receiver = receiver;
  }

  /** Sets or replaces the webhook. @returns its new secret, which is not told again */
  async put(accountId: string, url: string): Promise<string> {
    const target: Target = { url, secret: randomBytes(SECRET_BYTES).toString('base64url') };
    await this.#database.query(
      `INSERT INTO webhooks (account_id, sealed) VALUES ($1, $2)
       ON CONFLICT (account_id) DO UPDATE SET sealed = EXCLUDED.sealed`,
      [accountId, this.#sealer.seal('webhook', accountId, JSON.stringify(target))],
    );
    return target.secret;
  }

  /** Takes the waiting calls along. @returns false when there was none */
  async remove(accountId: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM webhooks WHERE account_id = $1 RETURNING account_id',
      [accountId],
    );
    return rows.length > 0;
  }

  /** Part of the transaction that makes the call true; nothing where the account has no webhook. */
  async queue(queries: Queries, accountId: string, call: WebhookCall): Promise<void> {
    const id = `${call.importId}.${call.stage}`;
    await queries.query(
      `INSERT INTO webhook_calls (id, account_id, sealed, receiver)
       SELECT $1, account_id, $3, $4 FROM webhooks WHERE account_id = $2 ON CONFLICT DO NOTHING`,
      [id, accountId, this.#sealer.seal('webhook-call', id, JSON.stringify(call)), this.#receiver],
    );
  }

  /** The oldest call of each account, among those of this server. */
  async heads(): Promise<QueuedCall[]> {
    const rows = await this.#database.query<{
      id: string;
      account_id: string;
      sealed: Uint8Array;
      failures: number;
      due_in_ms: number;
      sealed_target: Uint8Array;
    }>(
      `SELECT DISTINCT ON (call.account_id) call.id, call.account_id, call.sealed, call.failures,
         (extract(epoch FROM call.due_at - now()) * 1000)::float8 AS due_in_ms,
         webhook.sealed AS sealed_target
       FROM webhook_calls call JOIN webhooks webhook USING (account_id)
       WHERE call.receiver = $1 ORDER BY call.account_id, call.seq`,
      [this.#receiver],
    );
    return rows.map((row) => ({
      id: row.id,
      lane: row.account_id,
      body: this.#sealer.openText('webhook-call', row.id, row.sealed),
      failures: row.failures,
      dueInMs: row.due_in_ms,
      ...(JSON.parse(
        this.#sealer.openText('webhook', row.account_id, row.sealed_target),
      ) as Target),
    }));
  }

  async done(queries: Queries, id: string): Promise<void> {
    await queries.query('DELETE FROM webhook_calls WHERE id = $1', [id]);
  }

  /** It failed once more. */
  async postpone(queries: Queries, id: string, seconds: number): Promise<void> {
    await queries.query(
      `UPDATE webhook_calls SET failures = failures + 1,
         due_at = now() + make_interval(secs => $2) WHERE id = $1`,
      [id, seconds],
    );
  }
}
