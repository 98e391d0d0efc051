/**
 * The client of a Sealift server's console API (spec: "Console API"), one method a call. Answers are
 * checked against schemas before anything believes them. Stores nothing, not even the token.
 */
import { z } from 'zod';
import {
  activityEntry,
  importRecord,
  mail,
  registeredKeySet,
  registeredSshKey,
  source,
} from '../../shared/contract/domain-schemas.ts';
import type { ActivityEntry, ImportRecord, Mail } from '../../shared/domain/import.ts';
import type { RegisteredKeySet, RegisteredSshKey, Source } from '../../shared/domain/source.ts';
import { AppError } from '../../shared/errors/index.ts';
import { callConsole, checkConsoleUrl, type ConsoleAccess, type ConsoleCall } from './http.ts';

export type { ConsoleAccess } from './http.ts';

const registeredKey = z.object({
  keyId: z.uuid(),
  fingerprint: z.string().regex(/^[0-9A-Fa-f]{40,64}$/),
  publicKey: z.string(),
});
const generatedKey = registeredKey.extend({ privateKey: z.string(), passphrase: z.string() });
const account = z.object({ id: z.string().min(1) });
const openRecord = z.record(z.string(), z.unknown());

const mailAddress = z.object({
  address: z.string(),
  askedAt: z.string(),
  confirmedAt: z.string().nullable(),
});

const addedSource = z.object({ id: z.uuid(), publicKey: z.string() });

/** An address that a mail relay may write to once it is confirmed. */
export type MailAddress = z.output<typeof mailAddress>;

export interface NewSource {
  /** `sftp://user@host[:port]/folder` */
  readonly url: string;
  /** As ssh-keygen prints it, `SHA256:…`. */
  readonly hostKeySha256: string;
  /** Which manifests are meant: `*` stands for any text, `?` for one character. */
  readonly pattern?: string;
  readonly cron?: string;
  /** IANA name; default UTC. */
  readonly timeZone?: string;
}

/** A key set as the platform knows it. */
export type RegisteredPgpKey = z.output<typeof registeredKey>;
/** The same with its secrets, which the platform hands over this once. */
export type GeneratedPgpKey = z.output<typeof generatedKey>;

export interface EventQuery {
  readonly identity?: string;
  readonly name?: string;
  /** Where an earlier answer stopped. */
  readonly after?: string;
  readonly limit?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Stops a list that never ends. */
const MAX_PAGES = 100;

/** All methods throw the AppErrors of {@link callConsole}. */
export class ConsoleClient {
  readonly #base: URL;
  readonly #adminToken: string;

  /** @throws AppError CONSOLE_URL_INVALID, CONSOLE_INSECURE */
  constructor({ url, adminToken }: ConsoleAccess) {
    this.#base = checkConsoleUrl(url);
    this.#adminToken = adminToken;
  }

  async addAccount(email: string, options?: CallOptions): Promise<{ id: string }> {
    return this.#json(account, {
      method: 'POST',
      path: ['accounts'],
      body: { email },
      what: 'the new account',
      ...options,
    });
  }

  /** @param key `publicKey`: a line as in `authorized_keys` */
  async addSshKey(
    accountId: string,
    key: { name: string; publicKey: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#call({
      method: 'POST',
      path: ['accounts', accountId, 'ssh-keys'],
      body: key,
      what: 'the SSH key',
      ...options,
    });
  }

  sshKeys(accountId: string, options?: CallOptions): Promise<RegisteredSshKey[]> {
    const path = ['accounts', accountId, 'ssh-keys'];
    return this.#list(registeredSshKey, { method: 'GET', path, what: 'the account', ...options });
  }

  async removeSshKey(accountId: string, id: string, options?: CallOptions): Promise<void> {
    const path = ['accounts', accountId, 'ssh-keys', id];
    await this.#call({ method: 'DELETE', path, what: `the SSH key ${id}`, ...options });
  }

  /** Shares a key set with the platform, private key and passphrase included. */
  addPgpKey(
    accountId: string,
    key: { publicKey: string; privateKey: string; passphrase: string },
    options?: CallOptions,
  ): Promise<RegisteredPgpKey> {
    return this.#json(registeredKey, {
      method: 'POST',
      path: ['accounts', accountId, 'pgp-keys'],
      body: key,
      what: 'the key set',
      ...options,
    });
  }

  /** Receives a key set that the platform makes. */
  generatePgpKey(
    accountId: string,
    request: { name: string; email: string; comment?: string; type?: 'rsa3072' | 'curve25519' },
    options?: CallOptions,
  ): Promise<GeneratedPgpKey> {
    return this.#json(generatedKey, {
      method: 'POST',
      path: ['accounts', accountId, 'pgp-keys'],
      body: { generate: request },
      what: 'the key set',
      ...options,
    });
  }

  listPgpKeys(accountId: string, options?: CallOptions): Promise<RegisteredKeySet[]> {
    const path = ['accounts', accountId, 'pgp-keys'];
    return this.#list(registeredKeySet, { method: 'GET', path, what: 'the account', ...options });
  }

  async removePgpKey(accountId: string, keyId: string, options?: CallOptions): Promise<void> {
    const path = ['accounts', accountId, 'pgp-keys', keyId];
    await this.#call({ method: 'DELETE', path, what: `the Key ID ${keyId}`, ...options });
  }

  /** @returns the line that the customer's server has to authorise */
  addSource(
    accountId: string,
    source: NewSource,
    options?: CallOptions,
  ): Promise<{ id: string; publicKey: string }> {
    return this.#json(addedSource, {
      method: 'POST',
      path: ['accounts', accountId, 'sources'],
      body: source,
      what: 'the source',
      ...options,
    });
  }

  sources(accountId: string, options?: CallOptions): Promise<Source[]> {
    const path = ['accounts', accountId, 'sources'];
    return this.#list(source, { method: 'GET', path, what: 'the account', ...options });
  }

  async removeSource(accountId: string, id: string, options?: CallOptions): Promise<void> {
    const path = ['accounts', accountId, 'sources', id];
    await this.#call({ method: 'DELETE', path, what: `the source ${id}`, ...options });
  }

  /** Begins a visit; `sources` tells when it has ended, and how. */
  async runSource(accountId: string, id: string, options?: CallOptions): Promise<void> {
    const path = ['accounts', accountId, 'sources', id, 'run'];
    await this.#call({ method: 'POST', path, what: `the source ${id}`, ...options });
  }

  /** What happened to the account, newest first: one page. */
  async activity(
    accountId: string,
    query: { readonly limit?: number } = {},
    options?: CallOptions,
  ): Promise<ActivityEntry[]> {
    const path = ['accounts', accountId, 'activity'];
    const what = 'the account';
    const answer = await this.#json(page(activityEntry), {
      ...{ method: 'GET', path, query: { ...query }, what },
      ...options,
    });
    return answer.items;
  }

  mailAddresses(accountId: string, options?: CallOptions): Promise<MailAddress[]> {
    const path = ['accounts', accountId, 'mail-addresses'];
    return this.#list(mailAddress, { method: 'GET', path, what: 'the account', ...options });
  }

  /** Has a code mailed to the address. */
  askMailAddress(accountId: string, email: string, options?: CallOptions): Promise<MailAddress> {
    return this.#json(mailAddress, {
      method: 'POST',
      path: ['accounts', accountId, 'mail-addresses'],
      body: { email },
      what: `the address ${email}`,
      ...options,
    });
  }

  /** @param code as it was mailed to the address */
  confirmMailAddress(
    accountId: string,
    { email, code }: { readonly email: string; readonly code: string },
    options?: CallOptions,
  ): Promise<MailAddress> {
    return this.#json(mailAddress, {
      method: 'POST',
      path: ['accounts', accountId, 'mail-addresses', 'confirm'],
      body: { email, code },
      what: `the address ${email}`,
      ...options,
    });
  }

  async removeMailAddress(accountId: string, email: string, options?: CallOptions): Promise<void> {
    const path = ['accounts', accountId, 'mail-addresses', email];
    await this.#call({ method: 'DELETE', path, what: `the address ${email}`, ...options });
  }

  imports(accountId: string, options?: CallOptions): Promise<ImportRecord[]> {
    const path = ['accounts', accountId, 'imports'];
    return this.#list(importRecord, { method: 'GET', path, what: 'the account', ...options });
  }

  import(accountId: string, importId: string, options?: CallOptions): Promise<ImportRecord> {
    const path = ['accounts', accountId, 'imports', importId];
    const what = `the import ${importId}`;
    return this.#json(importRecord, { method: 'GET', path, what, ...options });
  }

  /** The rejected rows as CSV, the last column "Failure Description". */
  failedRows(accountId: string, importId: string, options?: CallOptions): Promise<Uint8Array> {
    const path = ['accounts', accountId, 'imports', importId, 'failed-rows.csv'];
    const what = `failed rows of the import ${importId}`;
    return this.#call({ method: 'GET', path, what, ...options });
  }

  /** One page of ingested events, as the server tells them. */
  events(
    accountId: string,
    query: EventQuery = {},
    options?: CallOptions,
  ): Promise<{ items: Record<string, unknown>[]; next?: string | undefined }> {
    return this.#json(page(openRecord), {
      method: 'GET',
      path: ['accounts', accountId, 'events'],
      query: { ...query },
      what: 'the account',
      ...options,
    });
  }

  profile(
    accountId: string,
    identity: string,
    options?: CallOptions,
  ): Promise<Record<string, unknown>> {
    const path = ['accounts', accountId, 'profiles', identity];
    return this.#json(openRecord, { method: 'GET', path, what: 'this profile', ...options });
  }

  stats(accountId: string, options?: CallOptions): Promise<Record<string, unknown>> {
    const path = ['accounts', accountId, 'stats'];
    return this.#json(openRecord, { method: 'GET', path, what: 'the account', ...options });
  }

  /** @param to only mails to this address */
  mails(to?: string, options?: CallOptions): Promise<Mail[]> {
    return this.#list(mail, {
      method: 'GET',
      path: ['mail'],
      query: { to },
      what: 'the mails',
      ...options,
    });
  }

  mail(id: string, options?: CallOptions): Promise<Mail> {
    return this.#json(mail, {
      method: 'GET',
      path: ['mail', id],
      what: `the mail ${id}`,
      ...options,
    });
  }

  /** All pages of a list, in the server's order. */
  async #list<T>(item: z.ZodType<T>, call: ConsoleCall): Promise<T[]> {
    const items: T[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const answer = await this.#json(page(item), { ...call, query: { ...call.query, after } });
      items.push(...answer.items);
      after = answer.next;
      if (after === undefined) return items;
    }
    throw this.#badAnswer('its list does not end');
  }

  async #json<T>(schema: z.ZodType<T>, call: ConsoleCall): Promise<T> {
    const bytes = await this.#call(call);
    let body: unknown;
    try {
      body = JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch {
      throw this.#badAnswer('it is not JSON');
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') || 'the whole';
    throw this.#badAnswer(`${where} is not as expected`);
  }

  #call(call: ConsoleCall): Promise<Uint8Array> {
    return callConsole(this.#base, this.#adminToken, call);
  }

  #badAnswer(detail: string): AppError {
    return new AppError('CONSOLE_BAD_ANSWER', { host: this.#base.host, detail });
  }
}

function page<T>(item: z.ZodType<T>) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}
