/**
 * The one pipeline that takes a file to the platform: check → seal into a spool file → send → confirm.
 * CLI and app run it alike. The plain file is read where it lies and copied nowhere.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { Receipt, SendStep } from '../../shared/domain/job.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import { FILE_CODES } from '../../shared/domain/problem.ts';
import type { CheckReport, ProblemGroup } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { connectSftp } from '../delivery/connect.ts';
import { deliver } from '../delivery/deliver.ts';
import type { HostKeyVerifier } from '../delivery/host-key.ts';
import { knownHostsPolicy, pinPolicy } from '../delivery/known-hosts.ts';
import type { SftpSession } from '../delivery/sftp-session.ts';
import { requireManifest } from '../manifest/check.ts';
import { checkData } from '../preflight/check.ts';
import { tap } from '../seal/bytes.ts';
import { sealFile } from '../seal/seal-file.ts';
import type { SealOutcome } from '../seal/seal.ts';
import { conversionNeeded, convert, fixedHeader, inspectFile } from '../tabular/index.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';

export type { SendPlan, SendSecrets } from './send-plan.ts';

export interface SendContext {
  readonly signal?: AbortSignal | undefined;
  /** An earlier attempt under these names may have been broken after the data file took its final name. */
  readonly dataMayBeOurs?: boolean;
  /** The step is taken when this has resolved. */
  readonly onStep: (step: SendStep) => void | Promise<void>;
  /** Bytes done, of `total` where that is known. */
  readonly onProgress: (progress: {
    readonly step: SendStep;
    readonly done: number;
    readonly total?: number;
  }) => void;
}

/** A source file whose every row was read, and how the file looked then. */
export interface CheckedSource {
  readonly report: CheckReport;
  readonly facts: FileFacts;
  readonly stamp: SourceStamp;
}

type SendableManifest = Manifest & { readonly keyId: string };

/** Tells whether a file is still the one that was checked. */
interface SourceStamp {
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
  /** Also moves when someone sets the modification time back. */
  readonly changedNs: bigint;
}

/**
 * Sends one file. `checked` spares a second check to a caller who has just done it, with this plan's
 * manifest or one that differed in `fileName` only.
 *
 * @throws AppError of the rooms tabular, manifest, preflight, seal and delivery; SOURCE_EMPTY,
 *   ROWS_REJECTED, DATA_HAS_ERRORS, SEALED_TOO_LARGE, FILE_CHANGED, CANCELLED and their like.
 *   The spool file is gone afterwards, whatever happened.
 */
export async function runSend(
  plan: SendPlan,
  secrets: SendSecrets,
  context: SendContext,
  checked?: CheckedSource,
): Promise<Receipt> {
  const startedAt = new Date().toISOString();
  await context.onStep('check');
  const source = checked ?? (await checkSource(plan, context));
  const { keyId } = requireSendable(plan);
  refuseUnsendable(plan, source);
  try {
    await context.onStep('seal');
    const sealed = await sealToSpool(plan, source, context);
    await context.onStep('send');
    const { files, session } = await sendSpool(plan, secrets, context);
    return {
      id: plan.jobId,
      sourceName: plan.sourceName,
      plainBytes: sealed.plainBytes,
      plainSha256: sealed.plainSha256,
      rows: source.report.rows,
      ...files,
      keyId,
      recipientFingerprint: plan.recipient.fingerprint,
      ...plan.target,
      hostKeySha256: session.facts.hostKey.sha256,
      startedAt,
      finishedAt: new Date().toISOString(),
    };
  } finally {
    await discardSpool(plan);
  }
}

/**
 * Reads manifest and every row. Rows with errors are no failure here: see `refuseUnsendable`.
 * @throws AppError SOURCE_EMPTY, SOURCE_TOO_LARGE, MANIFEST_INVALID, MANIFEST_NAMES_OTHER_FILE,
 *   KEY_ID_MISSING, FILE_CHANGED, CANCELLED, and those of tabular
 */
export async function checkSource(
  plan: Pick<SendPlan, 'sourcePath' | 'sourceName' | 'manifestText' | 'dataName' | 'convert'>,
  context: Pick<SendContext, 'signal' | 'onProgress'>,
): Promise<CheckedSource> {
  const { sourcePath, sourceName } = plan;
  const facts = await inspectFile(sourcePath, sourceName, { convert: plan.convert });
  const stamp = await stampOf(sourcePath, sourceName);
  refuseSize(sourceName, facts.sizeBytes);
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

/** Removes what an unfinished delivery left on this machine. */
export async function discardSpool(plan: Pick<SendPlan, 'spoolDir' | 'jobId'>): Promise<void> {
  await rm(spoolPath(plan), { force: true });
  await rm(`${spoolPath(plan)}.part`, { force: true });
}

function spoolPath({ spoolDir, jobId }: Pick<SendPlan, 'spoolDir' | 'jobId'>): string {
  return join(spoolDir, `${jobId}.asc`);
}

function refuseSize(file: string, sizeBytes: number): void {
  if (sizeBytes === 0) throw new AppError('SOURCE_EMPTY', { file });
  const limitBytes = LIMITS.openedBytes;
  if (sizeBytes > limitBytes)
    throw new AppError('SOURCE_TOO_LARGE', { file, sizeBytes, limitBytes });
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

async function sealToSpool(
  plan: SendPlan,
  source: CheckedSource,
  context: SendContext,
): Promise<SealOutcome> {
  const { sourcePath, sourceName } = plan;
  const total = Number(source.stamp.sizeBytes);
  await requireUnchanged(sourcePath, sourceName, source.stamp);
  // What a crash left of an earlier attempt is of no use: its session key is gone.
  await discardSpool(plan);
  await mkdir(plan.spoolDir, { recursive: true, mode: 0o700 });
  let read = 0;
  const outcome = await sealFile({
    inputPath: sourcePath,
    transform: (bytes) => {
      const metered = tap(bytes, (chunk) => (read += chunk.length));
      return conversionNeeded(source.facts) === undefined
        ? metered
        : convert(metered, source.facts);
    },
    outputPath: spoolPath(plan),
    recipient: plan.recipient,
    compress: plan.compress,
    ...(context.signal && { signal: context.signal }),
    onProgress: () => {
      context.onProgress({ step: 'seal', done: read, total });
    },
  });
  await requireUnchanged(sourcePath, sourceName, source.stamp);
  refuseSize(sourceName, outcome.plainBytes);
  const limitBytes = LIMITS.sealedBytes;
  if (outcome.sealedBytes >= limitBytes) {
    const sizeBytes = outcome.sealedBytes;
    throw new AppError('SEALED_TOO_LARGE', { file: sourceName, sizeBytes, limitBytes });
  }
  return outcome;
}

async function sendSpool(
  plan: SendPlan,
  secrets: SendSecrets,
  context: SendContext,
): Promise<{ files: Awaited<ReturnType<typeof deliver>>; session: SftpSession }> {
  const { directory, ...server } = plan.target;
  const signal = context.signal && { signal: context.signal };
  const verifyHostKey = hostKeyVerifier(plan);
  const session = await connectSftp({ ...server, ...secrets }, { verifyHostKey, ...signal });
  try {
    const files = await deliver(session, {
      directory,
      jobId: plan.jobId,
      data: { localPath: spoolPath(plan), name: plan.dataName },
      manifest: { text: plan.manifestText, name: plan.manifestName },
      overwrite: plan.overwrite,
      dataMayBeOurs: context.dataMayBeOurs ?? false,
      ...signal,
      onProgress: ({ step, sentBytes, totalBytes }) => {
        context.onProgress({ step, done: sentBytes, total: totalBytes });
      },
      beforeFinalNames: async () => context.onStep('confirm'),
    });
    return { files, session };
  } finally {
    session.close();
  }
}

function hostKeyVerifier({ hostKey }: SendPlan): HostKeyVerifier {
  if ('knownHosts' in hostKey) {
    return knownHostsPolicy(hostKey.knownHosts, { acceptNew: hostKey.acceptNew });
  }
  return pinPolicy(hostKey, () => Promise.resolve());
}

async function stampOf(path: string, file: string): Promise<SourceStamp> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return { inode: ino, sizeBytes: size, modifiedNs: mtimeNs, changedNs: ctimeNs };
  } catch (cause) {
    throw new AppError('FILE_CHANGED', { file }, { cause });
  }
}

async function requireUnchanged(path: string, file: string, before: SourceStamp): Promise<void> {
  const now = await stampOf(path, file);
  const isSame =
    now.inode === before.inode &&
    now.sizeBytes === before.sizeBytes &&
    now.modifiedNs === before.modifiedNs &&
    now.changedNs === before.changedNs;
  if (!isSame) throw new AppError('FILE_CHANGED', { file });
}
