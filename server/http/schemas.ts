/** What the console API takes and gives, as schemas: requests are checked by them, and
 *  /openapi.json is made from them. */
import { z } from '@hono/zod-openapi';
import { ACTIVITY_KINDS } from '../../shared/domain/import.ts';
import { FILE_CODES, ROW_CODES } from '../../shared/domain/problem.ts';
import { GENERATED_KEY_TYPES } from '../crypto/pgp-key-sets.ts';
import { isEmailAddress } from '../ingest/manifest.ts';

const MAX_KEY_CHARACTERS = 200_000;
const MAX_PAGE = 1000;

const email = z.string().refine(isEmailAddress, 'must be one valid e-mail address');
/** Names end up in user IDs and mail: one printable line. */
const shortText = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}<>()]*$/u, 'must not hold control characters, < > ( or )');
/** Text to look for: the database's texts hold no NUL. */
const searchText = (maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters)
    .refine((text) => !text.includes('\0'), 'must not hold NUL');
const uuid = z.uuid();
const time = z.iso.datetime();

export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .openapi('Error');

export const accountParams = z.object({ id: searchText(64) });
export const keyParams = accountParams.extend({ keyId: uuid });
export const sshKeyParams = accountParams.extend({ sshKeyId: uuid });
export const sourceParams = accountParams.extend({ sourceId: uuid });
export const importParams = accountParams.extend({ importId: uuid });
export const profileParams = accountParams.extend({ identity: searchText(1024) });
export const mailAddressParams = accountParams.extend({ email: searchText(320) });
export const mailParams = z.object({ mailId: uuid });

export const newAccountSchema = z.strictObject({ email }).openapi('NewAccount');
export const accountSchema = z.object({ id: z.string(), email }).openapi('Account');
export const accountListSchema = z.object({ items: z.array(accountSchema) });

export const newSshKeySchema = z
  .strictObject({ name: shortText, publicKey: z.string().max(MAX_KEY_CHARACTERS) })
  .openapi('NewSshKey');
export const sshKeySchema = z
  .object({ id: uuid, name: z.string(), type: z.string(), sha256: z.string(), createdAt: time })
  .openapi('SshKey');
export const sshKeyListSchema = z.object({ items: z.array(sshKeySchema) });

export const newPgpKeySchema = z
  .union([
    z.strictObject({
      publicKey: z.string().max(MAX_KEY_CHARACTERS),
      privateKey: z.string().max(MAX_KEY_CHARACTERS),
      passphrase: z.string().max(1024),
    }),
    z.strictObject({
      generate: z.strictObject({
        name: shortText,
        email,
        comment: shortText.optional(),
        type: z.enum(GENERATED_KEY_TYPES).optional(),
      }),
    }),
  ])
  .openapi('NewPgpKey');
export const newPgpKeyResultSchema = z
  .object({
    keyId: uuid,
    fingerprint: z.string(),
    publicKey: z.string(),
    privateKey: z.string().optional(),
    passphrase: z.string().optional(),
  })
  .openapi('NewPgpKeyResult');
export const pgpKeyListSchema = z
  .object({
    items: z.array(
      z.object({
        keyId: uuid,
        fingerprint: z.string(),
        userId: z.string(),
        publicKey: z.string(),
        createdAt: time,
      }),
    ),
  })
  .openapi('PgpKeyList');

const MAX_URL_CHARACTERS = 2000;
export const newWebhookSchema = z
  .strictObject({ url: z.string().max(MAX_URL_CHARACTERS) })
  .openapi('NewWebhook');
export const webhookSchema = z.object({ secret: z.string() }).openapi('Webhook');

const hostKeySha256 = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be as ssh-keygen -l prints it: SHA256:…');
const sourceFields = {
  url: z.string().max(MAX_URL_CHARACTERS),
  hostKeySha256,
  /** Few enough stars that no name takes long to compare. */
  pattern: z
    .string()
    .min(1)
    .max(200)
    .regex(/^([^*]*\*){0,4}[^*]*$/, 'holds at most four *'),
  cron: z.string().min(1).max(100),
  timeZone: z.string().min(1).max(100),
};
export const newSourceSchema = z
  .strictObject(sourceFields)
  .partial({ pattern: true, cron: true, timeZone: true })
  .openapi('NewSource');
export const newSourceResultSchema = z
  .object({ id: uuid, publicKey: z.string() })
  .openapi('NewSourceResult');
export const sourceListSchema = z
  .object({
    items: z.array(
      z.object({
        id: uuid,
        url: z.string(),
        hostKeySha256: z.string(),
        pattern: z.string().nullable(),
        cron: z.string().nullable(),
        timeZone: z.string().nullable(),
        publicKey: z.string(),
        createdAt: time,
        running: z.boolean(),
        lastRun: z
          .object({ at: time, fetched: z.number(), problem: z.string().nullable() })
          .nullable(),
      }),
    ),
  })
  .openapi('SourceList');

const problemSchema = z.object({
  code: z.enum([...ROW_CODES, ...FILE_CODES]),
  severity: z.enum(['error', 'warning']),
  column: z.string().optional(),
  row: z.number().optional(),
  line: z.number().optional(),
  value: z.string().optional(),
  count: z.number(),
  message: z.string(),
});
export const importSchema = z
  .object({
    id: uuid,
    manifest: z.string(),
    fileName: z.string(),
    type: z.enum(['event', 'profile']).nullable(),
    status: z.enum(['picked-up', 'processing', 'imported', 'partly-imported', 'failed']),
    rows: z.number(),
    accepted: z.number(),
    rejected: z.number(),
    problems: z.array(problemSchema),
    receivedAt: time,
    finishedAt: time.nullable(),
  })
  .openapi('Import');
export const importListSchema = z.object({
  items: z.array(importSchema),
  next: z.string().optional(),
});

const cursor = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the `next` of the page before')
  .transform(Number)
  .optional()
  .openapi({ type: 'string' });
const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(100);
export const pageQuery = z.object({ after: cursor, limit });
export const eventQuery = pageQuery.extend({
  identity: searchText(1024).optional(),
  name: searchText(1024).optional(),
});
export const mailQuery = pageQuery.extend({ to: searchText(320).optional() });

const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const eventListSchema = z.object({
  items: z.array(
    z
      .object({
        id: z.number(),
        importId: uuid,
        row: z.number(),
        identity: z.string(),
        identities: z.record(z.string(), z.string()),
        name: z.string(),
        ts: z.number(),
        properties: z.record(z.string(), scalar),
      })
      .openapi('Event'),
  ),
  next: z.string().optional(),
});
export const profileSchema = z
  .object({
    identity: z.string(),
    identities: z.record(z.string(), z.string()),
    properties: z.record(z.string(), z.union([scalar, z.array(scalar)])),
    updatedAt: time,
  })
  .openapi('Profile');
export const statsSchema = z
  .object({ events: z.number(), profiles: z.number(), imports: z.number() })
  .openapi('Stats');

export const activityListSchema = z
  .object({
    items: z.array(
      z.object({
        id: z.number(),
        at: time,
        kind: z.enum(ACTIVITY_KINDS),
        problem: z.boolean(),
        importId: uuid.nullable(),
        message: z.string(),
      }),
    ),
    next: z.string().optional(),
  })
  .openapi('ActivityList');

export const newMailAddressSchema = z.strictObject({ email }).openapi('NewMailAddress');
export const confirmAddressSchema = z
  .strictObject({ email, code: z.string().min(1).max(40) })
  .openapi('ConfirmMailAddress');
export const mailAddressSchema = z
  .object({ address: z.string(), askedAt: time, confirmedAt: time.nullable() })
  .openapi('MailAddress');
export const mailAddressListSchema = z.object({ items: z.array(mailAddressSchema) });

const mailFields = { id: uuid, to: z.string(), subject: z.string(), receivedAt: time };
export const mailListSchema = z.object({
  items: z.array(z.object(mailFields)),
  next: z.string().optional(),
});
export const mailSchema = z
  .object({
    ...mailFields,
    text: z.string(),
    attachments: z.array(
      z.object({
        fileName: z.string(),
        contentType: z.string(),
        sizeBytes: z.number(),
        contentBase64: z.string(),
      }),
    ),
  })
  .openapi('Mail');
