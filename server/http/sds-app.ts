/** The SDS API as a whole: what a request passes, its routes, its errors. */
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { SDS_BASE, SDS_TOKEN_PATH } from '../../shared/domain/sds.ts';
import { errorFields, log } from '../log.ts';
import { SdsFailure } from '../sds/failure.ts';
import { TOKEN_SECONDS } from '../sds/tokens.ts';
import { createRoute, jsonBody } from './routes.ts';
import { sdsAppsApi } from './sds-apps-api.ts';
import { sdsContentApi } from './sds-content-api.ts';
import { sdsDataApi } from './sds-data-api.ts';
import { sdsFilesApi } from './sds-files-api.ts';
import { boundBody, checkHeaders, requireSignature, requireToken } from './sds-guard.ts';
import type { SdsDeps } from './sds-guard.ts';
import {
  SDS_ROUTE,
  answerSdsFailure,
  envelope,
  makeSdsRouter,
  ok,
  sdsErrors,
} from './sds-routes.ts';
import type { SdsEnv, SdsRouter } from './sds-routes.ts';
import * as schemas from './sds-schemas.ts';
import { sdsVaultsApi } from './sds-vaults-api.ts';

const RETRY_SECONDS = '1';
const MAX_LOGGED_CHARACTERS = 200;

/** Everything under `/core/api/v1`. */
export function sdsApp(deps: SdsDeps): SdsRouter {
  const app = makeSdsRouter();
  app.onError((error, context) => {
    const failure = asFailure(error);
    if (failure.kind === 'INTERNAL') {
      log.error('sds.internal-error', { path: context.req.path, ...errorFields(error) });
    }
    if (failure.status === 429 || failure.status === 503) {
      context.header('Retry-After', RETRY_SECONDS);
    }
    return answerSdsFailure(context, failure);
  });
  app.use('/core/*', deps.metrics.measure('sds', logRequest));
  app.use(
    '/core/*',
    deps.concurrency.guard(
      () => new SdsFailure('BUSY', 'The server is busy. Try again in a second.'),
    ),
  );
  addTokenCall(app, deps);
  app.route(SDS_BASE, sdsContentApi(deps.files, deps.rate));
  app.use(`${SDS_BASE}/*`, requireToken(deps), boundBody(), requireSignature(deps));
  app.route(SDS_BASE, sdsAppsApi(deps.store.apps));
  app.route(SDS_BASE, sdsVaultsApi(deps.store.vaults));
  app.route(SDS_BASE, sdsDataApi(deps.store.records));
  app.route(SDS_BASE, sdsFilesApi(deps.files));
  app.all('/core/*', () => {
    throw new SdsFailure('NO_SUCH_CALL', 'There is no such call.');
  });
  return app;
}

function addTokenCall(app: SdsRouter, { store, tokens, rate }: SdsDeps): void {
  const requireOpenHeaders: MiddlewareHandler<SdsEnv> = async (context, next) => {
    checkHeaders(context, schemas.openHeadersSchema);
    rate.take(context.env.incoming.socket.remoteAddress ?? '');
    await next();
  };
  app.use(SDS_TOKEN_PATH, requireOpenHeaders, boundBody());
  app.openapi(
    createRoute({
      method: 'post',
      path: SDS_TOKEN_PATH,
      ...SDS_ROUTE,
      summary: 'An access token for a tenant',
      request: { headers: schemas.openHeadersSchema, body: jsonBody(schemas.credentialsSchema) },
      responses: { ...ok(schemas.tokenSchema), ...sdsErrors() },
    }),
    async (context) => {
      const tenant = context.req.valid('header')['x-coreos-tid'];
      const { clientId, clientSecret } = context.req.valid('json');
      if (!(await store.tenants.isClient({ tenant, clientId, clientSecret }))) {
        throw new SdsFailure('CLIENT_INVALID', 'Tenant, client id or client secret is not valid.');
      }
      const data = { accessToken: tokens.issue(tenant), expiresIn: TOKEN_SECONDS };
      return context.json(envelope(context, data), 200);
    },
  );
}

/** The path without its query, whose values may be content; never a body or a header but the request's id. */
function logRequest({ req, res }: Context, ms: number): void {
  log.info('sds.request', {
    request: req.header('x-coreos-request-id')?.slice(0, MAX_LOGGED_CHARACTERS),
    method: req.method,
    path: req.path.slice(0, MAX_LOGGED_CHARACTERS),
    status: res.status,
    ms: Math.round(ms * 10) / 10,
  });
}

function asFailure(error: Error): SdsFailure {
  if (error instanceof SdsFailure) return error;
  // Hono's own refusals: a body that is no JSON, or of another type.
  if (error instanceof HTTPException && error.status === 415) {
    return new SdsFailure('JSON_NEEDED', 'Send the body as application/json.');
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new SdsFailure('REQUEST_INVALID', 'The body is not valid JSON.');
  }
  return new SdsFailure('INTERNAL', 'Something went wrong on the server.', {}, { cause: error });
}
