/**
 * The way to real mailboxes, where the operator names one: an SMTP server that takes mail for addresses
 * whose owners have confirmed that they want it, and for nobody else.
 */
import { createTransport } from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { UsageError } from '../failure.ts';
import { isEmailAddress } from '../ingest/manifest.ts';
import type { MailAddresses } from '../store/mail-addresses.ts';
import type { OutgoingMail } from '../store/mail.ts';

export interface RelayOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`); otherwise STARTTLS. */
  readonly secure: boolean;
  /** Only to this machine itself may mail go without TLS. */
  readonly needsTls: boolean;
  readonly login: { readonly user: string; readonly pass: string } | undefined;
  /** Address of the sender. */
  readonly from: string;
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;
const TIMEOUT_MS = 30_000;

/**
 * Reads the relay's options.
 * @param argument of the command line: without a password, which other users of the machine would see
 * @param secret from the environment
 * @returns undefined where no relay is wanted
 * @throws UsageError
 */
export function readRelay(given: {
  argument: string | undefined;
  secret: string | undefined;
  from: string | undefined;
}): RelayOptions | undefined {
  const text = given.argument ?? given.secret;
  if (text === undefined) {
    if (given.from === undefined) return undefined;
    throw new UsageError('--mail-from is of use with --smtp-relay only');
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isRelayUrl(url)) {
    throw new UsageError(
      'A mail relay is an address such as smtps://user@mail.example.com:465, or smtp:// for STARTTLS',
    );
  }
  if (given.argument !== undefined && url.password !== '') {
    throw new UsageError(
      'A password on the command line can be seen by others: give the whole address in the environment, as SEALIFT_SMTP_RELAY',
    );
  }
  if (given.from === undefined || !isEmailAddress(given.from)) {
    throw new UsageError('--smtp-relay needs --mail-from, the address from which the mail comes');
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || PORTS[url.protocol],
    secure: url.protocol === 'smtps:',
    needsTls: !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname),
    login:
      url.username === ''
        ? undefined
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    from: given.from,
  };
}

function isRelayUrl(url: URL): url is URL & { protocol: keyof typeof PORTS } {
  const isPlain = ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
  return url.protocol in PORTS && url.hostname !== '' && isPlain;
}

export class Relay {
  readonly #addresses: MailAddresses;
  readonly #transport: Transporter;
  readonly #from: string;

  constructor(options: RelayOptions, addresses: MailAddresses) {
    this.#addresses = addresses;
    this.#from = options.from;
    this.#transport = createTransport({
      host: options.host,
      port: options.port,
      secure: options.secure,
      requireTLS: options.needsTls,
      ...(options.login && { auth: options.login }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
  }

  /** A question for confirmation goes to an address that is not confirmed: that is its purpose. */
  async mayTake(mail: OutgoingMail): Promise<boolean> {
    return mail.isQuestion === true || (await this.#addresses.isConfirmed(mail.accountId, mail.to));
  }

  async send(message: SendMailOptions): Promise<void> {
    await this.#transport.sendMail({ ...message, from: this.#from });
  }

  close(): void {
    this.#transport.close();
  }
}
