/** Tenants of SDS, made over the console API. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { log } from '../log.ts';
import type { SdsTenants } from '../store/sds-tenants.ts';
import { createRoute, errors, json, makeRouter } from './routes.ts';
import { tenantSchema } from './sds-schemas.ts';

export function tenantsApi(tenants: SdsTenants): OpenAPIHono {
  const api = makeRouter();
  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants',
      summary: 'Make a tenant of SDS; its client secret is told this once',
      responses: { 201: json(tenantSchema), ...errors() },
    }),
    async (context) => {
      const made = await tenants.create();
      log.info('sds.tenant-created', { tenant: made.tenant });
      return context.json(made, 201);
    },
  );
  return api;
}
