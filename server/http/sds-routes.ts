/** Helpers for the routes of SDS: the envelope, the router, and what every route's description says. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { z } from '@hono/zod-openapi';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { SdsRequest } from '../../shared/domain/sds.ts';
import { SdsFailure, errorOf } from '../sds/failure.ts';
import type { Caller } from '../sds/permissions.ts';
import type { TenantKeys } from '../sds/tenant-keys.ts';
import { json } from './routes.ts';
import { enveloped, sdsErrorSchema } from './sds-schemas.ts';

export interface SdsEnv {
  Bindings: HttpBindings;
  Variables: {
    tenantId: string;
    keys: TenantKeys;
    /** Set by the guard for every call but app registration. */
    caller: Caller;
  };
}

export type SdsRouter = OpenAPIHono<SdsEnv>;
type ErrorStatus = 403 | 404 | 408 | 409 | 413 | 416 | 503 | 507;

const ERROR_TEXTS: Readonly<Record<400 | 401 | ErrorStatus, string>> = {
  400: 'A header, the query or the body is not valid.',
  401: 'The token, the tenant or the signature is not valid.',
  403: 'This app may not do this.',
  404: 'There is no such thing in this tenant.',
  408: 'Nothing came for too long.',
  409: 'The state of things does not allow it.',
  413: 'The body is too large.',
  416: 'The range begins behind the end.',
  503: 'Too many at a time.',
  507: 'No space is left.',
};

/** Part of every route's description: no admin token here, but the headers it lists. */
export const SDS_ROUTE = { tags: ['SDS'], security: [] };

/** A router whose refused input becomes an SdsFailure, as every other refusal does. */
export function makeSdsRouter(): SdsRouter {
  return new OpenAPIHono<SdsEnv>({
    defaultHook: (result) => {
      if (!result.success) throw requestInvalid(result.error);
    },
  });
}

/** Success, in the envelope. */
export function ok<S extends z.ZodType>(data: S) {
  return { 200: json(enveloped(data)) };
}

export function sdsErrors(...statuses: readonly ErrorStatus[]) {
  return Object.fromEntries(
    ([400, 401, ...statuses] as const).map((status) => [
      status,
      json(sdsErrorSchema, ERROR_TEXTS[status]),
    ]),
  );
}

/** The envelope of a success. */
export function envelope<T>(context: Context<SdsEnv>, data: T): { data: T; request: SdsRequest } {
  return { data, request: describeRequest(context) };
}

export function answerSdsFailure(context: Context<SdsEnv>, failure: SdsFailure): Response {
  const error = errorOf(failure, context.req.method, context.req.path);
  return context.json({ error, request: describeRequest(context) }, failure.status);
}

/** Path and query as they stand in the request line: what a strict signature covers. */
export function targetOf(context: Context<SdsEnv>): string {
  return context.env.incoming.url ?? '';
}

export function isJson(contentType = ''): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType);
}

/** Names the fields and what they must be. Values are left out: they may be secrets. */
export function requestInvalid(error: z.core.$ZodError): SdsFailure {
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const text = issue?.message ?? 'The request is not valid.';
  return new SdsFailure(
    'REQUEST_INVALID',
    field === '' ? text : `${field}: ${text}`,
    field === '' ? {} : { field },
  );
}

function describeRequest(context: Context<SdsEnv>): SdsRequest {
  return {
    id: context.req.header('x-coreos-request-id') ?? '',
    uri: targetOf(context),
    timestamp: new Date().toISOString(),
  };
}
