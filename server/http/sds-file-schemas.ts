/** What the calls about files of SDS take and give. */
import { z } from '@hono/zod-openapi';
import { FILE_STATUSES, FILE_TYPES } from '../../shared/domain/sds.ts';
import { idPattern } from '../sds/ids.ts';
import { NAME_PATTERN } from '../sds/rules.ts';
import type { Tag } from '../store/sds-files.ts';

const MAX_TAGS = 50;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;
const MAX_FILE_NAME = 255;
const MAX_DESCRIPTION = 2000;
const MAX_URL = 2048;
const MAX_PAGE = 200;
const MAX_QUERY_TAGS = 50;
/** Of a download link, in seconds: a minute to a week. */
const LINK_SECONDS = { min: 60, max: 604_800 };
/** Before the key of a tag, in a query. */
const TAG_PREFIX = 'tag.';
const time = z.iso.datetime();

const fileId = z
  .string()
  .regex(idPattern('file'), 'must be file: and a UUID')
  .openapi({ example: 'file:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10' });
const vault = z
  .string()
  .regex(NAME_PATTERN, 'must be 3 to 16 letters, digits, - or _')
  .openapi({ example: 'contracts' });
/** Half of a surrogate pair is no text: it could not be given back as it came. */
const text = (max: number) =>
  z
    .string()
    .max(max, `has at most ${max} characters`)
    .regex(/^\P{Cs}*$/u, 'is no well-formed text');
const fileName = text(MAX_FILE_NAME)
  .min(1, 'must not be empty')
  .regex(/^[^\p{Cc}/\\]*$/u, 'must be a name without path and control characters')
  .refine((name) => name !== '.' && name !== '..', 'must be a name, not a folder')
  .openapi({ example: 'contract.pdf' });
const webAddress = text(MAX_URL).refine(
  (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  'must be an http or https address',
);

const tagKey = text(MAX_TAG_KEY).min(1, 'must not be empty');
const tagValue = text(MAX_TAG_VALUE);
const tagPairs = z
  .array(z.strictObject({ key: tagKey, value: tagValue }))
  .max(MAX_TAGS, `has at most ${MAX_TAGS} tags`)
  .refine((tags) => new Set(tags.map(({ key }) => key)).size === tags.length, 'has a key twice');
const tags = z
  .unknown()
  .transform((value, context): unknown => {
    const pairs = toPairs(value);
    if (pairs === undefined) {
      context.addIssue({ code: 'custom', message: 'must be an object of texts' });
    }
    return pairs ?? z.NEVER;
  })
  .pipe(tagPairs)
  .openapi({
    type: 'object',
    description: `At most ${MAX_TAGS} keys, each with a text; null is stored as empty`,
    example: { CONSIGNEE: 'ADDRESS' },
  });

const common = {
  vault,
  description: text(MAX_DESCRIPTION).optional(),
  tags: tags.optional(),
  callback: text(MAX_URL)
    .optional()
    .openapi({ description: 'POSTed to when the status is COMPLETED or FAILED' }),
};
/** Fields of a form, or of a query beside raw content. */
export const fileFieldsSchema = z.strictObject({
  ...common,
  name: fileName.optional(),
  type: z.literal('FILE').optional(),
});
/** What a file is called, once it is known where its name comes from. */
export const namedSchema = z.object({ name: fileName });
export type FileFields = z.infer<typeof fileFieldsSchema>;
export const urlFileSchema = z
  .strictObject({ ...common, type: z.literal('URL'), name: fileName, url: webAddress })
  .openapi('SdsUrlFile');
/** For the description alone: forms are read as they come. */
export const formSchema = z
  .object({
    vault,
    name: fileName.optional(),
    description: z.string().optional(),
    tags: z.string().optional().openapi({ description: 'JSON: an object of texts' }),
    type: z.literal('FILE').optional(),
    callback: z.string().optional(),
    file: z.string().openapi({ format: 'binary', description: 'The last part of the form' }),
  })
  .openapi('SdsFileForm');
export const rawQuery = z.object({
  vault: vault.optional(),
  name: fileName.optional(),
  description: z.string().optional(),
  callback: z.string().optional(),
});

export const acceptedFileSchema = z
  .object({ id: fileId, status: z.enum(FILE_STATUSES) })
  .openapi('SdsAcceptedFile');
export const fileParams = z.object({ id: fileId });
export const fileSchema = z
  .object({
    id: fileId,
    vault,
    type: z.enum(FILE_TYPES),
    status: z.enum(FILE_STATUSES),
    error: z.string().optional().openapi({ description: 'Why it FAILED' }),
    name: z.string(),
    description: z.string().optional(),
    tags: z.record(z.string(), z.string()),
    size: z.number().int().optional().openapi({ description: 'Of a COMPLETED FILE, in bytes' }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('SdsFile');
export const fileListSchema = z
  .object({ items: z.array(fileSchema), next: fileId.optional() })
  .openapi('SdsFileList');

const manyTexts = z.union([z.string(), z.array(z.string())]);
/** Beside what is named here, any number of `tag.KEY=VALUE`. */
export const fileQuery = z
  .object({
    vault,
    name: text(MAX_FILE_NAME).optional(),
    tagKey: manyTexts
      .transform((value) => [value].flat())
      .pipe(z.array(tagKey).max(MAX_QUERY_TAGS))
      .optional()
      .openapi({ type: 'string', description: 'A key that the file must have; may be repeated' }),
    after: fileId.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional(),
  })
  .catchall(manyTexts)
  .transform(({ vault, name, tagKey: tagKeys = [], after, limit, ...rest }, context) => {
    const pairs = queryTags(rest);
    const parsed = pairs && z.array(z.object({ key: tagKey, value: tagValue })).safeParse(pairs);
    if (!parsed?.success || parsed.data.length > MAX_QUERY_TAGS) {
      context.addIssue({ code: 'custom', message: 'has a field or a tag that is not valid' });
      return z.NEVER;
    }
    return { vault, filter: { name, tags: parsed.data, tagKeys }, after, limit };
  });

export const downloadQuery = z.strictObject({
  expiresIn: z.coerce
    .number()
    .int()
    .min(LINK_SECONDS.min)
    .max(LINK_SECONDS.max)
    .optional()
    .openapi({ description: 'How long the link works, in seconds' }),
});
export const downloadSchema = z
  .union([
    z.object({
      type: z.literal('FILE'),
      link: z.string().openapi({ description: 'To be fetched without headers of SDS' }),
      expiresAt: time,
      encrypted: z.boolean(),
      secret: z.string().optional().openapi({
        description:
          'With encrypted: base64 of the AES-128-CBC key, under the app’s key (RSA PKCS #1)',
      }),
    }),
    z.object({ type: z.literal('URL'), link: z.string() }),
  ])
  .openapi('SdsDownload');
export const contentQuery = z.object({ token: z.string() });

/**
 * The fields of raw content's query, in the form that a body would have.
 * @param query every value of every name
 * @returns undefined when a name is there twice
 */
export function fieldsOfQuery(query: Record<string, string[]>): object | undefined {
  const fields: [string, unknown][] = [];
  const pairs: Tag[] = [];
  for (const [name, [value = '', ...more]] of Object.entries(query)) {
    if (more.length > 0) return undefined;
    if (name.startsWith(TAG_PREFIX)) pairs.push({ key: name.slice(TAG_PREFIX.length), value });
    else fields.push([name, value]);
  }
  return Object.fromEntries(pairs.length > 0 ? [...fields, ['tags', pairs]] : fields);
}

/** @returns undefined when something is no tag */
function queryTags(rest: Record<string, string | string[]>): Tag[] | undefined {
  const entries = Object.entries(rest);
  if (!entries.every(([name]) => name.startsWith(TAG_PREFIX))) return undefined;
  return entries.flatMap(([name, values]) =>
    [values].flat().map((value) => ({ key: name.slice(TAG_PREFIX.length), value })),
  );
}

/**
 * An object of texts, the same as JSON text, or a list of `{key, value}`; null is an empty text.
 * A list of pairs, since a key may be any text, `__proto__` too.
 */
function toPairs(value: unknown): unknown[] | undefined {
  const given = typeof value === 'string' ? parseJson(value) : value;
  if (typeof given !== 'object' || given === null) return undefined;
  const pairs: unknown[] = Array.isArray(given)
    ? (given as unknown[])
    : Object.entries(given).map(([key, text]) => ({ key, value: text as unknown }));
  return pairs.map((pair) =>
    typeof pair === 'object' && pair !== null && 'value' in pair && pair.value === null
      ? { ...pair, value: '' }
      : pair,
  );
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
