/**
 * HTTP calls of the console client: where they may go, how long they may take, how much they may
 * answer, and what their failures are called. Knows no call of the API.
 */
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import { isLoopback, networkReason, plainReason, readBounded } from '../platform/http.ts';

export interface ConsoleAccess {
  /** Base address; https, or http to this machine. */
  readonly url: string;
  readonly adminToken: string;
}

export interface ConsoleCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path segments below `/v1`; each is encoded here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** The subject of the call, as in "does not know {what}". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * @returns the address without a trailing slash
 * @throws AppError CONSOLE_URL_INVALID, CONSOLE_INSECURE
 */
export function checkConsoleUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.username !== '') {
    throw new AppError('CONSOLE_URL_INVALID', { url: url.slice(0, 200) });
  }
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    throw new AppError('CONSOLE_INSECURE', { host: parsed.host });
  }
  return parsed;
}

/**
 * Makes one call and reads its whole answer.
 *
 * @throws AppError CONSOLE_UNREACHABLE, CONSOLE_TIMED_OUT, CONSOLE_UNAUTHORIZED, CONSOLE_NOT_FOUND,
 *   CONSOLE_CONFLICT, CONSOLE_REJECTED, CONSOLE_FAILED, CONSOLE_BAD_ANSWER, CANCELLED
 */
export async function callConsole(
  base: URL,
  adminToken: string,
  call: ConsoleCall,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  try {
    const response = await fetch(callUrl(base, call), {
      method: call.method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      // The token goes to the address that was checked and nowhere else.
      redirect: 'error',
      signal,
    });
    const answer = await readBounded(response, MAX_ANSWER_BYTES);
    if (!answer) {
      throw new AppError('CONSOLE_BAD_ANSWER', { host: base.host, detail: 'it is too long' });
    }
    if (!response.ok) throw statusError(response.status, answer, base.host, call);
    return answer;
  } catch (error) {
    throw transportError(error, base.host, call.signal, timeout);
  }
}

function callUrl(base: URL, call: ConsoleCall): URL {
  // A dot segment would name another resource, even when it is percent-encoded.
  if (call.path.some((segment) => /^\.{0,2}$/.test(segment))) {
    throw new AppError('CONSOLE_NOT_FOUND', { host: base.host, what: call.what });
  }
  const prefix = base.pathname.replace(/\/+$/, '');
  const url = new URL(base);
  url.pathname = `${prefix}/v1/${call.path.map(encodeURIComponent).join('/')}`;
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function statusError(
  status: number,
  answer: Uint8Array,
  host: string,
  call: ConsoleCall,
): AppError {
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: 'CONSOLE_UNAUTHORIZED',
    403: 'CONSOLE_UNAUTHORIZED',
    404: 'CONSOLE_NOT_FOUND',
    409: 'CONSOLE_CONFLICT',
  };
  const code = codes[status] ?? (status >= 500 ? 'CONSOLE_FAILED' : 'CONSOLE_REJECTED');
  // What is to be added, in a body, cannot be missing; the account to which it is added can.
  const isAdding = call.method === 'POST' && call.body !== undefined;
  const what = status === 404 && isAdding ? 'the account' : call.what;
  return new AppError(code, { host, what, status, reason: reasonOf(answer, status) });
}

/** The server's own words: `message` of a JSON answer, at the top or under `error`. */
function reasonOf(answer: Uint8Array, status: number): string {
  let message: unknown;
  try {
    const body = JSON.parse(Buffer.from(answer).toString('utf8')) as Record<string, unknown> | null;
    const inner = body?.['error'];
    message = (typeof inner === 'object' && inner !== null ? (inner as typeof body) : body)?.[
      'message'
    ];
  } catch {
    message = undefined;
  }
  if (typeof message !== 'string') return `status ${status}`;
  return plainReason(message) || `status ${status}`;
}

function transportError(
  error: unknown,
  host: string,
  cancelled: AbortSignal | undefined,
  timeout: AbortSignal,
): AppError {
  if (error instanceof AppError) return error;
  if (cancelled?.aborted) return new AppError('CANCELLED');
  if (timeout.aborted) {
    return new AppError(
      'CONSOLE_TIMED_OUT',
      { host, seconds: TIMEOUT_MS / 1000 },
      { cause: error },
    );
  }
  return new AppError(
    'CONSOLE_UNREACHABLE',
    { host, reason: networkReason(error) },
    { cause: error },
  );
}
