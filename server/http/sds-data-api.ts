/** Records of SDS. */
import { sealForReader } from '../sds/envelope.ts';
import { formatId, uuidOf } from '../sds/ids.ts';
import { readModeOf } from '../sds/permissions.ts';
import type { Caller } from '../sds/permissions.ts';
import type { ReadRecord, SdsRecords } from '../store/sds-records.ts';
import { createRoute, jsonBody } from './routes.ts';
import { SDS_ROUTE, envelope, makeSdsRouter, ok, sdsErrors } from './sds-routes.ts';
import type { SdsRouter } from './sds-routes.ts';
import * as schemas from './sds-schemas.ts';

const DEFAULT_PAGE = 100;

export function sdsDataApi(records: SdsRecords): SdsRouter {
  const api = makeSdsRouter();
  addCreate(api, records);
  addReads(api, records);
  addChanges(api, records);
  return api;
}

function addCreate(api: SdsRouter, records: SdsRecords): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/data',
      ...SDS_ROUTE,
      summary: 'Store data in a vault',
      request: { headers: schemas.signedHeadersSchema, body: jsonBody(schemas.newRecordSchema) },
      responses: { ...ok(schemas.dataIdSchema), ...sdsErrors(403, 404, 409, 413) },
    }),
    async (context) => {
      const { data, meta, vault } = context.req.valid('json');
      const content = { data, meta };
      const id = await records.create(context.get('caller'), context.get('keys'), vault, content);
      return context.json(envelope(context, { id: formatId('data', id) }), 200);
    },
  );
}

function addReads(api: SdsRouter, records: SdsRecords): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/data/{id}',
      ...SDS_ROUTE,
      summary: 'A record: as stored, or sealed to the app’s key, as its permission says',
      request: { headers: schemas.signedHeadersSchema, params: schemas.dataParams },
      responses: { ...ok(schemas.recordSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const caller = context.get('caller');
      const ids = [uuidOf(context.req.valid('param').id)];
      const [record] = await records.read(caller, context.get('keys'), ids);
      return context.json(envelope(context, forReader(record!, caller)), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/data',
      ...SDS_ROUTE,
      summary: 'Several records by `ids`, or a page of the ids in a `vault`',
      description:
        'With `ids`: the records in the order asked, all or none; at most as many as the smallest ' +
        'readLimit of their vaults. With `vault`: ids, meta and times, no content.',
      request: { headers: schemas.signedHeadersSchema, query: schemas.dataQuery },
      responses: {
        ...ok(schemas.recordSchema.array().or(schemas.recordListSchema)),
        ...sdsErrors(403, 404),
      },
    }),
    async (context) => {
      const caller = context.get('caller');
      const keys = context.get('keys');
      const { ids, vault, after, limit = DEFAULT_PAGE } = context.req.valid('query');
      if (ids) {
        const found = await records.read(caller, keys, ids.map(uuidOf));
        const data = found.map((record) => forReader(record, caller));
        return context.json(envelope(context, data), 200);
      }
      const page = { after: after && uuidOf(after), limit };
      const { items, hasMore } = await records.list(caller, keys, vault ?? '', page);
      const listed = items.map(({ id, ...rest }) => ({ id: formatId('data', id), ...rest }));
      const data = { items: listed, ...(hasMore && { next: listed.at(-1)!.id }) };
      return context.json(envelope(context, data), 200);
    },
  );
}

function addChanges(api: SdsRouter, records: SdsRecords): void {
  api.openapi(
    createRoute({
      method: 'put',
      path: '/data/{id}',
      ...SDS_ROUTE,
      summary: 'Change what is named; another `vault` moves the record',
      request: {
        headers: schemas.signedHeadersSchema,
        params: schemas.dataParams,
        body: jsonBody(schemas.recordChangesSchema),
      },
      responses: { ...ok(schemas.dataIdSchema), ...sdsErrors(403, 404, 409, 413) },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const changes = context.req.valid('json');
      await records.update(context.get('caller'), context.get('keys'), uuidOf(id), changes);
      return context.json(envelope(context, { id }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/data/{id}',
      ...SDS_ROUTE,
      summary: 'Delete a record',
      request: { headers: schemas.signedHeadersSchema, params: schemas.dataParams },
      responses: { ...ok(schemas.dataIdSchema), ...sdsErrors(403, 404) },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      await records.remove(context.get('caller'), uuidOf(id));
      return context.json(envelope(context, { id }), 200);
    },
  );
}

function forReader(record: ReadRecord, caller: Caller) {
  const encrypted = readModeOf(record.vault.permission) === 'encrypted';
  return {
    id: formatId('data', record.id),
    vault: record.vault.name,
    data: encrypted ? sealForReader(record.data, caller.publicKey) : record.data,
    meta: record.meta,
    encrypted,
  };
}
