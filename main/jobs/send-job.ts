/**
 * The one pipeline that takes a file to the platform: check → seal into a spool file → send → confirm.
 * CLI and app run it alike. The plain file is read where it lies and copied nowhere.
 */
import type { Receipt } from '../../shared/domain/job.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import { FILE_CODES } from '../../shared/domain/problem.ts';
import type { ProblemGroup } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { requireManifest } from '../manifest/check.ts';
import { checkData } from '../preflight/check.ts';
import { fixedHeader, inspectFile } from '../tabular/index.ts';
import { PartJournal } from './part-journal.ts';
import type { JournalPlace } from './part-journal.ts';
import { discardSpool, sealToSpool, sendParts } from './send-parts.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';
import { requireUnchanged, stampOf } from './source-stamp.ts';

export type { CheckedSource, SendContext } from './send-context.ts';
export type { SendPlan, SendSecrets } from './send-plan.ts';

type SendableManifest = Manifest & { readonly keyId: string };

/**
 * Sends one file, in parts where its sealed form would be too large. `checked` spares a second check to a
 * caller who has just done it, with this plan's manifest or one that differed in `fileName` only.
 *
 * @throws AppError of the rooms tabular, manifest, preflight, seal and delivery; SOURCE_EMPTY,
 *   ROWS_REJECTED, DATA_HAS_ERRORS, FILE_CHANGED, CANCELLED and their like. The spool files are gone
 *   afterwards, whatever happened; the journal of the parts stays until `forgetDelivery`.
 */
export async function runSend(
  plan: SendPlan,
  secrets: SendSecrets,
  context: SendContext,
  checked?: CheckedSource,
): Promise<Receipt> {
  const startedAt = new Date().toISOString();
  const journal = await PartJournal.open(plan);
  // All had arrived when an earlier attempt was stopped: nothing is left to send.
  if (!journal.delivered) {
    await context.onStep('check');
    const source = checked ?? (await checkSource(plan, context));
    requireSendable(plan);
    refuseUnsendable(plan, source);
    try {
      await context.onStep('seal');
      const sealed = await sealToSpool(plan, source, { journal, context });
      await sendParts(plan, sealed, { secrets, journal, context });
    } finally {
      await discardSpool(plan);
    }
  }
  return receiptOf(plan, journal, startedAt);
}

function receiptOf(plan: SendPlan, journal: PartJournal, startedAt: string): Receipt {
  const { delivered } = journal;
  if (!delivered) throw new Error('a part was left out');
  const { cut, parts, hostKeySha256 } = delivered;
  return {
    id: plan.jobId,
    sourceName: plan.sourceName,
    plainBytes: cut.plainBytes,
    plainSha256: cut.plainSha256,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    parts,
    keyId: requireSendable(plan).keyId,
    recipientFingerprint: plan.recipient.fingerprint,
    ...plan.target,
    hostKeySha256,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
}

/**
 * Reads manifest and every row. Rows with errors are no failure here: see `refuseUnsendable`.
 * @throws AppError SOURCE_EMPTY, MANIFEST_INVALID, MANIFEST_NAMES_OTHER_FILE,
 *   KEY_ID_MISSING, FILE_CHANGED, CANCELLED, and those of tabular
 */
export async function checkSource(
  plan: Pick<SendPlan, 'sourcePath' | 'sourceName' | 'manifestText' | 'dataName' | 'convert'>,
  context: Pick<SendContext, 'signal' | 'onProgress'>,
): Promise<CheckedSource> {
  const { sourcePath, sourceName } = plan;
  const facts = await inspectFile(sourcePath, sourceName, { convert: plan.convert });
  const stamp = await stampOf(sourcePath, sourceName);
  if (facts.sizeBytes === 0) throw new AppError('SOURCE_EMPTY', { file: sourceName });
  const manifest = requireSendable(plan, fixedHeader(facts));
  const report = await checkData({
    path: sourcePath,
    facts,
    manifest,
    convert: plan.convert,
    ...(context.signal && { signal: context.signal }),
    onProgress: (done) => {
      context.onProgress({ step: 'check', done, total: facts.sizeBytes });
    },
  });
  await requireUnchanged(sourcePath, sourceName, stamp);
  return { report, facts, stamp };
}

/**
 * Refuses what the platform would not take, and what the user has not agreed to.
 * @throws AppError DATA_HAS_ERRORS, NO_ROWS_ACCEPTED, ROWS_REJECTED
 */
export function refuseUnsendable(
  plan: Pick<SendPlan, 'sourceName' | 'acceptRejected'>,
  { report }: Pick<CheckedSource, 'report'>,
): void {
  const file = plan.sourceName;
  const whole = report.problems.find(concernsWholeFile);
  if (whole) throw new AppError('DATA_HAS_ERRORS', { file, problem: whole.message });
  const { rows, accepted, rejected } = report;
  if (accepted === 0) throw new AppError('NO_ROWS_ACCEPTED', { file });
  if (rejected > 0 && !plan.acceptRejected) {
    throw new AppError('ROWS_REJECTED', { file, rejected, rows });
  }
}

const fileCodes: ReadonlySet<string> = new Set(FILE_CODES);

function concernsWholeFile(problem: ProblemGroup): boolean {
  return problem.severity === 'error' && fileCodes.has(problem.code);
}

/** Removes what an unfinished delivery left on this machine, when it is given up. */
export async function discardDelivery(plan: SendPlan): Promise<void> {
  await discardSpool(plan);
  await PartJournal.discard(plan);
}

/** Its receipt is kept: what was noted of the parts has done its service. */
export function forgetDelivery(plan: JournalPlace): Promise<void> {
  return PartJournal.forget(plan);
}

/** Column rules need the file's header; the rest does not. */
function requireSendable(
  plan: Pick<SendPlan, 'manifestText' | 'dataName'>,
  header?: readonly string[],
): SendableManifest {
  const manifest = requireManifest(plan.manifestText, { header });
  if (manifest.fileName !== plan.dataName) {
    const names = { found: manifest.fileName, wanted: plan.dataName };
    throw new AppError('MANIFEST_NAMES_OTHER_FILE', names);
  }
  if (manifest.keyId === undefined) throw new AppError('KEY_ID_MISSING');
  return { ...manifest, keyId: manifest.keyId };
}
