/**
 * Sends the queued mail, oldest first, over SMTP. A mail leaves the queue when the receiver has
 * taken it; its Message-ID is the same in every attempt.
 */
import { createTransport } from 'nodemailer';
import type { Transporter } from 'nodemailer';
import { sealTo } from '../crypto/pgp-key-sets.ts';
import type { FailedRows } from '../ingest/failed-rows.ts';
import { errorFields, log } from '../log.ts';
import type { PgpKeys } from '../store/pgp-keys.ts';
import type { FailedRowsAttachment, MailStore, OutgoingMail } from '../store/mail.ts';

const SENDER = '"Sealift server" <imports@sealift.example>';
const MESSAGE_ID_DOMAIN = 'sealift.example';
const RETRY_MS = 10_000;
/** Larger reports are not attached: the console hands them out. */
const MAX_ATTACHED_BYTES = 10_000_000;

interface Attachment {
  readonly filename: string;
  readonly content: string;
  readonly contentType: string;
}

export class Mailer {
  readonly #mail: MailStore;
  readonly #keys: PgpKeys;
  readonly #failedRows: FailedRows;
  readonly #transport: Transporter;
  #work: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    stores: { mail: MailStore; keys: PgpKeys; failedRows: FailedRows },
    smtp: { host: string; port: number },
  ) {
    this.#mail = stores.mail;
    this.#keys = stores.keys;
    this.#failedRows = stores.failedRows;
    this.#transport = createTransport({ host: smtp.host, port: smtp.port, ignoreTLS: true });
  }

  /** Something may be queued. */
  wake(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#work = this.#work.then(() => this.#sendAll());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#work;
    this.#transport.close();
  }

  async #sendAll(): Promise<void> {
    try {
      for (;;) {
        const mail = await this.#mail.nextOutgoing();
        if (!mail || this.#closed) return;
        await this.#send(mail);
        await this.#mail.sent(mail.id);
      }
    } catch (error) {
      log.warn('mail.not-sent', errorFields(error));
      if (!this.#closed) this.#retry = setTimeout(() => this.wake(), RETRY_MS).unref();
    }
  }

  async #send(mail: OutgoingMail): Promise<void> {
    const { attachment, remark } = await this.#attach(mail.failedRowsOf);
    await this.#transport.sendMail({
      messageId: `<${mail.id}@${MESSAGE_ID_DOMAIN}>`,
      from: SENDER,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: remark === undefined ? mail.text : `${mail.text}\n${remark}\n`,
      attachments: attachment ? [attachment] : [],
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async #attach(
    source: FailedRowsAttachment | undefined,
  ): Promise<{ attachment?: Attachment; remark?: string }> {
    if (!source) return {};
    if ((await this.#failedRows.sizeBytes(source.importId)) > MAX_ATTACHED_BYTES) {
      return { remark: 'The refused rows are too many to attach: fetch them from the console.' };
    }
    const chunks: Buffer[] = [];
    for await (const chunk of this.#failedRows.read(source.importId)) chunks.push(chunk);
    const csv = Buffer.concat(chunks).toString('utf8');
    if (source.keyId === null) {
      return {
        attachment: { filename: 'failed-rows.csv', content: csv, contentType: 'text/csv' },
      };
    }
    return this.#seal(source.accountId, source.keyId, csv);
  }

  async #seal(
    accountId: string,
    keyId: string,
    csv: string,
  ): Promise<{ attachment?: Attachment; remark?: string }> {
    const keySet = await this.#keys.secrets(accountId, keyId);
    try {
      if (!keySet) throw new Error('The key set was removed');
      const content = await sealTo(keySet.publicArmored, 'failed-rows.csv', csv);
      return {
        attachment: {
          filename: 'failed-rows.csv.asc',
          content,
          contentType: 'application/pgp-encrypted',
        },
      };
    } catch (error) {
      log.warn('mail.report-not-sealed', { keyId, ...errorFields(error) });
      return {
        remark:
          'The refused rows could not be encrypted to the key set: fetch them from the console.',
      };
    }
  }
}
