/** Files of SDS: uploaded in three ways, searched by their tags, downloaded by a link. */
import type { Context } from 'hono';
import type { z } from '@hono/zod-openapi';
import { SDS_BASE } from '../../shared/domain/sds.ts';
import { readTargetUrl, targetUrlKind } from '../outgoing/targets.ts';
import { SdsFailure } from '../sds/failure.ts';
import { formatId, uuidOf } from '../sds/ids.ts';
import type { SdsFileRoom } from '../sds/files.ts';
import type { FileInfo, NewFile } from '../store/sds-files.ts';
import { openForm } from './multipart.ts';
import { readBody } from './request-body.ts';
import { createRoute, json } from './routes.ts';
import * as schemas from './sds-file-schemas.ts';
import {
  SDS_ROUTE,
  envelope,
  isJson,
  makeSdsRouter,
  ok,
  requestInvalid,
  sdsErrors,
} from './sds-routes.ts';
import type { SdsEnv, SdsRouter } from './sds-routes.ts';
import { enveloped, signedHeadersSchema } from './sds-schemas.ts';

const DEFAULT_PAGE = 100;

export function sdsFilesApi(room: SdsFileRoom): SdsRouter {
  const api = makeSdsRouter();
  addUpload(api, room);
  addSearch(api, room);
  addOne(api, room);
  addRemoval(api, room);
  return api;
}

/** Described here, and not a route of the description's own: that would read a form as a whole. */
function addUpload(api: SdsRouter, room: SdsFileRoom): void {
  api.openAPIRegistry.registerPath({
    method: 'post',
    path: '/files',
    ...SDS_ROUTE,
    summary: 'Upload a file: as a form, as raw content, or as a URL',
    description:
      'A form has its fields first and the file last. Raw content, of any type but ' +
      '`application/json`, has its fields in the query, tags as `tag.KEY=VALUE`. A URL is JSON; it ' +
      'is stored and never fetched. Content is not signed in strict mode (`UNSIGNED`). The callback ' +
      'is a POST of `{event: "file.status", id, vault, status, error?}` with `X-Sealift-Signature: ' +
      't=<epoch seconds>,v1=<hex HMAC-SHA256 of "t.body" under the client secret>`; 200 and 202 ' +
      'acknowledge, three tries.',
    request: {
      headers: signedHeadersSchema,
      query: schemas.rawQuery,
      body: {
        required: true,
        content: {
          'multipart/form-data': { schema: schemas.formSchema },
          'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
          'application/json': { schema: schemas.urlFileSchema },
        },
      },
    },
    responses: {
      202: json(enveloped(schemas.acceptedFileSchema), 'Accepted'),
      ...sdsErrors(403, 404, 408, 413, 503, 507),
    },
  });
  api.post('/files', async (context) => {
    const id = await takeUpload(context, room);
    const data = { id: formatId('file', id), status: 'PENDING' as const };
    return context.json(envelope(context, data), 202);
  });
}

/** @returns the new file's id */
async function takeUpload(context: Context<SdsEnv>, room: SdsFileRoom): Promise<string> {
  const caller = context.get('caller');
  const keys = context.get('keys');
  const contentType = context.req.header('content-type') ?? '';
  if (isJson(contentType)) {
    const given = parse(schemas.urlFileSchema, await context.req.json());
    return room.uploads.addUrl(caller, keys, withCallback(given, room));
  }
  const body = readBody(context.env.incoming, room.idleMs);
  if (!/^multipart\//i.test(contentType)) {
    const fields = schemas.fieldsOfQuery(context.req.queries());
    if (!fields) throw new SdsFailure('REQUEST_INVALID', 'A name in the query is there twice.');
    const file = toNewFile(parse(schemas.fileFieldsSchema, fields), undefined, room);
    return room.uploads.take(caller, keys, file, body);
  }
  const form = await openForm(body, contentType);
  try {
    const fields = parse(schemas.fileFieldsSchema, Object.fromEntries(form.fields));
    const file = toNewFile(fields, form.fileName, room);
    return await room.uploads.take(caller, keys, file, form.content);
  } catch (error) {
    form.abandon();
    throw error;
  }
}

/** @param fileName what the file is called where it comes from; counts when there is no `name` */
function toNewFile(
  fields: schemas.FileFields,
  fileName: string | undefined,
  room: SdsFileRoom,
): NewFile {
  const { name } = parse(schemas.namedSchema, { name: fields.name ?? fileName });
  return { ...withCallback({ ...fields, name }, room) };
}

function withCallback<F extends { callback?: string | undefined; tags?: NewFile['tags'] }>(
  fields: F,
  { targets }: SdsFileRoom,
): Omit<F, 'type'> & Pick<NewFile, 'tags'> {
  const callback = fields.callback && readTargetUrl(fields.callback, targets);
  if (fields.callback !== undefined && !callback) {
    throw new SdsFailure('REQUEST_INVALID', `callback: must be ${targetUrlKind(targets)}`, {
      field: 'callback',
    });
  }
  return { ...fields, tags: fields.tags ?? [], callback };
}

/** @throws SdsFailure REQUEST_INVALID */
function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw requestInvalid(parsed.error);
  return parsed.data;
}

function addSearch(api: SdsRouter, room: SdsFileRoom): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/files',
      ...SDS_ROUTE,
      summary: 'The files of a vault that fit: what is known of them, no content and no link',
      description:
        '`tag.KEY=VALUE` asks for a tag, `tag.KEY=` for an empty one, `tagKey=KEY` for a key; several ' +
        'must all fit. Exact, and case-sensitive.',
      request: { headers: signedHeadersSchema, query: schemas.fileQuery },
      responses: { ...ok(schemas.fileListSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const { vault, filter, after, limit = DEFAULT_PAGE } = context.req.valid('query');
      const page = { after: after && uuidOf(after), limit };
      const { items, hasMore } = await room.files.list(
        context.get('caller'),
        context.get('keys'),
        vault,
        filter,
        page,
      );
      const listed = items.map(forReader);
      const data = { items: listed, ...(hasMore && { next: listed.at(-1)!.id }) };
      return context.json(envelope(context, data), 200);
    },
  );
}

function addOne(api: SdsRouter, room: SdsFileRoom): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}',
      ...SDS_ROUTE,
      summary: 'What is known of a file, and its status',
      request: { headers: signedHeadersSchema, params: schemas.fileParams },
      responses: { ...ok(schemas.fileSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const id = uuidOf(context.req.valid('param').id);
      const file = await room.files.get(context.get('caller'), context.get('keys'), id);
      return context.json(envelope(context, forReader(file)), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}/download',
      ...SDS_ROUTE,
      summary: 'A link to the content: as stored, or under AES-128-CBC, as the permission says',
      description: 'The link works without headers until it expires, while the app may read.',
      request: {
        headers: signedHeadersSchema,
        params: schemas.fileParams,
        query: schemas.downloadQuery,
      },
      responses: { ...ok(schemas.downloadSchema), ...sdsErrors(403, 404, 409) },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const { expiresIn = room.linkSeconds } = context.req.valid('query');
      const download = await room.downloads.link(
        context.get('caller'),
        context.get('keys'),
        uuidOf(id),
        expiresIn,
      );
      if (download.type === 'URL') {
        return context.json(envelope(context, { type: 'URL' as const, link: download.url }), 200);
      }
      const { token, expiresAt, secret } = download;
      const data = {
        type: 'FILE' as const,
        link: `${originOf(context, room)}${SDS_BASE}/files/${id}/content?token=${token}`,
        expiresAt,
        encrypted: secret !== undefined,
        ...(secret !== undefined && { secret }),
      };
      return context.json(envelope(context, data), 200);
    },
  );
}

function addRemoval(api: SdsRouter, room: SdsFileRoom): void {
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/files/{id}',
      ...SDS_ROUTE,
      summary: 'Delete a file and its content',
      description: 'Not while it is PENDING. Links to it end at once.',
      request: { headers: signedHeadersSchema, params: schemas.fileParams },
      responses: { ...ok(schemas.fileParams), ...sdsErrors(403, 404, 409) },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      await room.uploads.remove(context.get('caller'), uuidOf(id));
      return context.json(envelope(context, { id }), 200);
    },
  );
}

/** Where the caller reached the server, unless the server was told how it is reached. */
function originOf(context: Context<SdsEnv>, { publicUrl }: SdsFileRoom): string {
  return publicUrl ?? new URL(context.req.url).origin;
}

function forReader(file: FileInfo): z.infer<typeof schemas.fileSchema> {
  const { type, status, error, name, description, content, createdAt, updatedAt } = file;
  return {
    id: formatId('file', file.id),
    vault: file.vault.name,
    type,
    status,
    ...(error !== undefined && { error }),
    name,
    ...(description !== undefined && { description }),
    tags: Object.fromEntries(file.tags.map(({ key, value }) => [key, value])),
    ...(content && { size: content.size }),
    createdAt,
    updatedAt,
  };
}
