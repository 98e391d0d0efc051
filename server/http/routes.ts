/** Helpers to describe a route: its answers, its errors, its place in the document. */
import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import type { RouteConfig, z } from '@hono/zod-openapi';
import { ApiError } from '../failure.ts';
import type { Account } from '../store/accounts.ts';
import type { Store } from '../store/index.ts';
import { errorSchema } from './schemas.ts';

type ErrorStatus = 400 | 401 | 404 | 409;

const ERROR_TEXTS: Readonly<Record<ErrorStatus, string>> = {
  400: 'The request is not valid.',
  401: 'The admin token is missing or wrong.',
  404: 'There is no such thing.',
  409: 'It is there already, or there is no place left.',
};

/** `application/json` with this schema. */
export function json<S extends z.ZodType>(schema: S, description = 'OK') {
  return { description, content: { 'application/json': { schema } } };
}

export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}

export function errors(...statuses: readonly ErrorStatus[]): RouteConfig['responses'] {
  return Object.fromEntries(
    [400, 401, ...statuses].map((status) => [
      status,
      json(errorSchema, ERROR_TEXTS[status as ErrorStatus]),
    ]),
  );
}

/** The answer to a removal. */
export const gone = { 204: { description: 'Removed' } };

/** A router whose refused input becomes an ApiError, as every other refusal does. */
export function makeRouter(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw new ApiError(400, 'INVALID_REQUEST', describe(result.error));
    },
  });
}

/** @throws ApiError 404 */
export async function requireAccount(store: Store, id: string): Promise<Account> {
  const account = await store.accounts.find(id);
  if (!account) throw notFound('account');
  return account;
}

export function notFound(what: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', `There is no such ${what}.`);
}

export { createRoute };

/** Names the field and what it must be. Values are left out: they may be secrets. */
function describe(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'The request is not valid.';
  const field = issue.path.map(String).join('.');
  return field === '' ? issue.message : `${field}: ${issue.message}`;
}
