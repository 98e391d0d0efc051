/** What the SDS API takes and gives, as schemas: requests are checked by them, and /openapi.json is
 *  made from them. */
import { z } from '@hono/zod-openapi';
import { PERMISSIONS } from '../../shared/domain/sds.ts';
import { idPattern } from '../sds/ids.ts';
import type { IdKind } from '../sds/ids.ts';
import { NAME_PATTERN, isCanonicalBase64, isShallow } from '../sds/rules.ts';

const MAX_READ_LIMIT = 50;
const MAX_PAGE = 200;
const MAX_CREDENTIAL_CHARACTERS = 200;
const time = z.iso.datetime();

const id = (kind: IdKind) =>
  z
    .string()
    .regex(idPattern(kind), `must be ${kind}: and a UUID`)
    .openapi({ example: `${kind}:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10` });
const name = z
  .string()
  .regex(NAME_PATTERN, 'must be 3 to 16 letters, digits, - or _')
  .openapi({ example: 'phone-number' });

/** One printable word: it is echoed, logged and signed. */
const headerWord = (maxCharacters: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${maxCharacters}}$`), 'must be one printable word');
const openHeaders = {
  'x-coreos-request-id': headerWord(128),
  'x-coreos-tid': headerWord(128),
};
const tokenHeaders = {
  ...openHeaders,
  'x-coreos-access': headerWord(1000),
  'x-coreos-userinfo': z.string().optional(),
};
export const openHeadersSchema = z.object(openHeaders);
export const tokenHeadersSchema = z.object(tokenHeaders);
export const signedHeadersSchema = z.object({
  ...tokenHeaders,
  'x-sds-signature': z
    .string()
    .min(1)
    .openapi({ description: '<base64 signature>.<base64 app name>' }),
  'x-sds-timestamp': z
    .string()
    .regex(/^\d{1,12}$/, 'must be epoch seconds')
    .optional()
    .openapi({ description: 'Epoch seconds; with it the signature is one of strict mode.' }),
});
export type SignedHeaders = z.infer<typeof signedHeadersSchema>;

const requestSchema = z
  .object({ id: z.string(), uri: z.string(), timestamp: time })
  .openapi('SdsRequest');
export const sdsErrorSchema = z
  .object({
    error: z.object({
      code: z.string().regex(/^\d{12}$/),
      description: z.string(),
      additionalInfo: z.record(z.string(), z.unknown()),
      status: z.number().int(),
    }),
    request: requestSchema,
  })
  .openapi('SdsError');

/** The form of every success. */
export function enveloped<S extends z.ZodType>(data: S) {
  return z.object({ data, request: requestSchema });
}

export const credentialsSchema = z
  .strictObject({
    clientId: z.string().max(MAX_CREDENTIAL_CHARACTERS),
    clientSecret: z.string().max(MAX_CREDENTIAL_CHARACTERS),
  })
  .openapi('SdsCredentials');
export const tokenSchema = z.object({ accessToken: z.string(), expiresIn: z.number().int() });
export const tenantSchema = z
  .object({ tenant: z.string(), clientId: z.string(), clientSecret: z.string() })
  .openapi('SdsTenant');

export const appParams = z.object({ id: id('app') });
export const vaultParams = z.object({ id: id('vault') });
export const dataParams = z.object({ id: id('data') });

const key = z
  .string()
  .openapi({ description: 'Base64 of a DER SubjectPublicKeyInfo, RSA, 512 to 16384 bits' });
export const newAppSchema = z.strictObject({ name, key }).openapi('SdsNewApp');
export const newKeySchema = z
  .strictObject({
    key,
    proof: z.string().openapi({
      description: 'Base64 of SHA256withRSA by the new key over `<app id>.<new key>`',
    }),
  })
  .openapi('SdsNewKey');
export const appSchema = z.object({ id: id('app'), name, key: z.string() }).openapi('SdsApp');
export const appIdSchema = z.object({ id: id('app') });

const permissions = z
  .array(z.strictObject({ app: name, permission: z.enum(PERMISSIONS) }))
  .refine((list) => new Set(list.map(({ app }) => app)).size === list.length, 'names an app twice');
const vaultSettings = {
  readLimit: z.number().int().min(1).max(MAX_READ_LIMIT),
  uniqueData: z.boolean(),
  permissions,
  enable: z.boolean(),
  strictSignature: z.boolean(),
};
export const newVaultSchema = z
  .strictObject({
    name,
    owner: name,
    readLimit: vaultSettings.readLimit.default(1),
    uniqueData: vaultSettings.uniqueData.default(false),
    permissions: vaultSettings.permissions.default([]),
    enable: vaultSettings.enable.default(true),
    strictSignature: vaultSettings.strictSignature.default(false),
  })
  .openapi('SdsNewVault');
export const vaultChangesSchema = z
  .strictObject(vaultSettings)
  .partial()
  .refine(namesSomething, 'must name at least one field')
  .openapi('SdsVaultChanges');
export const vaultIdSchema = z.object({ id: id('vault') });
export const vaultSchema = z
  .object({
    id: id('vault'),
    name,
    owner: name,
    ...vaultSettings,
    createdAt: time,
    updatedAt: time,
  })
  .openapi('SdsVault');
export const vaultListSchema = z
  .object({
    items: z.array(
      z.object({
        id: id('vault'),
        name,
        owner: name,
        permission: z.enum(PERMISSIONS),
        readLimit: vaultSettings.readLimit,
        uniqueData: z.boolean(),
        enable: z.boolean(),
        strictSignature: z.boolean(),
      }),
    ),
  })
  .openapi('SdsVaultList');

const data = z
  .string()
  .refine(isCanonicalBase64, 'must be canonical padded base64')
  .openapi({ example: 'KzQ5IDE1MSAxMjM0NTY3' });
const meta = z
  .unknown()
  .refine(isShallow, 'is nested too deep')
  .openapi({ description: 'Any JSON, nested at most 64 deep' });
export const newRecordSchema = z
  .strictObject({ data, meta: meta.optional(), vault: name })
  .openapi('SdsNewRecord');
export const recordChangesSchema = z
  .strictObject({ data, meta, vault: name })
  .partial()
  .refine(namesSomething, 'must name at least one field')
  .openapi('SdsRecordChanges');
export const dataIdSchema = z.object({ id: id('data') });
export const recordSchema = z
  .object({
    id: id('data'),
    vault: name,
    data: z.string().openapi({
      description:
        'As it was stored; or, for 101 and 001, `<base64 secret>.<base64 data>` under the app’s key',
    }),
    meta: z.unknown(),
    encrypted: z.boolean(),
  })
  .openapi('SdsRecord');
/** Several records by their ids, or a page of a vault. */
export const dataQuery = z
  .strictObject({
    ids: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(id('data')).max(MAX_READ_LIMIT))
      .optional()
      .openapi({ type: 'string', description: 'Ids, separated by commas' }),
    vault: name.optional(),
    after: id('data').optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional(),
  })
  .refine(({ ids, vault }) => (ids === undefined) !== (vault === undefined), {
    message: 'names either ids or a vault',
  })
  .refine(({ ids, after, limit }) => !ids || (after === undefined && limit === undefined), {
    message: 'after and limit belong to a vault',
  });
export const recordListSchema = z
  .object({
    items: z.array(
      z.object({ id: id('data'), meta: z.unknown(), createdAt: time, updatedAt: time }),
    ),
    next: id('data').optional(),
  })
  .openapi('SdsRecordList');

function namesSomething(changes: object): boolean {
  return Object.keys(changes).length > 0;
}
