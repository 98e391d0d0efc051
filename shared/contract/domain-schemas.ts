/**
 * Schemas of the domain's types, for checking what crosses between processes.
 * Each is tied to its type by `satisfies`, so that the two cannot drift apart.
 */
import { z } from 'zod';
import {
  HABIT_SECONDS,
  type Connection,
  type ConnectionHabits,
  type HostKey,
  type JumpHost,
  type LeftBehind,
  type PresentedKey,
  type ProbeStep,
  type SshConfigOffer,
} from '../domain/connection.ts';
import type { FileFacts, Mapping, MappingColumn } from '../domain/data-file.ts';
import { MAX_TEMPLATE_NAME } from '../domain/data-file.ts';
import type { ActivityEntry, ImportRecord, Mail } from '../domain/import.ts';
import { ACTIVITY_KINDS } from '../domain/import.ts';
import type { Job, PartOf, Receipt } from '../domain/job.ts';
import { JOB_STATES, SEND_STEPS } from '../domain/job.ts';
import type { KeySet, PassphraseHint } from '../domain/key-set.ts';
import { DATA_TYPES, DATE_FORMATS, LIMITS, SEALED_LIMIT_RANGE } from '../domain/manifest.ts';
import type { CheckReport, TextProblem } from '../domain/problem.ts';
import { FILE_CODES, ROW_CODES } from '../domain/problem.ts';
import { CHAIN_PROBLEMS } from '../domain/receipt-chain.ts';
import type { ChainReport, SigningKey } from '../domain/receipt-chain.ts';
import { DELIVERY_LIMITS } from '../domain/settings.ts';
import type { SecretsState, Settings } from '../domain/settings.ts';
import type { RegisteredKeySet, RegisteredSshKey, Source } from '../domain/source.ts';
import type { ErrorCode, ErrorView } from '../errors/index.ts';
import { errorCatalog } from '../errors/index.ts';

const severity = z.enum(['error', 'warning']);
const importType = z.enum(['event', 'profile']);
const count = z.number().int().nonnegative();

export const errorView = z.object({
  code: z.enum(Object.keys(errorCatalog) as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  retry: z.enum(['never', 'user', 'auto']),
  incident: z.string().optional(),
}) satisfies z.ZodType<ErrorView>;

export const textProblem = z.object({
  code: z.string(),
  severity,
  line: count,
  column: count,
  message: z.string(),
}) satisfies z.ZodType<TextProblem>;

export const fileFacts = z.object({
  name: z.string(),
  sizeBytes: count,
  format: z.enum(['csv', 'json', 'ndjson']),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  delimiter: z.enum([',', ';', '\t', '|']),
  failureColumn: z.enum(['found', 'left-out']).optional(),
  returnedRecords: z.enum(['found', 'taken-out']).optional(),
  header: z.array(z.string()),
  sample: z.array(z.array(z.string())),
  rows: count,
  rowsExact: z.boolean(),
  notices: z.array(
    z.object({
      code: z.enum([
        'BOM_REMOVED',
        'ENCODING_CONVERTIBLE',
        'DELIMITER_CONVERTIBLE',
        'FAILURE_COLUMN',
        'DUPLICATE_HEADER',
        'BLANK_HEADER',
        'EMPTY',
        'INVALID_UTF8',
        'RAGGED_ROW',
        'NUL_BYTE',
        'BAD_RECORD',
        'NESTED_VALUE',
        'TYPED_RECORDS',
        'MIXED_RECORDS',
      ]),
      message: z.string(),
    }),
  ),
}) satisfies z.ZodType<FileFacts>;

export const mappingColumn = z.object({
  header: z.string(),
  target: z.string(),
  dataType: z.enum(DATA_TYPES),
  dateFormat: z.enum(DATE_FORMATS).optional(),
  reason: z.string().optional(),
}) satisfies z.ZodType<MappingColumn>;

export const mapping = z.object({
  type: importType,
  columns: z.array(mappingColumn),
}) satisfies z.ZodType<Mapping>;

/** Without what could hide, reorder or break a line of text. */
export const templateName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_TEMPLATE_NAME)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]+$/u, 'A name is one line of plain text.');

const checkReport = z.object({
  rows: count,
  accepted: count,
  rejected: count,
  bytes: count,
  problems: z.array(
    z.object({
      code: z.enum([
        ...ROW_CODES,
        ...FILE_CODES,
        'RAGGED_ROW',
        'ENCODING',
        'QUOTING',
        'NAME_CHARACTERS',
      ]),
      severity,
      column: z.string().optional(),
      message: z.string(),
      count,
      samples: z.array(z.object({ row: count, line: count, value: z.string() })),
    }),
  ),
}) satisfies z.ZodType<CheckReport>;

export const keySet = z.object({
  fingerprint: z.string(),
  encryptionFingerprint: z.string().optional(),
  userId: z.string(),
  algorithm: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  hasPrivateKey: z.boolean(),
  hasPassphrase: z.boolean(),
  use: z.enum(['ready', 'expires-soon', 'expired', 'revoked', 'cannot-encrypt']),
  registrations: z.array(
    z.object({ keyId: z.string(), platform: z.string(), registeredAt: z.string() }),
  ),
}) satisfies z.ZodType<KeySet>;

export const passphraseHint = z.object({
  score: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  hint: z.string(),
}) satisfies z.ZodType<PassphraseHint>;

/** A file that the user chose or dropped; main alone knows its path. */
export const fileRef = z.object({
  handle: z.uuid(),
  name: z.string(),
  sizeBytes: z.number().int().nonnegative(),
});

export const hostKey = z.object({
  type: z.string(),
  sha256: z.string(),
}) satisfies z.ZodType<HostKey>;

const jumpHost = z.object({
  host: z.string(),
  port: count,
  username: z.string(),
  hostKey: hostKey.optional(),
}) satisfies z.ZodType<JumpHost>;

export const connectionHabits = z.object({
  verify: z.enum(['size', 'sha256']),
  finalNames: z.enum(['rename', 'direct']),
  timeoutSeconds: z.number().int().min(HABIT_SECONDS.least).max(HABIT_SECONDS.most),
  keepAliveSeconds: z.number().int().min(HABIT_SECONDS.least).max(HABIT_SECONDS.most),
}) satisfies z.ZodType<ConnectionHabits>;

export const presentedKey = hostKey.extend({
  host: z.string(),
  port: count,
  knownHosts: z.enum(['same', 'other', 'revoked', 'unknown']),
}) satisfies z.ZodType<PresentedKey>;

export const sshConfigOffer = z.object({
  alias: z.string(),
  host: z.string(),
  port: count,
  username: z.string(),
  jumps: z.array(jumpHost),
  notes: z.array(z.string()),
}) satisfies z.ZodType<SshConfigOffer>;

export const connection = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  port: count,
  username: z.string(),
  directory: z.string(),
  identity: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), name: z.string() }),
    z.object({ kind: z.literal('stored'), sha256: z.string() }),
    z.object({ kind: z.literal('agent'), sha256: z.string().optional() }),
    z.object({ kind: z.literal('password') }),
  ]),
  hasPassphrase: z.boolean(),
  allowsPassword: z.boolean(),
  jumps: z.array(jumpHost),
  habits: connectionHabits,
  hostKey: hostKey.optional(),
  console: z.object({ url: z.string(), account: z.string() }).optional(),
  practice: z.boolean(),
}) satisfies z.ZodType<Connection>;

export const leftBehind = z.object({
  name: z.string(),
  sizeBytes: count,
  modifiedAt: z.string(),
}) satisfies z.ZodType<LeftBehind>;

export const probeStep = z.object({
  step: z.enum(['resolve', 'connect', 'jump', 'host-key', 'login', 'folder', 'write', 'space']),
  state: z.enum(['ok', 'failed', 'skipped']),
  detail: z.string(),
}) satisfies z.ZodType<ProbeStep>;

const deliveredFile = z.object({ name: z.string(), sizeBytes: count, sha256: z.string() });

const deliveredPart = z.object({
  rows: count,
  plainBytes: count,
  plainSha256: z.string(),
  data: deliveredFile,
  manifest: deliveredFile,
});

const currentReceipt = z.object({
  id: z.string(),
  sourceName: z.string(),
  plainBytes: count,
  plainSha256: z.string(),
  rows: count,
  parts: z.array(deliveredPart).min(1).readonly(),
  keyId: z.string(),
  recipientFingerprint: z.string(),
  host: z.string(),
  port: count,
  username: z.string(),
  directory: z.string(),
  hostKeySha256: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
}) satisfies z.ZodType<Receipt>;

/** Receipts were first written without parts: what they tell of the one file is the one part. */
export const receipt = z.preprocess((stored) => {
  const first = z
    .looseObject({ ...deliveredPart.shape, parts: z.never().optional() })
    .safeParse(stored);
  if (!first.success) return stored;
  const { data, manifest, ...others } = first.data;
  const { rows, plainBytes, plainSha256 } = others;
  return { ...others, parts: [{ rows, plainBytes, plainSha256, data, manifest }] };
}, currentReceipt) satisfies z.ZodType<Receipt>;

export const chainReport = z.object({
  state: z.enum(['none', 'whole', 'broken']),
  receipts: count,
  chained: count,
  before: count,
  found: count,
  pending: count,
  startedAt: z.string().optional(),
  holdsFrom: z.object({ number: count, at: z.string() }).optional(),
  problems: z.array(
    z.object({
      kind: z.enum(CHAIN_PROBLEMS),
      from: count,
      to: count,
      name: z.string().optional(),
      finishedAt: z.string().optional(),
    }),
  ),
}) satisfies z.ZodType<ChainReport>;

export const signingKey = z.object({
  sha256: z.string(),
  publicPem: z.string(),
}) satisfies z.ZodType<SigningKey>;

export const partOf = z.object({
  number: count.min(1),
  count: count.min(1),
}) satisfies z.ZodType<PartOf>;

export const job = z.object({
  id: z.string(),
  kind: z.enum(['check', 'failed-rows', 'send']),
  title: z.string(),
  destination: z.string(),
  seq: count,
  state: z.enum(JOB_STATES),
  step: z.enum(SEND_STEPS).optional(),
  part: partOf.optional(),
  done: count,
  total: count.optional(),
  rate: z.number().nonnegative().optional(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  result: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('check'), report: checkReport }),
      z.object({ kind: z.literal('failed-rows'), rows: count, savedAs: z.string() }),
      z.object({ kind: z.literal('send'), receipt }),
    ])
    .optional(),
  error: errorView.optional(),
  retryAt: z.string().optional(),
  place: partOf.optional(),
}) satisfies z.ZodType<Job>;

export const importRecord = z.object({
  id: z.string(),
  manifest: z.string(),
  fileName: z.string(),
  type: importType.nullable(),
  status: z.enum(['picked-up', 'processing', 'imported', 'partly-imported', 'failed']),
  rows: count,
  accepted: count,
  rejected: count,
  problems: z.array(
    z.object({
      code: z.enum([...ROW_CODES, ...FILE_CODES]),
      severity,
      column: z.string().optional(),
      row: count.optional(),
      line: count.optional(),
      value: z.string().optional(),
      count,
      message: z.string(),
    }),
  ),
  receivedAt: z.string(),
  finishedAt: z.string().nullable(),
}) satisfies z.ZodType<ImportRecord>;

export const activityEntry = z.object({
  id: z.number(),
  at: z.string(),
  kind: z.enum(ACTIVITY_KINDS),
  problem: z.boolean(),
  importId: z.string().nullable(),
  message: z.string(),
}) satisfies z.ZodType<ActivityEntry>;

export const source = z.object({
  id: z.uuid(),
  url: z.string(),
  hostKeySha256: z.string(),
  pattern: z.string().nullable(),
  cron: z.string().nullable(),
  timeZone: z.string().nullable(),
  publicKey: z.string(),
  running: z.boolean(),
  lastRun: z.object({ at: z.string(), fetched: count, problem: z.string().nullable() }).nullable(),
}) satisfies z.ZodType<Source>;

export const registeredSshKey = z.object({
  id: z.uuid(),
  name: z.string(),
  type: z.string(),
  sha256: z.string(),
  createdAt: z.string(),
}) satisfies z.ZodType<RegisteredSshKey>;

export const registeredKeySet = z.object({
  keyId: z.uuid(),
  fingerprint: z.string().regex(/^[0-9A-Fa-f]{40,64}$/),
  userId: z.string(),
  createdAt: z.string(),
}) satisfies z.ZodType<RegisteredKeySet>;

export const mail = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  receivedAt: z.string(),
  text: z.string().optional(),
}) satisfies z.ZodType<Mail>;

export const sealedLimit = count.min(SEALED_LIMIT_RANGE.least).max(SEALED_LIMIT_RANGE.most);

export const deliveriesAtOnce = count.min(1).max(DELIVERY_LIMITS.mostAtOnce);
export const uploadRate = z.union([
  z.literal(0),
  count.min(DELIVERY_LIMITS.slowest).max(DELIVERY_LIMITS.fastest),
]);

export const settings = z.object({
  appearance: z.enum(['system', 'light', 'dark']),
  clientEmail: z.string(),
  maxSealedBytes: sealedLimit.default(LIMITS.sealedBytes),
  // Settings of before these were kept have none of them.
  resumeDeliveries: z.boolean().default(true),
  deliveriesAtOnce: deliveriesAtOnce.default(1),
  uploadBytesPerSecond: uploadRate.default(0),
  lockAfterIdleMinutes: count.max(1_440).default(15),
  clipboardSeconds: count.max(3_600).default(30),
}) satisfies z.ZodType<Settings>;

export const secretsState = z.object({
  protection: z.enum(['keychain', 'master-password', 'locked', 'none']),
  keychain: z.string(),
  unlockBy: z.enum(['password', 'keychain']).optional(),
}) satisfies z.ZodType<SecretsState>;
