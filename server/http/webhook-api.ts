/** An account's webhook. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiError } from '../failure.ts';
import { log } from '../log.ts';
import { readTargetUrl, targetUrlKind } from '../outgoing/targets.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
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

export function webhookApi(store: Store, policy: TargetPolicy): OpenAPIHono {
  const api = makeRouter();
  api.openapi(
    createRoute({
      method: 'put',
      path: '/accounts/{id}/webhook',
      summary: 'Be called at each stage of an import; the secret is told this once',
      description:
        'Calls are POSTs of `{importId, manifest, fileName, stage, rows, accepted, rejected, at}` with ' +
        '`X-Sealift-Signature: t=<epoch seconds>,v1=<hex HMAC-SHA256 of "t.body" under the secret>`. ' +
        'Whatever is not answered with 2xx is tried again, eight times in all.',
      request: { params: schemas.accountParams, body: jsonBody(schemas.newWebhookSchema) },
      responses: { 200: json(schemas.webhookSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const url = checkUrl(context.req.valid('json').url, policy);
      const secret = await store.webhooks.put(id, url);
      log.info('webhook.set', { account: id });
      await store.activity.note(id, { kind: 'account', message: 'The webhook was set.' });
      return context.json({ secret }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/accounts/{id}/webhook',
      summary: 'Remove the webhook, and the calls that wait for it',
      request: { params: schemas.accountParams },
      responses: { ...gone, ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      if (!(await store.webhooks.remove(id))) throw notFound('webhook');
      log.info('webhook.removed', { account: id });
      await store.activity.note(id, { kind: 'account', message: 'The webhook was removed.' });
      return context.body(null, 204);
    },
  );
  return api;
}

/** Names of files go over this way: unencrypted to this machine's own networks at most. */
function checkUrl(text: string, policy: TargetPolicy): string {
  const url = readTargetUrl(text, policy);
  if (url === undefined) {
    throw new ApiError(400, 'WEBHOOK_URL', `A webhook is ${targetUrlKind(policy)}.`);
  }
  return url;
}
