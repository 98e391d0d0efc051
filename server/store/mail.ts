/** Mail on its way out, and mail as the sink received it. Both are sealed at rest. */
import { randomUUID } from 'node:crypto';
import type { Sealer } from '../crypto/sealer.ts';
import type { Database, Queries } from './database.ts';

export interface OutgoingMail {
  /** Stable for one import and stage: sending it twice delivers it once. */
  readonly id: string;
  readonly accountId: string;
  /** Absent where the mail is about no import. */
  readonly importId?: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** True for the question whether the address is wanted. */
  readonly isQuestion?: true;
  /** The import whose failed rows are attached. */
  readonly failedRowsOf?: FailedRowsAttachment;
}

/** Its place in the queue, and the mail itself still sealed. */
export interface QueuedMail {
  readonly id: string;
  readonly seq: number;
  readonly sealed: Uint8Array;
}

export interface FailedRowsAttachment {
  readonly importId: string;
  readonly accountId: string;
  /** Seal the rows to this key set; null: attach them as they are. */
  readonly keyId: string | null;
}

export interface ReceivedMail {
  readonly id: string;
  readonly seq: number;
  readonly to: string;
  readonly subject: string;
  readonly receivedAt: string;
}

/** The sink keeps this many; the oldest go first. */
const MAX_KEPT = 2000;

interface MailRow {
  id: string;
  seq: number;
  recipient: string;
  sealed_subject: Uint8Array;
  received_at: Date;
}

const MAIL_COLUMNS = 'id, seq::float8 AS seq, recipient, sealed_subject, received_at';

export class MailStore {
  readonly #database: Database;
  readonly #sealer: Sealer;
  readonly #receiver: string;

  /** @param receiver the data folder whose server this is (see DataDir) */
  constructor(database: Database, sealer: Sealer, receiver: string) {
    this.#database = database;
    this.#sealer = sealer;
    this.#receiver = receiver;
  }

  /** Part of the transaction that makes the mail true. */
  async queue(queries: Queries, mail: OutgoingMail): Promise<void> {
    await queries.query(
      `INSERT INTO outgoing_mail (id, sealed, receiver) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING`,
      [mail.id, this.#sealer.seal('outgoing-mail', mail.id, JSON.stringify(mail)), this.#receiver],
    );
  }

  /** The oldest mail of this server's queue behind `after`, the `seq` of the one seen before. */
  async nextOutgoing(after: number): Promise<QueuedMail | undefined> {
    const [mail] = await this.#database.query<QueuedMail>(
      `SELECT id, seq::float8 AS seq, sealed FROM outgoing_mail
       WHERE seq > $1::bigint AND receiver = $2 ORDER BY seq LIMIT 1`,
      [after, this.#receiver],
    );
    return mail;
  }

  /** @throws SealError when what was queued can no longer be read */
  open({ id, sealed }: QueuedMail): OutgoingMail {
    return JSON.parse(this.#sealer.openText('outgoing-mail', id, sealed)) as OutgoingMail;
  }

  /** Takes a mail out of the queue: it was sent, or can never be. */
  async dequeue(queries: Queries, id: string): Promise<void> {
    await queries.query('DELETE FROM outgoing_mail WHERE id = $1', [id]);
  }

  async receive(mail: {
    messageId: string;
    recipients: readonly string[];
    subject: string;
    message: Buffer;
  }): Promise<void> {
    await this.#database.transaction(async (queries) => {
      for (const recipient of mail.recipients) {
        const id = randomUUID();
        await queries.query(
          `INSERT INTO mail (id, message_id, recipient, sealed_subject, sealed_message)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
          [
            id,
            mail.messageId,
            recipient,
            this.#sealer.seal('mail', `${id}:subject`, mail.subject),
            this.#sealer.seal('mail', id, mail.message),
          ],
        );
      }
      await queries.query(
        `DELETE FROM mail WHERE seq <= (SELECT seq FROM mail ORDER BY seq DESC OFFSET $1 LIMIT 1)`,
        [MAX_KEPT],
      );
    });
  }

  /** Newest first; `before` is the `seq` of the last one seen. */
  async list(filter: {
    to: string | undefined;
    before: number | undefined;
    limit: number;
  }): Promise<ReceivedMail[]> {
    const rows = await this.#database.query<MailRow>(
      `SELECT ${MAIL_COLUMNS} FROM mail
       WHERE ($1::text IS NULL OR recipient = lower($1::text))
         AND ($2::bigint IS NULL OR seq < $2::bigint)
       ORDER BY seq DESC LIMIT $3`,
      [filter.to ?? null, filter.before ?? null, filter.limit],
    );
    return rows.map((row) => this.#toMail(row));
  }

  /** One mail with its message as it came over SMTP (RFC 5322). */
  async find(id: string): Promise<{ mail: ReceivedMail; message: Buffer } | undefined> {
    const [row] = await this.#database.query<MailRow & { sealed_message: Uint8Array }>(
      `SELECT ${MAIL_COLUMNS}, sealed_message FROM mail WHERE id = $1`,
      [id],
    );
    if (!row) return undefined;
    return {
      mail: this.#toMail(row),
      message: this.#sealer.open('mail', row.id, row.sealed_message),
    };
  }

  #toMail(row: MailRow): ReceivedMail {
    return {
      id: row.id,
      seq: row.seq,
      to: row.recipient,
      subject: this.#sealer.openText('mail', `${row.id}:subject`, row.sealed_subject),
      receivedAt: row.received_at.toISOString(),
    };
  }
}
