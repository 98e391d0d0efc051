/** Sources: SFTP servers of customers from which the platform fetches. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { log } from '../log.ts';
import { makeSshKey, publicLineOf } from '../sftp/public-key.ts';
import { parseSourceUrl } from '../sources/address.ts';
import { checkCron } from '../sources/source-visits.ts';
import type { SourceVisits } from '../sources/source-visits.ts';
import type { Store } from '../store/index.ts';
import {
  createRoute,
  errors,
  gone,
  json,
  jsonBody,
  makeRouter,
  notFound,
  requireAccount,
} from './routes.ts';
import * as schemas from './schemas.ts';

export function sourcesApi(store: Store, visits: SourceVisits): OpenAPIHono {
  const api = makeRouter();
  addCollection(api, store, visits);
  addOne(api, store, visits);
  return api;
}

function addCollection(api: OpenAPIHono, store: Store, visits: SourceVisits): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/sources',
      summary: 'Fetch from an SFTP server, with a key of its own: authorise publicKey there',
      request: { params: schemas.accountParams, body: jsonBody(schemas.newSourceSchema) },
      responses: { 201: json(schemas.newSourceResultSchema), ...errors(404, 409) },
    }),
    async (context) => {
      const account = await requireAccount(store, context.req.valid('param').id);
      const body = context.req.valid('json');
      const { url, hostKeySha256 } = body;
      const { pattern = null, cron = null, timeZone = null } = body;
      parseSourceUrl(url);
      if (cron !== null) checkCron(cron, timeZone);
      const privateKey = makeSshKey();
      const publicKey = publicLineOf(privateKey);
      const fields = { url, hostKeySha256, pattern, cron, timeZone, publicKey };
      const source = await store.sources.add(account.id, fields, privateKey);
      visits.schedule(source);
      log.info('source.added', { account: account.id, source: source.id });
      const message = `The source ${url} was added.`;
      await store.activity.note(account.id, { kind: 'account', message });
      return context.json({ id: source.id, publicKey }, 201);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/sources',
      summary: 'Sources, and how the last visit to each ended',
      request: { params: schemas.accountParams },
      responses: { 200: json(schemas.sourceListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const items = (await store.sources.list(id)).map(({ accountId: _, ...source }) => ({
        ...source,
        running: visits.isRunning(source.id),
      }));
      return context.json({ items }, 200);
    },
  );
}

function addOne(api: OpenAPIHono, store: Store, visits: SourceVisits): void {
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/accounts/{id}/sources/{sourceId}',
      summary: 'Remove a source and its key',
      request: { params: schemas.sourceParams },
      responses: { ...gone, ...errors(404) },
    }),
    async (context) => {
      const { id, sourceId } = context.req.valid('param');
      const source = await store.sources.find(id, sourceId);
      if (!source || !(await store.sources.remove(id, sourceId))) throw notFound('source');
      visits.forget(sourceId);
      log.info('source.removed', { account: id, source: sourceId });
      const message = `The source ${source.url} was removed.`;
      await store.activity.note(id, { kind: 'account', message });
      return context.body(null, 204);
    },
  );
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/sources/{sourceId}/run',
      summary: 'Visit a source now; the list of sources tells how it ends',
      request: { params: schemas.sourceParams },
      responses: { 202: { description: 'The visit is under way' }, ...errors(404) },
    }),
    async (context) => {
      const { id, sourceId } = context.req.valid('param');
      const source = await store.sources.find(id, sourceId);
      if (!source) throw notFound('source');
      visits.run(source);
      return context.body(null, 202);
    },
  );
}
