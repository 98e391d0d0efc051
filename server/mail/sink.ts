/** The SMTP sink: takes mail for anyone from this machine, keeps it sealed, relays nothing. */
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { errorFields, log } from '../log.ts';
import type { MailStore } from '../store/mail.ts';

export const SINK_HOST = '127.0.0.1';
const MAX_MESSAGE_BYTES = 25_000_000;
const MAX_CLIENTS = 20;
const MAX_RECIPIENTS = 20;
const IDLE_MS = 60_000;

export interface MailSink {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function startMailSink(mail: MailStore, port: number): Promise<MailSink> {
  const server = new SMTPServer({
    name: 'sealift',
    banner: 'Sealift mail sink',
    size: MAX_MESSAGE_BYTES,
    maxClients: MAX_CLIENTS,
    socketTimeout: IDLE_MS,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo(_address, session, callback) {
      const tooMany = session.envelope.rcptTo.length >= MAX_RECIPIENTS;
      callback(tooMany ? new Error('Too many recipients') : null);
    },
    onData(stream, session, callback) {
      receive(mail, stream, session).then(
        () => callback(),
        (error: unknown) => {
          log.warn('mail.refused', errorFields(error));
          callback(new Error('The message was not taken'));
        },
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, SINK_HOST, () => {
      server.off('error', reject);
      // A client that breaks off or talks nonsense is no event for the server.
      server.on('error', (error) => log.warn('mail.client-error', errorFields(error)));
      resolve();
    });
  });
  const address = server.server.address() as AddressInfo;
  return {
    host: SINK_HOST,
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function receive(
  mail: MailStore,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client hears the refusal.
    if (size <= MAX_MESSAGE_BYTES) chunks.push(chunk);
  }
  if (size > MAX_MESSAGE_BYTES) throw new Error('The message is too large');
  const message = Buffer.concat(chunks);
  const parsed = await simpleParser(message, { skipTextToHtml: true, skipImageLinks: true });
  await mail.receive({
    messageId: parsed.messageId ?? randomUUID(),
    recipients: session.envelope.rcptTo.map((recipient) => recipient.address.toLowerCase()),
    subject: parsed.subject ?? '',
    message,
  });
}
