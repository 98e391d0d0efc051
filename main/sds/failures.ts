/** What a refusal of the service means to us: from its code where it is one of SDS, else from its status. */
import { z } from 'zod';
import { SDS_FAILURES } from '../../shared/domain/sds.ts';
import type { SdsFailureKind } from '../../shared/domain/sds.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorCode } from '../../shared/errors/index.ts';
import { plainReason } from '../platform/http.ts';

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  /** Undefined for a reason that SDS as we know it does not have. */
  readonly kind: SdsFailureKind | undefined;
  /** The service's own words, made harmless. */
  readonly reason: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
}

/** Who was asked what. */
export interface Asked {
  readonly host: string;
  readonly tenant: string;
  /** Name of the app that signed; empty where none did. */
  readonly app: string;
  /** As in "not allowed to {what}". */
  readonly what: string;
  /** What this machine's clock says, epoch milliseconds. */
  readonly nowMs: number;
}

const errorSchema = z.object({
  error: z.object({
    code: z.string().catch(''),
    description: z.string().catch(''),
    additionalInfo: z.record(z.string(), z.unknown()).catch({}),
  }),
});

const CODES: Partial<Record<SdsFailureKind, ErrorCode>> = {
  READ_LIMIT: 'SDS_READ_LIMIT',
  CLIENT_INVALID: 'SDS_CLIENT_REFUSED',
  TOKEN_INVALID: 'SDS_TOKEN_REFUSED',
  TENANT_INVALID: 'SDS_TOKEN_REFUSED',
  SIGNATURE_INVALID: 'SDS_SIGNATURE_REFUSED',
  STRICT_NEEDED: 'SDS_STRICT_REFUSED',
  TIME_OFF: 'SDS_CLOCK_OFF',
  FORBIDDEN: 'SDS_FORBIDDEN',
  VAULT_DISABLED: 'SDS_VAULT_DISABLED',
  NAME_TAKEN: 'SDS_NAME_TAKEN',
  DATA_NOT_UNIQUE: 'SDS_DATA_NOT_UNIQUE',
  VAULT_NOT_EMPTY: 'SDS_VAULT_NOT_EMPTY',
  KEY_CHANGED: 'SDS_KEY_CHANGED',
};
/** Reasons that only services with files have. */
const FILE_CODES: Readonly<Record<string, ErrorCode>> = {
  '0405': 'SDS_FILE_NOT_READY',
  '0406': 'SDS_FILE_NOT_READY',
};
const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'SDS_UNAUTHORIZED',
  403: 'SDS_FORBIDDEN',
  404: 'SDS_NOT_FOUND',
  409: 'SDS_CONFLICT',
  413: 'SDS_TOO_LARGE',
  429: 'SDS_TOO_MANY',
  503: 'SDS_BUSY',
  507: 'SDS_STORAGE_FULL',
};
const DEFAULT_WAIT_SECONDS = 1;

const kinds = new Map(
  Object.entries(SDS_FAILURES).map(([kind, { unique, status }]) => [
    `${status} ${unique}`,
    kind as SdsFailureKind,
  ]),
);

export interface ReadRefusal extends Refusal {
  /** The last four digits of its code. */
  readonly unique: string;
}

export function readRefusal(response: Response, body: Uint8Array): ReadRefusal {
  const { status, headers } = response;
  const parsed = errorSchema.safeParse(parseJson(body));
  const { code, description, additionalInfo } = parsed.data?.error ?? {
    code: '',
    description: '',
    additionalInfo: {},
  };
  const unique = /^\d{8}(\d{4})$/.exec(code)?.[1] ?? '';
  const waits = Number(headers.get('retry-after') ?? NaN);
  return {
    status,
    unique,
    kind: kinds.get(`${status} ${unique}`),
    reason: plainReason(description) || `status ${status}`,
    info: additionalInfo,
    retryAfterSeconds: Number.isFinite(waits) && waits >= 0 ? waits : undefined,
  };
}

export function refusalError(
  refusal: ReadRefusal,
  { host, tenant, app, what, nowMs }: Asked,
): AppError {
  const { status, kind, reason, info, retryAfterSeconds, unique } = refusal;
  const byStatus = STATUS_CODES[status] ?? (status >= 500 ? 'SDS_FAILED' : 'SDS_REJECTED');
  // Among the apps that are to be permitted something.
  const other = kind === 'NOT_FOUND' ? info['app'] : undefined;
  const code =
    (typeof other === 'string' ? 'SDS_APP_NOT_REGISTERED' : undefined) ??
    (kind && CODES[kind]) ??
    (status === 409 ? FILE_CODES[unique] : undefined) ??
    byStatus;
  return new AppError(code, {
    ...{ host, tenant, app, what, status, reason },
    seconds: Math.ceil(retryAfterSeconds ?? DEFAULT_WAIT_SECONDS),
    ...(typeof other === 'string' && { other: plainReason(other) }),
    where: typeof info['id'] === 'string' ? ` (${plainReason(info['id'])})` : '',
    ...(code === 'SDS_CLOCK_OFF' && clockOffset(info, nowMs)),
  });
}

function clockOffset(
  info: Refusal['info'],
  nowMs: number,
): { seconds: number | string; direction: string } {
  const serverTime = info['serverTime'];
  if (typeof serverTime !== 'number') return { seconds: 'more than 300', direction: 'off' };
  const offset = Math.round(nowMs / 1000 - serverTime);
  return { seconds: Math.abs(offset), direction: offset > 0 ? 'ahead of' : 'behind' };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
