/**
 * The contract between window and main process, written once: input and output of each call, payload of each event.
 * Inputs are strict and bounded, since the window is not trusted; outputs drop what they do not name, so that a
 * secret cannot slip out with an object. Main and tests import this; the window and the preload take only types.
 */
import { z } from 'zod';
import { KEY_TYPES } from '../domain/key-set.ts';
import { DATA_TYPES, DATE_FORMATS } from '../domain/manifest.ts';
import { EXPORT_FORMATS } from '../domain/receipt-chain.ts';
import { connectionInvokes, connectionTested } from './connection-schemas.ts';
import * as domain from './domain-schemas.ts';
import { fileRef } from './domain-schemas.ts';
import type { EventName, InvokeName } from './names.ts';
import { LINK_IDS, PLACES } from './names.ts';
import { scheduleInvokes } from './schedule-schemas.ts';
import { sdsInvokes, transfer } from './sds-schemas.ts';

const nothing = z.strictObject({});
const text = (max: number) => z.string().max(max);
const id = z.uuid();
const handle = z.uuid();
const fingerprint = z.string().regex(/^[0-9A-F]{40}$/);
const passphrase = text(1024);
const manifestText = text(1024 * 1024);
const email = text(320);
const filePurpose = z.enum([
  'data',
  'openpgp-key',
  'ssh-key',
  'mapping-template',
  'sds-key',
  'sds-file',
]);
const header = z.array(text(10_000)).max(10_000);

/** The name under which something was saved, or null when the user closed the dialog. */
const saved = z.object({ savedAs: z.string().nullable() });

const mappingInput = z.strictObject({
  type: z.enum(['event', 'profile']),
  columns: z
    .array(
      z.strictObject({
        header: text(10_000),
        target: text(1_000),
        dataType: z.enum(DATA_TYPES),
        dateFormat: z.enum(DATE_FORMATS).optional(),
        reason: text(1_000).optional(),
      }),
    )
    .max(10_000),
});

/** A mapping that was saved under a name. */
const template = z.object({
  id,
  name: z.string(),
  type: z.enum(['event', 'profile']),
  /** How many it knows. */
  columns: z.number().int().nonnegative(),
});

const sshKey = z.object({ sha256: z.string(), publicLine: z.string(), comment: z.string() });

const practiceState = z.object({
  state: z.enum(['stopped', 'starting', 'running', 'failed']),
  /** Set once Practice ran: the connection and the key set that it made. */
  connectionId: z.string().optional(),
  fingerprint: z.string().optional(),
  keyId: z.string().optional(),
  account: z.string().optional(),
  httpUrl: z.string().optional(),
  sftpAddress: z.string().optional(),
  error: domain.errorView.optional(),
});

/** What would arrive, shown before it is sent. */
const sendPlan = z.object({
  dataName: z.string(),
  manifestName: z.string(),
  /** The manifest that would be sent, as edited so far. */
  manifestText: z.string(),
  problems: z.array(domain.textProblem),
  /** Sealed files to be expected; more than one where the file must be split. An estimate. */
  expectedParts: z.number().int().min(1),
  /** Name of the first of them, were there as many as expected. */
  firstPartName: z.string(),
  /** The same journey by other hands, to copy. */
  commands: z.array(z.object({ tool: z.enum(['gpg', 'sftp', 'sealift']), line: z.string() })),
});

export const invokes = {
  'app.info': {
    input: nothing,
    output: z.object({ version: z.string(), electron: z.string(), platform: z.string() }),
  },
  'app.openLink': { input: z.strictObject({ id: z.enum(LINK_IDS) }), output: nothing },
  'app.copyText': { input: z.strictObject({ text: text(1024 * 1024) }), output: nothing },
  'settings.get': { input: nothing, output: domain.settings },
  'settings.set': {
    input: z.strictObject({
      appearance: z.enum(['system', 'light', 'dark']).optional(),
      clientEmail: email.optional(),
      maxSealedBytes: domain.sealedLimit.optional(),
      resumeDeliveries: z.boolean().optional(),
      deliveriesAtOnce: domain.deliveriesAtOnce.optional(),
      uploadBytesPerSecond: domain.uploadRate.optional(),
      lockAfterIdleMinutes: z.number().int().min(0).max(1_440).optional(),
      clipboardSeconds: z.number().int().min(0).max(3_600).optional(),
    }),
    output: domain.settings,
  },
  'secrets.state': { input: nothing, output: domain.secretsState },
  'secrets.setMasterPassword': {
    input: z.strictObject({ password: passphrase.min(8) }),
    output: domain.secretsState,
  },
  'secrets.unlock': {
    /** Without a password: asks the keychain again, after a lock or when the system had locked it. */
    input: z.strictObject({ password: passphrase.optional() }),
    output: domain.secretsState,
  },
  'secrets.lock': { input: nothing, output: domain.secretsState },
  'files.choose': {
    input: z.strictObject({ purpose: filePurpose }),
    output: z.array(fileRef),
  },
  'files.sample': { input: nothing, output: fileRef },
  'files.inspect': { input: z.strictObject({ handle }), output: domain.fileFacts },
  'files.convert': {
    /** Notes what the user chose for this file; check and delivery keep to it. */
    input: z.strictObject({ handle, convert: z.boolean() }),
    output: domain.fileFacts,
  },
  'mapping.suggest': {
    input: z.strictObject({
      handle,
      type: z.enum(['event', 'profile']),
      /** Which mapping that was used before with the same headers may answer in place of a guess for `type`. */
      remembered: z.enum(['any-type', 'this-type', 'none']),
    }),
    output: domain.mapping,
  },
  'templates.list': { input: nothing, output: z.array(template) },
  'templates.save': {
    input: z.strictObject({
      name: domain.templateName,
      mapping: mappingInput.refine(
        ({ columns }) =>
          columns.length > 0 &&
          columns.every(({ dataType, dateFormat }) => dataType !== 'DATE' || dateFormat),
        'A template has columns, and each DATE a format.',
      ),
      /** True when the user agreed to replace the template of this name. */
      replace: z.boolean(),
    }),
    output: template,
  },
  'templates.rename': {
    input: z.strictObject({ id, name: domain.templateName }),
    output: template,
  },
  'templates.remove': { input: z.strictObject({ id }), output: nothing },
  'templates.apply': {
    input: z.strictObject({ id, handle }),
    output: z.object({
      mapping: domain.mapping,
      /** Headers that the template knows and the file does not have. */
      missing: z.array(z.string()),
    }),
  },
  'templates.export': { input: z.strictObject({ id }), output: saved },
  'templates.import': { input: z.strictObject({ handle }), output: template },
  'manifest.build': {
    input: z.strictObject({
      handle,
      mapping: mappingInput,
      clientEmail: email,
      keyId: text(64).optional(),
    }),
    output: z.object({ text: z.string(), problems: z.array(domain.textProblem) }),
  },
  'manifest.check': {
    input: z.strictObject({ text: manifestText, header: header.optional() }),
    output: z.array(domain.textProblem),
  },
  'manifest.exportYaml': {
    input: z.strictObject({ text: manifestText, suggestedName: text(255) }),
    output: saved,
  },
  'keys.list': { input: nothing, output: z.array(domain.keySet) },
  /** An error for each key record that cannot be read. */
  'keys.damaged': { input: nothing, output: z.array(domain.errorView) },
  'keys.hint': { input: z.strictObject({ passphrase }), output: domain.passphraseHint },
  'keys.make': {
    input: z.strictObject({
      name: text(200).min(1),
      email,
      comment: text(200).optional(),
      type: z.enum(KEY_TYPES),
      /** Days from now, or null for a key that never expires. */
      expiresInDays: z.number().int().min(1).max(36_500).nullable(),
      passphrase,
    }),
    output: domain.keySet,
  },
  'keys.importFile': {
    input: z.strictObject({ handle, passphrase: passphrase.optional() }),
    output: z.array(domain.keySet),
  },
  'keys.importText': {
    input: z.strictObject({ text: text(1024 * 1024), passphrase: passphrase.optional() }),
    output: z.array(domain.keySet),
  },
  'keys.exportPublic': { input: z.strictObject({ fingerprint }), output: saved },
  'keys.exportPrivate': {
    /** `confirmed` says that the user read what leaving the keychain means. */
    input: z.strictObject({ fingerprint, confirmed: z.literal(true) }),
    output: saved,
  },
  'keys.exportRevocation': { input: z.strictObject({ fingerprint }), output: saved },
  'keys.remove': { input: z.strictObject({ fingerprint }), output: nothing },
  'keys.setKeyId': {
    input: z.strictObject({ fingerprint, keyId: text(64) }),
    output: domain.keySet,
  },
  'keys.register': {
    /** Shares the pair and its passphrase with the Sealift server of this connection. */
    input: z.strictObject({
      fingerprint,
      connectionId: id,
      /** The whole private key, not the encryption subkey alone. */
      withPrimary: z.boolean(),
      passphrase: passphrase.optional(),
      confirmed: z.literal(true),
    }),
    output: domain.keySet,
  },
  'keys.handOver': {
    /** Writes the folder for a platform without console; the passphrase is not in it. */
    input: z.strictObject({
      fingerprint,
      withPrimary: z.boolean(),
      passphrase: passphrase.optional(),
      confirmed: z.literal(true),
    }),
    output: saved,
  },
  'keys.receive': {
    /** Has the Sealift server of this connection make the pair. */
    input: z.strictObject({ connectionId: id, name: text(200).min(1), email }),
    output: domain.keySet,
  },
  ...connectionInvokes,
  'sshKeys.list': { input: nothing, output: z.array(sshKey) },
  'sshKeys.make': { input: z.strictObject({ comment: text(200) }), output: sshKey },
  'practice.state': { input: nothing, output: practiceState },
  'practice.start': { input: nothing, output: practiceState },
  'practice.stop': { input: nothing, output: practiceState },
  'practice.imports': { input: nothing, output: z.array(domain.importRecord) },
  'practice.saveFailedRows': {
    /** `name`: of the data file that was imported. */
    input: z.strictObject({ importId: text(64), name: text(1_000) }),
    /** `file`: what was saved, as a data file to be sent again. */
    output: saved.extend({ file: fileRef.optional() }),
  },
  'practice.mails': { input: nothing, output: z.array(domain.mail) },
  'practice.mail': { input: z.strictObject({ id: text(64) }), output: domain.mail },
  'server.keys': {
    /** What is registered with the account on the Sealift server of this connection. */
    input: z.strictObject({ connectionId: id }),
    output: z.object({
      sshKeys: z.array(domain.registeredSshKey),
      keySets: z.array(domain.registeredKeySet),
    }),
  },
  'server.registerSshKey': {
    /** Registers the public half of the key with which this connection logs in. */
    input: z.strictObject({ connectionId: id }),
    output: z.object({ sha256: z.string() }),
  },
  'server.removeSshKey': {
    input: z.strictObject({ connectionId: id, id, confirmed: z.literal(true) }),
    output: nothing,
  },
  'server.removeKeySet': {
    input: z.strictObject({ connectionId: id, keyId: id, confirmed: z.literal(true) }),
    output: nothing,
  },
  'server.activity': {
    input: z.strictObject({ connectionId: id }),
    output: z.array(domain.activityEntry),
  },
  'sources.list': {
    input: z.strictObject({ connectionId: id }),
    output: z.array(domain.source),
  },
  'sources.add': {
    input: z.strictObject({
      connectionId: id,
      url: text(2_000).min(1),
      hostKeySha256: text(100).min(1),
      pattern: text(200).min(1).optional(),
      cron: text(100).min(1).optional(),
      timeZone: text(100).min(1).optional(),
    }),
    /** The line that the customer's server has to authorise. */
    output: z.object({ id, publicKey: z.string() }),
  },
  'sources.remove': {
    input: z.strictObject({ connectionId: id, id, confirmed: z.literal(true) }),
    output: nothing,
  },
  'sources.run': { input: z.strictObject({ connectionId: id, id }), output: nothing },
  'send.plan': {
    input: z.strictObject({
      handle,
      manifestText,
      fingerprint,
      connectionId: id,
    }),
    output: sendPlan,
  },
  'send.saveFailedRows': {
    /** Asks where, then writes the rows that the platform would reject: a job, or null when the dialog was closed. */
    input: z.strictObject({ handle, manifestText }),
    output: z.object({ job: domain.job.nullable() }),
  },
  'jobs.start': {
    input: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('check'), handle, manifestText }),
      z.strictObject({
        kind: z.literal('send'),
        handle,
        manifestText,
        fingerprint,
        connectionId: id,
        /** True when the user accepted that the platform refuses the rows with errors. */
        acceptRejected: z.boolean(),
        /** True when the user agreed to replace a file of the same name. */
        overwrite: z.boolean(),
      }),
    ]),
    output: domain.job,
  },
  'jobs.list': { input: nothing, output: z.array(domain.job) },
  'jobs.cancel': { input: z.strictObject({ id }), output: domain.job },
  'jobs.pause': { input: z.strictObject({ id }), output: domain.job },
  'jobs.move': {
    input: z.strictObject({ id, way: z.enum(['sooner', 'later']) }),
    output: domain.job,
  },
  'jobs.retry': { input: z.strictObject({ id }), output: domain.job },
  'jobs.discard': { input: z.strictObject({ id }), output: nothing },
  'receipts.list': { input: nothing, output: z.array(domain.receipt) },
  'receipts.save': { input: z.strictObject({ id }), output: saved },
  'receipts.verify': {
    input: nothing,
    output: z.object({
      report: domain.chainReport,
      /** Absent until the first export made it. */
      signingKey: domain.signingKey.optional(),
    }),
  },
  /** Asks where, then writes the receipts, their signature and the public key beside each other. */
  'receipts.export': { input: z.strictObject({ format: z.enum(EXPORT_FORMATS) }), output: saved },
  ...scheduleInvokes,
  ...sdsInvokes,
} as const satisfies Record<InvokeName, { input: z.ZodType; output: z.ZodType }>;

/** Input of the preload's own call. */
export const adoptInput = z
  .array(
    z.strictObject({
      /** Empty where what was dropped is no file of this machine. */
      path: text(32_768),
      purpose: filePurpose,
    }),
  )
  .min(1)
  .max(1_000);

export const events = {
  'jobs.changed': domain.job,
  'connections.tested': connectionTested,
  'practice.changed': practiceState,
  'menu.navigate': z.object({ place: z.enum(PLACES) }),
  'sds.transfers.changed': transfer,
  'secrets.locked': domain.secretsState,
  /** Something of them is different: the list says what. */
  'schedules.changed': nothing,
} as const satisfies Record<EventName, z.ZodType>;
