/** Apps of SDS: registered with a public key, which only they can change. */
import { log } from '../log.ts';
import { SdsFailure, notFound } from '../sds/failure.ts';
import { formatId, uuidOf } from '../sds/ids.ts';
import type { Caller } from '../sds/permissions.ts';
import { decodeBase64, readAppKey } from '../sds/rules.ts';
import { isProof } from '../sds/signature.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import type { SdsApps } from '../store/sds-apps.ts';
import { createRoute, jsonBody } from './routes.ts';
import { SDS_ROUTE, envelope, makeSdsRouter, ok, sdsErrors } from './sds-routes.ts';
import type { SdsRouter } from './sds-routes.ts';
import * as schemas from './sds-schemas.ts';

export function sdsAppsApi(apps: SdsApps): SdsRouter {
  const api = makeSdsRouter();
  addRegistration(api, apps);
  addOne(api, apps);
  return api;
}

function addRegistration(api: SdsRouter, apps: SdsApps): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/apps',
      ...SDS_ROUTE,
      summary: 'Register an app; needs a token, no signature',
      request: {
        headers: schemas.tokenHeadersSchema,
        body: jsonBody(schemas.newAppSchema),
      },
      responses: { ...ok(schemas.appIdSchema), ...sdsErrors(409, 413) },
    }),
    async (context) => {
      const { name, key } = context.req.valid('json');
      const { bits, isWeak } = readAppKey(key);
      const id = await apps.create(context.get('tenantId'), context.get('keys'), name, key);
      log.info('sds.app-registered', { app: id, bits });
      if (isWeak) log.warn('sds.weak-key', { app: id, bits });
      return context.json(envelope(context, { id: formatId('app', id) }), 200);
    },
  );
}

function addOne(api: SdsRouter, apps: SdsApps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/apps/{id}',
      ...SDS_ROUTE,
      summary: 'The app that asks',
      request: { headers: schemas.signedHeadersSchema, params: schemas.appParams },
      responses: { ...ok(schemas.appSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const id = uuidOf(context.req.valid('param').id);
      const app = await requireOwn(apps, context.get('caller'), context.get('keys'), id);
      const data = { id: formatId('app', app.id), name: app.name, key: app.key };
      return context.json(envelope(context, data), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'put',
      path: '/apps/{id}',
      ...SDS_ROUTE,
      summary: "Replace the app's key; signed in strict mode by the key that is replaced",
      request: {
        headers: schemas.signedHeadersSchema,
        params: schemas.appParams,
        body: jsonBody(schemas.newKeySchema),
      },
      responses: { ...ok(schemas.appIdSchema), ...sdsErrors(403, 404, 409, 413) },
    }),
    async (context) => {
      const sentId = context.req.valid('param').id;
      const { key, proof } = context.req.valid('json');
      const { publicKey, bits, isWeak } = readAppKey(key);
      const proofBytes = decodeBase64(proof);
      if (!proofBytes || !isProof(publicKey, sentId, key, proofBytes)) {
        throw new SdsFailure('PROOF_INVALID', 'The proof is not one of the new key.', {
          field: 'proof',
        });
      }
      const keys = context.get('keys');
      const caller = context.get('caller');
      const app = await requireOwn(apps, caller, keys, uuidOf(sentId));
      await apps.putKey(keys, app.id, caller.sealedKey, key);
      log.info('sds.key-changed', { app: app.id, bits });
      if (isWeak) log.warn('sds.weak-key', { app: app.id, bits });
      return context.json(envelope(context, { id: sentId }), 200);
    },
  );
}

/** @throws SdsFailure NOT_FOUND, FORBIDDEN */
async function requireOwn(apps: SdsApps, caller: Caller, keys: TenantKeys, id: string) {
  const app = await apps.find(caller.tenantId, keys, id);
  if (!app) throw notFound('app');
  if (app.id !== caller.appId) {
    throw new SdsFailure('FORBIDDEN', 'An app may see and change itself only.');
  }
  return app;
}
