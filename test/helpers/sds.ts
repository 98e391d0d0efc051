/** A client of SDS for tests, written from its contract alone: it shares no code with the server. */
import {
  constants,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  randomUUID,
  sign,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const BASE = '/core/api/v1/sds';
export const TOKEN_PATH = '/core/api/v1/aaa/auth/client-credentials';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: T;
  readonly error: {
    code: string;
    description: string;
    additionalInfo: Record<string, unknown>;
    status: number;
  };
  readonly request: { id: string; uri: string; timestamp: string };
}

export interface TenantAccess {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sign in strict mode. */
  readonly strict?: boolean;
  readonly requestId?: string;
  /** Epoch seconds of a strict signature. */
  readonly timestamp?: number;
  /** Sent in place of, or beside, what the client makes; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** An app with its keys, registered or not. */
export class TestApp {
  readonly name: string;
  readonly privateKey: KeyObject;
  /** Base64 of the DER SubjectPublicKeyInfo. */
  readonly key: string;
  /** `app:<uuid>`, once it is registered. */
  id = '';

  constructor(name: string, bits = 2048) {
    this.name = name;
    const pair = generateKeyPairSync('rsa', { modulusLength: bits });
    this.privateKey = pair.privateKey;
    this.key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  signature(bytes: Buffer = Buffer.from(this.name)): string {
    const made = sign('RSA-SHA1', bytes, this.privateKey).toString('base64');
    return `${made}.${Buffer.from(this.name).toString('base64')}`;
  }
}

/** One tenant of one server (or of several that share a database). */
export class TestTenant {
  readonly http: string;
  readonly access: TenantAccess;
  readonly token: string;

  private constructor(http: string, access: TenantAccess, token: string) {
    this.http = http;
    this.access = access;
    this.token = token;
  }

  static async open(http: string, access: TenantAccess): Promise<TestTenant> {
    const { clientId, clientSecret } = access;
    const response = await fetch(`${http}${TOKEN_PATH}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-COREOS-REQUEST-ID': randomUUID(),
        'X-COREOS-TID': access.tenant,
      },
      body: JSON.stringify({ clientId, clientSecret }),
    });
    const answer = (await response.json()) as { data?: { accessToken: string } };
    if (!answer.data) throw new Error(`no token: ${JSON.stringify(answer)}`);
    return new TestTenant(http, access, answer.data.accessToken);
  }

  /** The same tenant on another server of the same database. */
  on(http: string): TestTenant {
    return new TestTenant(http, this.access, this.token);
  }

  async register(name: string, bits = 2048): Promise<TestApp> {
    const app = new TestApp(name, bits);
    const { name: sent, key } = app;
    const { data } = await this.must<{ id: string }>(undefined, 'POST', '/apps', {
      body: { name: sent, key },
    });
    app.id = data.id;
    return app;
  }

  /** @returns the vault's id */
  async makeVault(owner: TestApp, name: string, settings: object = {}): Promise<string> {
    const body = { name, owner: owner.name, ...settings };
    return (await this.must<{ id: string }>(owner, 'POST', '/vaults', { body })).data.id;
  }

  /** @param text stored as base64. @returns the record's id */
  async store(app: TestApp, vault: string, text: string, meta?: unknown): Promise<string> {
    const body = { vault, data: Buffer.from(text).toString('base64'), meta };
    return (await this.must<{ id: string }>(app, 'POST', '/data', { body })).data.id;
  }

  /** @param app undefined: unsigned. @param path below the base path */
  async call<T = Record<string, unknown>>(
    app: TestApp | undefined,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<T>> {
    const target = `${BASE}${path}`;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers = this.headers(app, method, target, body ?? '', options);
    const response = await fetch(`${this.http}${target}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const answer = (await response.json()) as Omit<Answer<T>, 'status' | 'headers'>;
    return { ...answer, status: response.status, headers: response.headers };
  }

  /** A call that has to succeed. */
  async must<T = Record<string, unknown>>(
    app: TestApp | undefined,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<T>> {
    const answer = await this.call<T>(app, method, path, options);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.error)}`);
    }
    return answer;
  }

  /** @param body as it is sent; `UNSIGNED` is signed where `content` says that it is streamed */
  headers(
    app: TestApp | undefined,
    method: string,
    target: string,
    body: string,
    { strict = false, requestId = randomUUID(), timestamp, headers = {} }: CallOptions = {},
    content = false,
  ): Record<string, string> {
    const seconds = String(timestamp ?? Math.floor(Date.now() / 1000));
    const hash = content ? 'UNSIGNED' : createHash('sha256').update(body).digest('hex');
    const signed = [app?.name, this.access.tenant, requestId, seconds, method, target, hash].join(
      '\n',
    );
    const all: Record<string, string | undefined> = {
      'X-COREOS-REQUEST-ID': requestId,
      'X-COREOS-ACCESS': this.token,
      'X-COREOS-TID': this.access.tenant,
      ...(body !== '' && !content && { 'Content-Type': 'application/json' }),
      ...(app && { 'X-SDS-SIGNATURE': app.signature(strict ? Buffer.from(signed) : undefined) }),
      ...(strict && { 'X-SDS-TIMESTAMP': seconds }),
      ...headers,
    };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }
}

/**
 * Opens an encrypted read.
 * @returns the stored base64
 */
export function openSealed(privateKey: KeyObject, sealed: string): string {
  const [secretPart = '', dataPart = '', ...rest] = sealed.split('.');
  if (rest.length > 0) throw new Error('wrong key or damaged');
  const secret = unwrapSecret(privateKey, secretPart);
  const text = openContent(secret, strictBase64(dataPart)).toString('latin1');
  strictBase64(text);
  return text;
}

/**
 * The key of an encrypted read or download. RSA without padding, since Node refuses PKCS #1 v1.5 here; for
 * tests only, as its time tells what is wrong.
 * @param wrapped base64
 * @returns 16 bytes
 */
export function unwrapSecret(privateKey: KeyObject, wrapped: string): Buffer {
  const padded = privateDecrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    strictBase64(wrapped),
  );
  const end = padded.indexOf(0, 1);
  const secret = padded.subarray(end + 1);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10 || secret.length !== 16) {
    throw new Error('wrong key or damaged');
  }
  return secret;
}

/** @param secret of this very read or download */
export function openContent(secret: Buffer, sealed: Buffer): Buffer {
  const cipher = createDecipheriv('aes-128-cbc', secret, Buffer.alloc(16));
  return Buffer.concat([cipher.update(sealed), cipher.final()]);
}

function strictBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Error('wrong key or damaged');
  return bytes;
}
