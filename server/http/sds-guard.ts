/**
 * What every SDS request passes before its route: headers (400), token and tenant (401), size (413),
 * signature (401). In this order; the body is read only for who has a token.
 */
import type { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SdsFailure } from '../sds/failure.ts';
import type { SdsFileRoom } from '../sds/files.ts';
import { strictNeeded } from '../sds/permissions.ts';
import type { Caller } from '../sds/permissions.ts';
import {
  MAX_CLOCK_OFFSET_MS,
  UNSIGNED,
  hashBody,
  isSignedBy,
  isTimely,
  parseSignature,
  signedBytes,
} from '../sds/signature.ts';
import type { SentSignature } from '../sds/signature.ts';
import type { Tokens } from '../sds/tokens.ts';
import type { SdsApp } from '../store/sds-apps.ts';
import type { SdsStore } from '../store/index.ts';
import type { ConcurrencyLimit, RateLimit } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { isJson, targetOf } from './sds-routes.ts';
import type { SdsEnv } from './sds-routes.ts';
import { signedHeadersSchema, tokenHeadersSchema } from './sds-schemas.ts';
import type { SignedHeaders } from './sds-schemas.ts';

/** Of calls that carry JSON. */
const MAX_JSON_BYTES = 375 * 1024;

/** What the SDS API works with. */
export interface SdsDeps {
  readonly store: SdsStore;
  readonly tokens: Tokens;
  readonly files: SdsFileRoom;
  readonly rate: RateLimit;
  readonly concurrency: ConcurrencyLimit;
  readonly metrics: Metrics;
  /** `--sds-strict`: every signature must be one of strict mode. */
  readonly alwaysStrict: boolean;
}

/** Headers, token, tenant. Sets `tenantId` and `keys`. */
export function requireToken({ store, tokens, rate }: SdsDeps): MiddlewareHandler<SdsEnv> {
  return async (context, next) => {
    const schema = isRegistration(context) ? tokenHeadersSchema : signedHeadersSchema;
    const headers = checkHeaders(context, schema);
    const tenantId = tokens.check(headers['x-coreos-access']);
    rate.take(tenantId ?? context.env.incoming.socket.remoteAddress ?? '');
    if (tenantId === undefined) {
      throw new SdsFailure('TOKEN_INVALID', 'The access token is not valid, or has expired.');
    }
    const keys = tenantId === headers['x-coreos-tid'] && (await store.tenants.keys(tenantId));
    if (!keys) throw new SdsFailure('TENANT_INVALID', 'The token is not one of this tenant.');
    context.set('tenantId', tenantId);
    context.set('keys', keys);
    await next();
  };
}

/** Bodies of JSON calls, bounded; content of files passes, since its route streams it. */
export function boundBody(): MiddlewareHandler<SdsEnv> {
  const limit = bodyLimit({ maxSize: MAX_JSON_BYTES, onError: refuseBody });
  return async (context, next) => (isFileContent(context) ? next() : limit(context, next));
}

/** The signature. Sets `caller`. */
export function requireSignature(deps: SdsDeps): MiddlewareHandler<SdsEnv> {
  return async (context, next) => {
    if (!isRegistration(context)) context.set('caller', await identify(context, deps));
    await requireJson(context);
    await next();
  };
}

/** @throws SdsFailure HEADER_INVALID */
export function checkHeaders<T>(context: Context<SdsEnv>, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(context.req.header());
  if (parsed.success) return parsed.data;
  const header = String(parsed.error.issues[0]?.path[0] ?? '').toUpperCase();
  throw new SdsFailure('HEADER_INVALID', `The header ${header} is missing or not valid.`, {
    header,
  });
}

async function identify(context: Context<SdsEnv>, deps: SdsDeps): Promise<Caller> {
  const headers = checkHeaders(context, signedHeadersSchema);
  const tenantId = context.get('tenantId');
  const sent = parseSignature(headers['x-sds-signature']);
  const app =
    sent && (await deps.store.apps.findByName(tenantId, context.get('keys'), sent.appName));
  // The same answer whether the app is unknown or the signature is not its own.
  if (!app || !(await isSigned(context, app, sent, headers))) {
    throw new SdsFailure('SIGNATURE_INVALID', 'The signature is not one of an app of the tenant.');
  }
  const isStrict = headers['x-sds-timestamp'] !== undefined;
  if (isStrict) await requireFreshness(deps.store, app, headers);
  else if (deps.alwaysStrict || isKeyChange(context)) throw strictNeeded();
  const { id, name, publicKey, sealedKey } = app;
  return { tenantId, appId: id, appName: name, publicKey, sealedKey, isStrict };
}

async function isSigned(
  context: Context<SdsEnv>,
  app: SdsApp,
  { signature }: SentSignature,
  headers: SignedHeaders,
): Promise<boolean> {
  const timestamp = headers['x-sds-timestamp'];
  if (timestamp === undefined) return isSignedBy(app.publicKey, signedBytes(app.name), signature);
  const bytes = signedBytes(app.name, {
    tenantId: headers['x-coreos-tid'],
    requestId: headers['x-coreos-request-id'],
    timestamp,
    method: context.req.method,
    target: targetOf(context),
    bodyHash: isFileContent(context)
      ? UNSIGNED
      : hashBody(new Uint8Array(await context.req.arrayBuffer())),
  });
  return isSignedBy(app.publicKey, bytes, signature);
}

/** Only for who has signed: others learn nothing, and use up no request id. */
async function requireFreshness(
  store: SdsStore,
  app: SdsApp,
  headers: SignedHeaders,
): Promise<void> {
  const now = Date.now();
  if (!isTimely(headers['x-sds-timestamp'] ?? '', now)) {
    throw new SdsFailure(
      'TIME_OFF',
      `The time of the signature is more than ${MAX_CLOCK_OFFSET_MS / 1000} seconds off.`,
      { serverTime: Math.floor(now / 1000) },
    );
  }
  if (!(await store.apps.takeRequestId(app.id, headers['x-coreos-request-id']))) {
    throw new SdsFailure('REPLAYED', 'This request id was used in the last ten minutes.');
  }
}

/** App registration needs a token, no signature: the app is not known yet. */
function isRegistration({ req }: Context<SdsEnv>): boolean {
  return req.method === 'POST' && req.path.endsWith('/apps');
}

function isKeyChange({ req }: Context<SdsEnv>): boolean {
  return req.method === 'PUT' && /\/apps\/[^/]*$/.test(req.path);
}

/** Content is streamed by its route: neither held in memory nor signed. */
function isFileContent({ req }: Context<SdsEnv>): boolean {
  return (
    req.method === 'POST' && req.path.endsWith('/files') && !isJson(req.header('content-type'))
  );
}

/** Without this a body of another type would skip the schema. */
async function requireJson(context: Context<SdsEnv>): Promise<void> {
  const { req } = context;
  if (!['POST', 'PUT'].includes(req.method) || isFileContent(context)) return;
  if (!isJson(req.header('content-type'))) {
    throw new SdsFailure('JSON_NEEDED', 'Send the body as application/json.');
  }
}

function refuseBody(context: Context): never {
  // The rest of the body is not read: this connection cannot carry another request.
  context.header('Connection', 'close');
  throw new SdsFailure('BODY_TOO_LARGE', `A call has at most ${MAX_JSON_BYTES} bytes of JSON.`, {
    limit: MAX_JSON_BYTES,
  });
}
