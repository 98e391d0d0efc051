/**
 * One tenant of an SDS service over HTTP: where requests may go, the token and its renewal, signatures, what is
 * tried again and what is not, and what failures are called. Knows no call of the API.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { SDS_BASE, SDS_TOKEN_PATH } from '../../shared/domain/sds.ts';
import { AppError } from '../../shared/errors/index.ts';
import { isLoopback, networkReason, readBounded } from '../platform/http.ts';
import { readRefusal, refusalError } from './failures.ts';
import type { ReadRefusal } from './failures.ts';
import { signatureHeader } from './signature.ts';
import type { Signer } from './signature.ts';

export interface SdsAccess {
  /** Base address; https, or http to this machine. */
  readonly url: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SdsCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments below the base path; each is encoded here. */
  readonly path: readonly string[];
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: unknown;
  /** Content that is streamed; made anew for each try. */
  readonly content?: { readonly type: string; readonly stream: () => AsyncIterable<Uint8Array> };
  /** Of the answer's `data`. */
  readonly answer: z.ZodType<T>;
  /** As in "not allowed to {what}". */
  readonly what: string;
  /** Undefined for the registration of an app. */
  readonly signer?: Signer | undefined;
  /** Sign in strict mode at once. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface SdsServiceOptions {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Content is only bounded by silence, and that is the transport's matter. */
const CONTENT_TIMEOUT_MS = 24 * 3_600_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MAX_TRIES = 4;
const FIRST_WAIT_MS = 400;
/** A service that wants more is told to the user instead. */
const LONGEST_WAIT_SECONDS = 20;
/** A token is renewed this long before it ends. */
const RENEW_BEFORE_MS = 120_000;

const tokenAnswer = z.object({
  accessToken: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  expiresIn: z.number().positive().max(31_536_000),
});

type Attempt<T> =
  { readonly data: T } | { readonly refusal: ReadRefusal } | { readonly error: AppError };

/** What the next try changes. */
interface TryState {
  strict: boolean;
  renewed: boolean;
  tries: number;
}

export class SdsService {
  readonly #base: URL;
  readonly #access: SdsAccess;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  /** Apps of which the service asked for strict signatures: its constant ones are not shown again. */
  readonly #strictApps = new Set<string>();
  #token: { readonly value: string; readonly renewAt: number } | undefined;
  #renewal: Promise<string> | undefined;

  /** @throws AppError SDS_URL_INVALID, SDS_INSECURE */
  constructor(
    access: SdsAccess,
    { now = Date.now, timeoutMs = TIMEOUT_MS }: SdsServiceOptions = {},
  ) {
    this.#base = checkSdsUrl(access.url);
    this.#access = access;
    this.#now = now;
    this.#timeoutMs = timeoutMs;
  }

  get host(): string {
    return this.#base.host;
  }

  /** The address of a path of this service, for links. */
  get origin(): string {
    return this.#base.origin;
  }

  /** Gets a token: address, tenant, client id and secret are right. */
  async test(signal?: AbortSignal): Promise<void> {
    this.#token = undefined;
    await this.#currentToken(signal);
  }

  /**
   * Makes one call and gives its `data`. A GET is tried again after a failure on the way or while the service is
   * busy; any call after 429, an ended token, or when the service asks for a strict signature.
   *
   * @throws AppError SDS_…, CANCELLED
   */
  async call<T>(call: SdsCall<T>): Promise<T> {
    const app = call.signer?.name ?? '';
    const strict = call.strict === true || this.#strictApps.has(app);
    const state: TryState = { strict, renewed: false, tries: 0 };
    for (;;) {
      const token = await this.#currentToken(call.signal);
      state.tries += 1;
      const attempt = await this.#attempt(call, token, state.strict);
      if ('data' in attempt) return attempt.data;
      const waitMs = this.#tryAgain(call, attempt, state);
      if (waitMs === undefined) throw this.#failure(call, attempt);
      await pause(waitMs, call.signal);
    }
  }

  /** @returns how long to wait before the next try; undefined: there is none */
  #tryAgain<T>(
    call: SdsCall<T>,
    attempt: Exclude<Attempt<T>, { data: T }>,
    state: TryState,
  ): number | undefined {
    const isRead = call.method === 'GET';
    const backOff = FIRST_WAIT_MS * 2 ** (state.tries - 1);
    if ('error' in attempt) {
      const isTransient = attempt.error.retry === 'auto' && isRead;
      return isTransient && state.tries < MAX_TRIES ? backOff : undefined;
    }
    const { status, info, kind, retryAfterSeconds = 0 } = attempt.refusal;
    if (status === 401 && info['required'] === 'strict' && !state.strict) {
      state.strict = true;
      this.#strictApps.add(call.signer?.name ?? '');
      return 0;
    }
    const isTokenRefused =
      kind === 'TOKEN_INVALID' || kind === 'TENANT_INVALID' || kind === undefined;
    if (status === 401 && isTokenRefused && !state.renewed) {
      state.renewed = true;
      this.#token = undefined;
      return 0;
    }
    const mayRepeat = status === 429 || (status === 503 && isRead);
    if (!mayRepeat || state.tries >= MAX_TRIES) return undefined;
    if (retryAfterSeconds > LONGEST_WAIT_SECONDS) return undefined;
    return Math.max(backOff, retryAfterSeconds * 1000);
  }

  #failure<T>(call: SdsCall<T>, attempt: Exclude<Attempt<T>, { data: T }>): AppError {
    if ('error' in attempt) return attempt.error;
    const { tenant } = this.#access;
    const app = call.signer?.name ?? '';
    return refusalError(attempt.refusal, {
      host: this.host,
      tenant,
      app,
      what: call.what,
      nowMs: this.#now(),
    });
  }

  async #attempt<T>(call: SdsCall<T>, token: string, strict: boolean): Promise<Attempt<T>> {
    const url = this.#url([SDS_BASE, ...call.path.map(encodeSegment)].join('/'), call.query);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const requestId = randomUUID();
    const headers: Record<string, string> = {
      ...this.#openHeaders(requestId),
      'x-coreos-access': token,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(call.content && { 'content-type': call.content.type }),
    };
    if (call.signer) {
      const epochSeconds = Math.floor(this.#now() / 1000);
      const { tenant } = this.#access;
      const target = `${url.pathname}${url.search}`;
      const signedBody = call.content ? undefined : (body ?? '');
      const parts = {
        tenant,
        requestId,
        epochSeconds,
        method: call.method,
        target,
        body: signedBody,
      };
      headers['x-sds-signature'] = signatureHeader(call.signer, strict ? parts : undefined);
      if (strict) headers['x-sds-timestamp'] = String(epochSeconds);
    }
    return this.#send(url, { method: call.method, headers, ...sentBody(call, body) }, call);
  }

  async #send<T>(
    url: URL,
    init: RequestInit,
    { answer, signal, content }: Pick<SdsCall<T>, 'answer' | 'signal' | 'content'>,
  ): Promise<Attempt<T>> {
    const limitMs = content ? CONTENT_TIMEOUT_MS : this.#timeoutMs;
    const timeout = AbortSignal.timeout(limitMs);
    const both = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      // Token and signature go to the address that was checked and nowhere else.
      const response = await fetch(url, { ...init, redirect: 'error', signal: both });
      const bytes = await readBounded(response, MAX_ANSWER_BYTES);
      if (!bytes) return { error: this.#badAnswer('it is too long') };
      if (!response.ok) return { refusal: readRefusal(response, bytes) };
      return this.#parsed(bytes, answer);
    } catch (cause) {
      if (cause instanceof AppError) return { error: cause };
      if (signal?.aborted) return { error: new AppError('CANCELLED', {}, { cause }) };
      const { host } = this;
      if (timeout.aborted) {
        return {
          error: new AppError('SDS_TIMED_OUT', { host, seconds: limitMs / 1000 }, { cause }),
        };
      }
      return {
        error: new AppError('SDS_UNREACHABLE', { host, reason: networkReason(cause) }, { cause }),
      };
    }
  }

  #parsed<T>(bytes: Uint8Array, schema: z.ZodType<T>): Attempt<T> {
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      return { error: this.#badAnswer('it is not JSON') };
    }
    const parsed = z.object({ data: schema }).safeParse(json);
    if (parsed.success) return { data: parsed.data.data };
    const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
    return { error: this.#badAnswer(where === '' ? 'it has another form' : `the field ${where}`) };
  }

  #badAnswer(detail: string): AppError {
    return new AppError('SDS_BAD_ANSWER', { host: this.host, detail });
  }

  #currentToken(signal: AbortSignal | undefined): Promise<string> {
    if (this.#token && this.#now() < this.#token.renewAt) return Promise.resolve(this.#token.value);
    // One renewal for all who wait: none of them may cancel it for the others.
    this.#renewal ??= this.#newToken().finally(() => {
      this.#renewal = undefined;
    });
    return signal ? abortable(this.#renewal, signal) : this.#renewal;
  }

  async #newToken(): Promise<string> {
    const { tenant, clientId, clientSecret } = this.#access;
    const headers = { ...this.#openHeaders(randomUUID()), 'content-type': 'application/json' };
    const body = JSON.stringify({ clientId, clientSecret });
    const init = { method: 'POST', headers, body };
    for (let tries = 1; ; tries++) {
      const attempt = await this.#send(this.#url(SDS_TOKEN_PATH), init, { answer: tokenAnswer });
      if ('data' in attempt) {
        const { accessToken: value, expiresIn } = attempt.data;
        const lifeMs = expiresIn * 1000;
        const renewAt = this.#now() + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2);
        this.#token = { value, renewAt };
        return value;
      }
      const isBusy = 'refusal' in attempt && [429, 503].includes(attempt.refusal.status);
      const isAway = 'error' in attempt && attempt.error.retry === 'auto';
      if ((isBusy || isAway) && tries < MAX_TRIES) {
        await pause(FIRST_WAIT_MS * 2 ** (tries - 1), undefined);
        continue;
      }
      if ('error' in attempt) throw attempt.error;
      const { refusal } = attempt;
      const asked = { host: this.host, tenant, app: '', what: 'get a token', nowMs: this.#now() };
      throw refusal.status === 401
        ? new AppError('SDS_CLIENT_REFUSED', { host: this.host, tenant })
        : refusalError(refusal, asked);
    }
  }

  #openHeaders(requestId: string): Record<string, string> {
    return { 'x-coreos-request-id': requestId, 'x-coreos-tid': this.#access.tenant };
  }

  #url(path: string, query: SdsCall<unknown>['query'] = []): URL {
    const url = new URL(this.#base);
    url.pathname = `${this.#base.pathname.replace(/\/+$/, '')}${path}`;
    for (const [name, value] of query) url.searchParams.append(name, value);
    return url;
  }
}

/** @throws AppError SDS_URL_INVALID, SDS_INSECURE */
export function checkSdsUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPlain = parsed?.username === '' && parsed.search === '' && parsed.hash === '';
  if (!parsed || !isPlain || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new AppError('SDS_URL_INVALID', { url: url.slice(0, 200) });
  }
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    throw new AppError('SDS_INSECURE', { host: parsed.host });
  }
  return parsed;
}

function sentBody<T>(call: SdsCall<T>, body: string | undefined): RequestInit {
  if (call.content) {
    // The type of fetch does not know that streams need `duplex`, nor that Node takes async iterables.
    return { body: call.content.stream(), duplex: 'half' } as unknown as RequestInit;
  }
  return body === undefined ? {} : { body };
}

/** Ids hold a colon, which is left as it is: the path that is signed is the path that is sent. */
function encodeSegment(segment: string): string {
  if (/^\.{0,2}$/.test(segment)) throw new AppError('BAD_REQUEST', { detail: 'an id' });
  return encodeURIComponent(segment).replaceAll('%3A', ':');
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, undefined, signal ? { signal } : {});
  } catch (cause) {
    throw new AppError('CANCELLED', {}, { cause });
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new AppError('CANCELLED'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
