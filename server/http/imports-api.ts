/** Imports, what came of them, and the mail about them. */
import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { simpleParser } from 'mailparser';
import type { FailedRows } from '../ingest/failed-rows.ts';
import type { Store } from '../store/index.ts';
import { createRoute, errors, json, makeRouter, notFound, requireAccount } from './routes.ts';
import * as schemas from './schemas.ts';

export function importsApi(store: Store, failedRows: FailedRows): OpenAPIHono {
  const api = makeRouter();
  addImports(api, store, failedRows);
  addRows(api, store);
  addMail(api, store);
  return api;
}

function addImports(api: OpenAPIHono, store: Store, failedRows: FailedRows): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/imports',
      summary: 'Imports, newest first',
      request: { params: schemas.accountParams, query: schemas.pageQuery },
      responses: { 200: json(schemas.importListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const { after, limit } = context.req.valid('query');
      const { items, next } = await store.imports.list(id, { before: after, limit });
      return context.json(
        { items, ...nextPage(next) } as z.infer<typeof schemas.importListSchema>,
        200,
      );
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/imports/{importId}',
      summary: 'One import',
      request: { params: schemas.importParams },
      responses: { 200: json(schemas.importSchema), ...errors(404) },
    }),
    async (context) => {
      const { id, importId } = context.req.valid('param');
      const record = await store.imports.find(id, importId);
      if (!record) throw notFound('import');
      return context.json(record as z.infer<typeof schemas.importSchema>, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/imports/{importId}/failed-rows.csv',
      summary: 'The refused rows as sent, with a last column "Failure Description"',
      request: { params: schemas.importParams },
      responses: {
        200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
        ...errors(404),
      },
    }),
    async (context) => {
      const { id, importId } = context.req.valid('param');
      const record = await store.imports.find(id, importId);
      if (!record?.finishedAt || !(await failedRows.has(importId))) throw notFound('failed rows');
      const csv = Readable.toWeb(Readable.from(failedRows.read(importId)));
      context.header('Content-Type', 'text/csv; charset=utf-8');
      context.header('Content-Disposition', 'attachment; filename="failed-rows.csv"');
      return context.body(csv as ReadableStream<Uint8Array>);
    },
  );
}

function addRows(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/events',
      summary: 'Imported events, oldest first',
      request: { params: schemas.accountParams, query: schemas.eventQuery },
      responses: { 200: json(schemas.eventListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const { limit, ...filter } = context.req.valid('query');
      const found = await store.rows.events(id, { ...filter, limit: limit + 1 });
      const items = found.slice(0, limit);
      return context.json(
        { items, ...nextPage(found.length > limit ? items.at(-1)?.id : undefined) },
        200,
      );
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/profiles/{identity}',
      summary: 'One profile',
      request: { params: schemas.profileParams },
      responses: { 200: json(schemas.profileSchema), ...errors(404) },
    }),
    async (context) => {
      const { id, identity } = context.req.valid('param');
      await requireAccount(store, id);
      const profile = await store.rows.profile(id, identity);
      if (!profile) throw notFound('profile');
      return context.json(profile, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/stats',
      summary: 'How much the account holds',
      request: { params: schemas.accountParams },
      responses: { 200: json(schemas.statsSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      return context.json(await store.rows.stats(id), 200);
    },
  );
}

function addMail(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/mail',
      summary: 'Received mail, newest first',
      request: { query: schemas.mailQuery },
      responses: { 200: json(schemas.mailListSchema), ...errors() },
    }),
    async (context) => {
      const { to, after, limit } = context.req.valid('query');
      const found = await store.mail.list({ to, before: after, limit: limit + 1 });
      const items = found.slice(0, limit).map(({ seq: _, ...mail }) => mail);
      const next = found.length > limit ? found[limit - 1]!.seq : undefined;
      return context.json({ items, ...nextPage(next) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/mail/{mailId}',
      summary: 'One mail, with its text and attachments',
      request: { params: schemas.mailParams },
      responses: { 200: json(schemas.mailSchema), ...errors(404) },
    }),
    async (context) => {
      const found = await store.mail.find(context.req.valid('param').mailId);
      if (!found) throw notFound('mail');
      const { seq: _, ...mail } = found.mail;
      const { text, attachments } = await simpleParser(found.message, { skipTextToHtml: true });
      return context.json(
        {
          ...mail,
          text: text ?? '',
          attachments: attachments.map((attachment) => ({
            fileName: attachment.filename ?? '',
            contentType: attachment.contentType,
            sizeBytes: attachment.content.length,
            contentBase64: attachment.content.toString('base64'),
          })),
        },
        200,
      );
    },
  );
}

function nextPage(next: number | undefined): { next?: string } {
  return next === undefined ? {} : { next: String(next) };
}
