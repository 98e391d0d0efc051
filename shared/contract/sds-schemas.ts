/**
 * The calls of Secure Data Storage: part of the contract in `schemas.ts`, under the same rules. A value crosses only
 * in the answer to `sds.records.reveal`; private keys, client secrets and tokens never do, but for the client secret
 * that the user types.
 */
import { z } from 'zod';
import { PERMISSIONS } from '../domain/sds.ts';
import type {
  OpenedRecord,
  RevealedRecord,
  SdsApp,
  SdsFile,
  SdsRecord,
  SdsTenant,
  SdsVault,
  SdsVaultDetails,
  Transfer,
} from '../domain/vault.ts';
import { APP_KEY_BITS, MAX_CALL_BYTES, MAX_TAGS, SDS_NAME } from '../domain/vault.ts';
import { errorView } from './domain-schemas.ts';

const nothing = z.strictObject({});
const text = (max: number) => z.string().max(max);
const count = z.number().int().nonnegative();
const id = z.uuid();
const handle = z.uuid();
/** The local id of an app key: it says the tenant and who signs. */
const app = z.uuid();
const name = z.string().regex(SDS_NAME);
const serviceId = (kind: 'app' | 'vault' | 'data' | 'file') =>
  z.string().regex(new RegExp(`^${kind}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`));
const permission = z.enum(PERMISSIONS);
const bits = z.union(APP_KEY_BITS.map((size) => z.literal(size)));
/** JSON text; parsed in main. */
const metaText = text(MAX_CALL_BYTES);
const saved = z.object({ savedAs: z.string().nullable() });

const tenant = z.object({
  id,
  name: z.string(),
  url: z.string(),
  tenant: z.string(),
  clientId: z.string(),
  practice: z.boolean(),
}) satisfies z.ZodType<SdsTenant>;

const sdsApp = z.object({
  id,
  tenantId: id,
  name: z.string(),
  appId: z.string().optional(),
  state: z.enum(['new', 'registered', 'rotating']),
  bits: count,
  publicKey: z.string(),
  sha256: z.string(),
  createdAt: z.string(),
  archivedKeys: count,
}) satisfies z.ZodType<SdsApp>;

const vault = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  isMine: z.boolean(),
  permission,
  readLimit: count,
  uniqueData: z.boolean(),
  isEnabled: z.boolean(),
  isStrict: z.boolean(),
}) satisfies z.ZodType<SdsVault>;

const vaultDetails = vault.extend({
  permissions: z.array(z.object({ app: z.string(), permission })),
  createdAt: z.string(),
  updatedAt: z.string(),
}) satisfies z.ZodType<SdsVaultDetails>;

const record = z.object({
  id: z.string(),
  meta: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
}) satisfies z.ZodType<SdsRecord>;

const openedRecord = z.object({
  id: z.string(),
  badge: z.enum(['decrypted-here', 'decrypted-by-server', 'not-readable']),
  meta: z.string(),
  kind: z.enum(['text', 'json', 'binary']).optional(),
  sizeBytes: count.optional(),
  error: errorView.optional(),
}) satisfies z.ZodType<OpenedRecord>;

const revealedRecord = openedRecord.extend({
  value: z
    .object({
      text: z.string().optional(),
      json: z.string().optional(),
      hex: z.string(),
      isCut: z.boolean(),
    })
    .optional(),
}) satisfies z.ZodType<RevealedRecord>;

const file = z.object({
  id: z.string(),
  vault: z.string(),
  name: z.string(),
  type: z.enum(['FILE', 'URL']),
  description: z.string(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  status: z.enum(['PENDING', 'COMPLETED', 'FAILED']),
  sizeBytes: count.optional(),
  createdAt: z.string().optional(),
}) satisfies z.ZodType<SdsFile>;

export const transfer = z.object({
  id,
  kind: z.enum(['upload', 'download', 'import', 'export']),
  app,
  vault: z.string(),
  title: z.string(),
  seq: count,
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  unit: z.enum(['bytes', 'records']),
  done: count,
  total: count.optional(),
  rate: z.number().nonnegative().optional(),
  startedAt: z.string(),
  result: z
    .object({
      fileId: z.string().optional(),
      sha256: z.string().optional(),
      badge: openedRecord.shape.badge.optional(),
      written: count.optional(),
      failures: z.array(z.object({ at: z.string(), error: errorView })).optional(),
      failed: count.optional(),
    })
    .optional(),
  error: errorView.optional(),
}) satisfies z.ZodType<Transfer>;

/** The transfer that was begun, or null when the user closed the dialog. */
const begun = z.object({ transfer: transfer.nullable() });

/** What is to be stored: text as UTF-8, or bytes in base64. */
const newValue = z.strictObject({
  form: z.enum(['text', 'base64']),
  content: text(MAX_CALL_BYTES),
});
const tags = z
  .array(z.strictObject({ key: text(128).min(1), value: text(256) }))
  .max(MAX_TAGS)
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, 'A tag is there twice.');
const vaultSettings = {
  readLimit: z.number().int().min(1).max(50),
  uniqueData: z.boolean(),
  permissions: z.array(z.strictObject({ app: name, permission })).max(1_000),
  isEnabled: z.boolean(),
  isStrict: z.boolean(),
};
const fileFacts = {
  name: text(255).min(1),
  description: text(2_000),
  tags,
  /** Called by the service when the file is there, or failed. */
  callback: z.url().max(2_000).optional(),
};

const tenantInvokes = {
  'sds.tenants.list': { input: nothing, output: z.array(tenant) },
  'sds.tenants.save': {
    input: z.strictObject({
      /** Absent: a new tenant. */
      id: id.optional(),
      name: text(200).min(1),
      url: z.url().max(2_000),
      tenant: text(128).min(1),
      clientId: text(200).min(1),
      /** Absent: the one kept before; refused where the address, tenant or client id changed. */
      clientSecret: text(200).min(1).optional(),
    }),
    output: tenant,
  },
  /** Refused while apps of it are kept. */
  'sds.tenants.remove': { input: z.strictObject({ id }), output: nothing },
  /** Gets a token: the address, the tenant and the client's secret are right. */
  'sds.tenants.test': {
    input: z.strictObject({ id }),
    output: z.object({ ok: z.boolean(), error: errorView.optional() }),
  },
};

const appInvokes = {
  'sds.apps.list': { input: nothing, output: z.array(sdsApp) },
  'sds.apps.make': { input: z.strictObject({ tenantId: id, name, bits }), output: sdsApp },
  'sds.apps.importFile': {
    /** A private RSA key: PEM (PKCS#1, PKCS#8, encrypted or not) or DER. Purpose of the handle: `sds-key`. */
    input: z.strictObject({ tenantId: id, name, handle, passphrase: text(1024).optional() }),
    output: sdsApp,
  },
  'sds.apps.register': { input: z.strictObject({ id }), output: sdsApp },
  /** For an app that is registered already; with `appId` the service is asked whether it is this one. */
  'sds.apps.link': {
    input: z.strictObject({ id, appId: serviceId('app').optional() }),
    output: sdsApp,
  },
  'sds.apps.rotate': { input: z.strictObject({ id, bits }), output: sdsApp },
  /** Asks the service which key it has, after a rotation that broke off. */
  'sds.apps.settle': { input: z.strictObject({ id }), output: sdsApp },
  'sds.apps.exportPrivate': {
    /** PKCS#8 PEM under this passphrase. `confirmed`: the user read what leaving the key store means. */
    input: z.strictObject({ id, passphrase: text(1024).min(8), confirmed: z.literal(true) }),
    output: saved,
  },
  /** Removes the key for good, archived ones too; the service keeps the app's name for ever. */
  'sds.apps.remove': { input: z.strictObject({ id, confirmed: z.literal(true) }), output: nothing },
};

const vaultInvokes = {
  'sds.vaults.list': { input: z.strictObject({ app }), output: z.array(vault) },
  'sds.vaults.make': {
    input: z.strictObject({
      app,
      name,
      readLimit: vaultSettings.readLimit,
      uniqueData: vaultSettings.uniqueData,
      permissions: vaultSettings.permissions,
      isStrict: vaultSettings.isStrict,
    }),
    output: vaultDetails,
  },
  /** The owner's alone. */
  'sds.vaults.get': {
    input: z.strictObject({ app, vaultId: serviceId('vault') }),
    output: vaultDetails,
  },
  /** What is named is changed; `permissions` replaces the list, an owner absent from it keeps its own. */
  'sds.vaults.update': {
    input: z.strictObject({
      app,
      vaultId: serviceId('vault'),
      readLimit: vaultSettings.readLimit.optional(),
      uniqueData: vaultSettings.uniqueData.optional(),
      permissions: vaultSettings.permissions.optional(),
      isEnabled: vaultSettings.isEnabled.optional(),
      isStrict: vaultSettings.isStrict.optional(),
    }),
    output: vaultDetails,
  },
};

const dataId = serviceId('data');
const ids = z.array(dataId).min(1).max(50);

const recordInvokes = {
  'sds.records.page': {
    input: z.strictObject({
      app,
      vault: name,
      after: dataId.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    output: z.object({ items: z.array(record), next: z.string().optional() }),
  },
  /** Reads and decrypts, but tells no value: badge, kind and size of each, in the order asked. */
  'sds.records.open': {
    input: z.strictObject({ app, vault: name, ids }),
    output: z.array(openedRecord),
  },
  /** The same with the values. */
  'sds.records.reveal': {
    input: z.strictObject({
      app,
      vault: name,
      ids,
      /** The bytes as they came out of the decryption, not what they encode. */
      raw: z.boolean(),
    }),
    output: z.array(revealedRecord),
  },
  /** Puts the value on the clipboard without showing it; `clearsAfterSeconds` 0: it stays there. */
  'sds.records.copy': {
    input: z.strictObject({
      app,
      vault: name,
      recordId: dataId,
      form: z.enum(['text', 'base64', 'hex']),
    }),
    output: z.object({ clearsAfterSeconds: count }),
  },
  'sds.records.create': {
    input: z.strictObject({ app, vault: name, value: newValue, meta: metaText.optional() }),
    output: z.object({ recordId: z.string() }),
  },
  'sds.records.update': {
    input: z.strictObject({
      app,
      recordId: dataId,
      value: newValue.optional(),
      meta: metaText.optional(),
    }),
    output: nothing,
  },
  'sds.records.move': {
    input: z.strictObject({ app, recordId: dataId, vault: name }),
    output: nothing,
  },
  'sds.records.remove': { input: z.strictObject({ app, recordId: dataId }), output: nothing },
  /** One record a row. Purpose of the handle: `data`. */
  'sds.records.import': {
    input: z.strictObject({
      app,
      vault: name,
      handle,
      /** The column whose cells are the values. */
      column: text(10_000),
      form: z.enum(['text', 'base64']),
      /** Columns that become members of `meta`. */
      metaColumns: z.array(text(10_000)).max(1_000),
    }),
    output: transfer,
  },
  'sds.records.export': {
    input: z.strictObject({
      app,
      vault: name,
      /** Absent: every record of the vault. */
      ids: z.array(dataId).min(1).max(100_000).optional(),
      format: z.enum(['csv', 'json']),
      /** `decrypted` writes plain values to the disk: confirmed before. */
      content: z.enum(['decrypted', 'as-received']),
    }),
    output: begun,
  },
};

const fileId = serviceId('file');

const fileInvokes = {
  'sds.files.search': {
    input: z.strictObject({
      app,
      vault: name,
      name: text(255).optional(),
      /** All must match; without `value`: the key is there. */
      tags: z
        .array(z.strictObject({ key: text(128).min(1), value: text(256).optional() }))
        .max(MAX_TAGS),
      after: fileId.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    output: z.object({ items: z.array(file), next: z.string().optional() }),
  },
  'sds.files.get': { input: z.strictObject({ app, fileId }), output: file },
  /** Purpose of the handle: `sds-file`. */
  'sds.files.upload': {
    input: z.strictObject({ app, vault: name, handle, ...fileFacts }),
    output: transfer,
  },
  'sds.files.addUrl': {
    input: z.strictObject({ app, vault: name, url: z.url().max(2_000), ...fileFacts }),
    output: file,
  },
  /** Where the content lies: with the service, or at an address whose host is shown before it is fetched. */
  'sds.files.source': {
    input: z.strictObject({ app, fileId }),
    output: z.discriminatedUnion('type', [
      z.object({ type: z.literal('FILE') }),
      z.object({ type: z.literal('URL'), url: z.string(), host: z.string() }),
    ]),
  },
  /** Asks where to save; decrypted on the way where the permission is 101 or 001. */
  'sds.files.download': {
    input: z.strictObject({ app, fileId, vault: name, name: text(255).min(1) }),
    output: begun,
  },
  /** Fetches a URL file from the hosts that the user agreed to, and no other. */
  'sds.files.fetchUrl': {
    input: z.strictObject({
      app,
      fileId,
      vault: name,
      name: text(255).min(1),
      hosts: z.array(text(260)).min(1).max(5),
    }),
    output: begun,
  },
  'sds.files.remove': { input: z.strictObject({ app, fileId }), output: nothing },
};

const transferInvokes = {
  'sds.transfers.list': { input: nothing, output: z.array(transfer) },
  'sds.transfers.cancel': { input: z.strictObject({ id }), output: transfer },
  /** Takes an ended one off the list. */
  'sds.transfers.dismiss': { input: z.strictObject({ id }), output: nothing },
};

export const sdsInvokes = {
  ...tenantInvokes,
  ...appInvokes,
  ...vaultInvokes,
  ...recordInvokes,
  ...fileInvokes,
  ...transferInvokes,
};
