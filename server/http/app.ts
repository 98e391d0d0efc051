/** The HTTP side as a whole: the console API with its token, limits and errors, SDS beside it, and the
 *  description of both. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { ApiError } from '../failure.ts';
import type { FailedRows } from '../ingest/failed-rows.ts';
import { errorFields, log } from '../log.ts';
import type { SourceVisits } from '../sources/source-visits.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
import type { Store } from '../store/index.ts';
import { accountsApi } from './accounts-api.ts';
import { activityApi } from './activity-api.ts';
import { docsPage } from './docs-page.ts';
import { importsApi } from './imports-api.ts';
import { sdsApp } from './sds-app.ts';
import type { SdsDeps } from './sds-guard.ts';
import { sourcesApi } from './sources-api.ts';
import { tenantsApi } from './tenants-api.ts';
import { webhookApi } from './webhook-api.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const API_INFO = {
  openapi: '3.1.0',
  info: { title: 'Sealift server: console API and Secure Data Storage', version: '1' },
  security: [{ adminToken: [] }],
};

export interface AppDeps {
  readonly store: Store;
  readonly failedRows: FailedRows;
  readonly adminToken: string;
  readonly targets: TargetPolicy;
  readonly visits: SourceVisits;
  readonly sds: SdsDeps;
  /** Called when something was queued for the outside. */
  readonly wake: () => void;
}

export function makeApp(deps: AppDeps): OpenAPIHono {
  const { store, failedRows, adminToken, targets, visits, wake, sds } = deps;
  const app = new OpenAPIHono();
  app.onError((error, context) => answerError(error, context));
  app.notFound((context) => errorJson(context, 404, 'NOT_FOUND', 'There is no such call.'));
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
    }),
  );
  app.use('/v1/*', sds.metrics.measure('console'));
  app.use(
    '/v1/*',
    sds.concurrency.guard(() => new ApiError(503, 'BUSY', 'The server is busy. Try again.')),
  );
  app.use('/v1/*', requireToken(adminToken));
  app.use('/v1/*', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }));
  app.use('/v1/*', requireJson);
  app.route('/v1', accountsApi(store));
  app.route('/v1', importsApi(store, failedRows));
  app.route('/v1', activityApi(store, wake));
  app.route('/v1', webhookApi(store, targets));
  app.route('/v1', sourcesApi(store, visits));
  app.route('/v1', tenantsApi(store.sds.tenants));
  app.route('/', sdsApp(sds));
  app.openAPIRegistry.registerComponent('securitySchemes', 'adminToken', {
    type: 'http',
    scheme: 'bearer',
  });
  app.get('/openapi.json', (context) => context.json(app.getOpenAPI31Document(API_INFO)));
  app.get('/docs', (context) =>
    context.html(docsPage(app.getOpenAPI31Document(API_INFO) as never)),
  );
  app.get('/metrics', (context) =>
    context.text(sds.metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4' }),
  );
  app.get('/health', async (context) => {
    await store.database.query('SELECT 1');
    return context.json({ status: 'ok' });
  });
  return app;
}

/** Compared by digest, so that neither the token's length nor its start shows in the time taken. */
function requireToken(adminToken: string): MiddlewareHandler {
  const expected = sha256(adminToken);
  return async (context, next) => {
    const given = /^Bearer (.+)$/.exec(context.req.header('Authorization') ?? '')?.[1] ?? '';
    if (!timingSafeEqual(sha256(given), expected)) {
      context.header('WWW-Authenticate', 'Bearer');
      throw new ApiError(401, 'UNAUTHORIZED', 'The admin token is missing or wrong.');
    }
    await next();
  };
}

/** Without this a body of another type would skip the schema. */
const requireJson: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('Content-Type') ?? '';
  if (
    hasBody(context) &&
    ['POST', 'PUT'].includes(context.req.method) &&
    !/^application\/json\s*(;|$)/i.test(type)
  ) {
    throw new ApiError(415, 'JSON_NEEDED', 'Send the body as application/json.');
  }
  await next();
};

/** RFC 9112, 6.3: a request has a body when one of these headers says so. */
function hasBody({ req }: Context): boolean {
  return (
    req.header('Transfer-Encoding') !== undefined || Number(req.header('Content-Length') ?? 0) > 0
  );
}

function refuseBody(context: Context): never {
  // The rest of the body is not read: this connection cannot carry another request.
  context.header('Connection', 'close');
  throw new ApiError(413, 'BODY_TOO_LARGE', `A request has at most ${MAX_BODY_BYTES} bytes.`);
}

function answerError(error: Error, context: Context): Response {
  if (error instanceof ApiError) {
    return errorJson(context, error.status, error.code, error.message);
  }
  // Hono's own refusals, such as a body that is no JSON.
  if (error instanceof HTTPException && error.status < 500) {
    return errorJson(context, 400, 'INVALID_REQUEST', 'The body is not valid JSON.');
  }
  log.error('http.internal-error', { path: context.req.path, ...errorFields(error) });
  return errorJson(context, 500, 'INTERNAL', 'Something went wrong on the server.');
}

function errorJson(
  context: Context,
  status: ApiError['status'] | 500,
  code: string,
  message: string,
): Response {
  return context.json({ error: { code, message } }, status);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
