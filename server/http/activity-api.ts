/** What an account has seen, and the addresses to which its mail may leave this machine. */
import { randomUUID } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { log } from '../log.ts';
import { confirmationMail } from '../mail/texts.ts';
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

/** @param wake called when mail was queued */
export function activityApi(store: Store, wake: () => void): OpenAPIHono {
  const api = makeRouter();
  addActivity(api, store);
  addAddresses(api, store, wake);
  addAddress(api, store);
  return api;
}

function addActivity(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/activity',
      summary: 'What happened to the account, newest first: the last 5,000 entries',
      request: { params: schemas.accountParams, query: schemas.pageQuery },
      responses: { 200: json(schemas.activityListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const { after, limit } = context.req.valid('query');
      const { items, next } = await store.activity.list(id, { before: after, limit });
      return context.json({ items, ...(next !== undefined && { next: String(next) }) }, 200);
    },
  );
}

function addAddresses(api: OpenAPIHono, store: Store, wake: () => void): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/mail-addresses',
      summary: 'Addresses that a mail relay may write to, and those that were asked',
      request: { params: schemas.accountParams },
      responses: { 200: json(schemas.mailAddressListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      return context.json({ items: await store.mailAddresses.list(id) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/mail-addresses',
      summary: 'Mail a code to an address, which confirms it; at most twenty',
      request: { params: schemas.accountParams, body: jsonBody(schemas.newMailAddressSchema) },
      responses: { 201: json(schemas.mailAddressSchema), ...errors(404, 409) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const asked = await store.mailAddresses.ask(
        id,
        context.req.valid('json').email,
        (queries, address, code) =>
          store.mail.queue(queries, confirmationMail(randomUUID(), id, address, code)),
      );
      wake();
      log.info('mail-address.asked', { account: id });
      return context.json(asked, 201);
    },
  );
}

function addAddress(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/mail-addresses/confirm',
      summary: 'Confirm an address by the code that it got',
      request: { params: schemas.accountParams, body: jsonBody(schemas.confirmAddressSchema) },
      responses: { 200: json(schemas.mailAddressSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const { email, code } = context.req.valid('json');
      const confirmed = await store.mailAddresses.confirm(id, email, code);
      const message = `The address ${confirmed.address} was confirmed.`;
      await store.activity.note(id, { kind: 'account', message });
      return context.json(confirmed, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/accounts/{id}/mail-addresses/{email}',
      summary: 'Let no more mail leave for an address',
      request: { params: schemas.mailAddressParams },
      responses: { ...gone, ...errors(404) },
    }),
    async (context) => {
      const { id, email } = context.req.valid('param');
      if (!(await store.mailAddresses.remove(id, email))) throw notFound('mail address');
      const message = `The address ${email.toLowerCase()} was removed.`;
      await store.activity.note(id, { kind: 'account', message });
      return context.body(null, 204);
    },
  );
}
