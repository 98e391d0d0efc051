/** Vaults of SDS: their configuration is their owner's alone. */
import { log } from '../log.ts';
import { SdsFailure } from '../sds/failure.ts';
import { formatId, uuidOf } from '../sds/ids.ts';
import type { SdsVaults } from '../store/sds-vaults.ts';
import { createRoute, jsonBody } from './routes.ts';
import { SDS_ROUTE, envelope, makeSdsRouter, ok, sdsErrors } from './sds-routes.ts';
import type { SdsRouter } from './sds-routes.ts';
import * as schemas from './sds-schemas.ts';

export function sdsVaultsApi(vaults: SdsVaults): SdsRouter {
  const api = makeSdsRouter();
  addCollection(api, vaults);
  addOne(api, vaults);
  return api;
}

function addCollection(api: SdsRouter, vaults: SdsVaults): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/vaults',
      ...SDS_ROUTE,
      summary: 'Make a vault; its owner is the app that signs, and gets 101',
      request: { headers: schemas.signedHeadersSchema, body: jsonBody(schemas.newVaultSchema) },
      responses: { ...ok(schemas.vaultIdSchema), ...sdsErrors(403, 404, 409, 413) },
    }),
    async (context) => {
      const { name, owner, ...settings } = context.req.valid('json');
      const caller = context.get('caller');
      if (owner !== caller.appName) {
        throw new SdsFailure('FORBIDDEN', 'The owner of a new vault is the app that signs.', {
          field: 'owner',
        });
      }
      const id = await vaults.create(caller, name, settings);
      log.info('sds.vault-created', { vault: id, app: caller.appId });
      return context.json(envelope(context, { id: formatId('vault', id) }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/vaults',
      ...SDS_ROUTE,
      summary: 'The vaults that the app owns or may use',
      request: { headers: schemas.signedHeadersSchema },
      responses: { ...ok(schemas.vaultListSchema), ...sdsErrors() },
    }),
    async (context) => {
      const items = (await vaults.list(context.get('caller'))).map((vault) => ({
        id: formatId('vault', vault.id),
        name: vault.name,
        owner: vault.owner,
        permission: vault.permission,
        readLimit: vault.readLimit,
        uniqueData: vault.uniqueData,
        enable: vault.isEnabled,
        strictSignature: vault.isStrict,
      }));
      return context.json(envelope(context, { items }), 200);
    },
  );
}

function addOne(api: SdsRouter, vaults: SdsVaults): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/vaults/{id}',
      ...SDS_ROUTE,
      summary: 'The configuration of a vault, for its owner',
      request: { headers: schemas.signedHeadersSchema, params: schemas.vaultParams },
      responses: { ...ok(schemas.vaultSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const caller = context.get('caller');
      const vault = await vaults.get(caller, uuidOf(context.req.valid('param').id));
      const data = {
        id: formatId('vault', vault.id),
        name: vault.name,
        owner: caller.appName,
        readLimit: vault.readLimit,
        uniqueData: vault.uniqueData,
        permissions: [...vault.permissions],
        enable: vault.isEnabled,
        strictSignature: vault.isStrict,
        createdAt: vault.createdAt,
        updatedAt: vault.updatedAt,
      };
      return context.json(envelope(context, data), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'put',
      path: '/vaults/{id}',
      ...SDS_ROUTE,
      summary: 'Change what is named; `permissions` replaces the list, but for the owner',
      request: {
        headers: schemas.signedHeadersSchema,
        params: schemas.vaultParams,
        body: jsonBody(schemas.vaultChangesSchema),
      },
      responses: { ...ok(schemas.vaultIdSchema), ...sdsErrors(403, 404, 409, 413) },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const caller = context.get('caller');
      const changes = context.req.valid('json');
      await vaults.update(caller, context.get('keys'), uuidOf(id), changes);
      log.info('sds.vault-changed', { vault: uuidOf(id), app: caller.appId });
      return context.json(envelope(context, { id }), 200);
    },
  );
}
