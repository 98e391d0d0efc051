/**
 * Sends the queued mail, oldest first, over SMTP: to the sink, and through the relay where there is one
 * and the address is confirmed. A mail leaves the queue when its receivers have taken it or one refused
 * it for good; one that has to wait holds up no other. Its Message-ID is the same in every attempt.
 */
import { createTransport } from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { sealTo } from '../crypto/pgp-key-sets.ts';
import { SealError } from '../crypto/sealer.ts';
import type { FailedRows } from '../ingest/failed-rows.ts';
import { errorFields, log } from '../log.ts';
import type { LogFields } from '../log.ts';
import type { Activity, NewActivity } from '../store/activity.ts';
import type { Database } from '../store/database.ts';
import type { PgpKeys } from '../store/pgp-keys.ts';
import type { FailedRowsAttachment, MailStore, OutgoingMail, QueuedMail } from '../store/mail.ts';
import type { Relay } from './relay.ts';

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

export interface MailerDeps {
  readonly database: Database;
  readonly mail: MailStore;
  readonly activity: Activity;
  readonly pgpKeys: PgpKeys;
  readonly failedRows: FailedRows;
  /** Absent: no mail leaves this machine. */
  readonly relay?: Relay | undefined;
}

export class Mailer {
  readonly #deps: MailerDeps;
  readonly #transport: Transporter;
  /** Id of a mail that could not be sent yet → when it may be tried again, as `Date.now()` has it. */
  readonly #notBefore = new Map<string, number>();
  #work: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: MailerDeps, sink: { host: string; port: number }) {
    this.#deps = deps;
    this.#transport = createTransport({ host: sink.host, port: sink.port, ignoreTLS: true });
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
    this.#deps.relay?.close();
  }

  async #sendAll(): Promise<void> {
    let again = true;
    try {
      let seen = 0;
      for (;;) {
        const queued = await this.#deps.mail.nextOutgoing(seen);
        if (!queued || this.#closed) break;
        seen = queued.seq;
        await this.#sendOne(queued);
      }
      again = this.#notBefore.size > 0;
    } catch (error) {
      log.warn('mail.queue-failed', errorFields(error));
    }
    if (!again || this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.wake(), RETRY_MS).unref();
  }

  async #sendOne(queued: QueuedMail): Promise<void> {
    const { id } = queued;
    if (Date.now() < (this.#notBefore.get(id) ?? 0)) return;
    let mail: OutgoingMail | undefined;
    let outcome: Pick<NewActivity, 'message' | 'problem'>;
    try {
      mail = this.#deps.mail.open(queued);
      outcome = await this.#send(mail);
    } catch (error) {
      const fields = { mail: id, ...replyFields(error) };
      if (!isPermanent(error)) {
        log.warn('mail.not-sent', fields);
        this.#notBefore.set(id, Date.now() + RETRY_MS);
        return;
      }
      log.error('mail.undeliverable', fields);
      const message = mail ? `${named(mail)} was refused by the receiver for good.` : '';
      outcome = { message, problem: true };
    }
    this.#notBefore.delete(id);
    await this.#conclude(id, mail, outcome);
  }

  /** Out of the queue, and into the account's activity, in one step. */
  async #conclude(
    id: string,
    mail: OutgoingMail | undefined,
    outcome: Pick<NewActivity, 'message' | 'problem'>,
  ): Promise<void> {
    const { database, mail: queue, activity } = this.#deps;
    await database.transaction(async (queries) => {
      await queue.dequeue(queries, id);
      if (!mail) return;
      const { accountId, importId } = mail;
      await activity.add(queries, accountId, {
        kind: 'mail',
        ...(importId !== undefined && { importId }),
        ...outcome,
      });
    });
  }

  /** @returns what the account's activity tells of it */
  async #send(mail: OutgoingMail): Promise<Pick<NewActivity, 'message' | 'problem'>> {
    const { relay } = this.#deps;
    const message = await this.#compose(mail);
    // The sink takes a Message-ID once: an attempt that the relay made fail is not kept twice.
    await this.#transport.sendMail({ ...message, from: SENDER });
    if (!relay) return { message: `${named(mail)} was mailed.` };
    if (!(await relay.mayTake(mail))) {
      const reason = 'the address is not confirmed';
      return { message: `${named(mail)} was kept here: ${reason}.`, problem: true };
    }
    await relay.send(message);
    return { message: `${named(mail)} was mailed through the relay.` };
  }

  async #compose(mail: OutgoingMail): Promise<SendMailOptions> {
    const { attachment, remark } = await this.#attach(mail.failedRowsOf);
    return {
      messageId: `<${mail.id}@${MESSAGE_ID_DOMAIN}>`,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: remark === undefined ? mail.text : `${mail.text}\n${remark}\n`,
      attachments: attachment ? [attachment] : [],
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }

  async #attach(
    source: FailedRowsAttachment | undefined,
  ): Promise<{ attachment?: Attachment; remark?: string }> {
    if (!source) return {};
    const csv = await this.#readRows(source.importId);
    if (typeof csv !== 'string') return csv;
    if (source.keyId === null) {
      return {
        attachment: { filename: 'failed-rows.csv', content: csv, contentType: 'text/csv' },
      };
    }
    return this.#seal(source.accountId, source.keyId, csv);
  }

  /** @returns the CSV, or the remark that stands in its place. */
  async #readRows(importId: string): Promise<string | { remark: string }> {
    try {
      if ((await this.#deps.failedRows.sizeBytes(importId)) > MAX_ATTACHED_BYTES) {
        return { remark: 'The refused rows are too many to attach: fetch them from the console.' };
      }
      const chunks: Buffer[] = [];
      for await (const chunk of this.#deps.failedRows.read(importId)) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      log.error('mail.report-not-read', { import: importId, ...errorFields(error) });
      return { remark: 'The refused rows could not be read, and so are not attached.' };
    }
  }

  async #seal(
    accountId: string,
    keyId: string,
    csv: string,
  ): Promise<{ attachment?: Attachment; remark?: string }> {
    try {
      const keySet = await this.#deps.pgpKeys.secrets(accountId, keyId);
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

/** `“Imported: users.csv.asc” to data@example.com` */
function named({ subject, to }: OutgoingMail): string {
  return `“${subject}” to ${to}`;
}

/** What SMTP clients tell of a failure (nodemailer's `SMTPError`). */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * Whether the mail itself was refused for good. Other failures are the connection's or the
 * server's, and say nothing of the mail.
 */
function isPermanent(error: unknown): boolean {
  if (error instanceof SealError) return true;
  const { code, responseCode = 0 } = error as SmtpFailure;
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false;
  return responseCode < 400 || responseCode >= 500;
}

/** The texts of SMTP replies repeat addresses: only codes are logged. */
function replyFields(error: unknown): LogFields {
  const { code, responseCode } = error as SmtpFailure;
  return { error: error instanceof Error ? error.name : typeof error, code, responseCode };
}
