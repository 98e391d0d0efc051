/**
 * Sealing into the spool and sending from it, part by part: all parts are sealed before the first is sent,
 * since their number is in their names, and each goes up with its manifest before the next.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PartOf } from '../../shared/domain/job.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import { connectSftp } from '../delivery/connect.ts';
import { deliver, refuseTaken } from '../delivery/deliver.ts';
import type { HostKeyVerifier } from '../delivery/host-key.ts';
import { knownHostsPolicy, pinPolicy } from '../delivery/known-hosts.ts';
import type { SftpSession } from '../delivery/sftp-session.ts';
import { sealParts } from '../seal/seal-parts.ts';
import type { SealedParts } from '../seal/seal-parts.ts';
import { conversionNeeded, convert } from '../tabular/index.ts';
import { withFileName } from './manifest-file-name.ts';
import type { Cut, PartJournal } from './part-journal.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import { partNames } from './send-names.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';
import { requireUnchanged } from './source-stamp.ts';

interface SealHands {
  readonly journal: PartJournal;
  readonly context: SendContext;
}

interface SendHands extends SealHands {
  readonly secrets: SendSecrets;
}

/**
 * Seals what is not delivered yet and notes the cut. Where parts were delivered before, the cut is theirs.
 * @throws AppError FILE_CHANGED, SPOOL_FULL, and what `sealParts` throws
 */
export async function sealToSpool(
  plan: SendPlan,
  { facts, stamp, report }: CheckedSource,
  { journal, context }: SealHands,
): Promise<Cut> {
  const { sourcePath, sourceName } = plan;
  await requireUnchanged(sourcePath, sourceName, stamp);
  // What a crash left of an earlier attempt is of no use: its session keys are gone.
  await discardSpool(plan);
  await mkdir(plan.spoolDir, { recursive: true, mode: 0o700 });
  const { standing } = journal;
  const sealed = await sealSource(plan, { facts, stamp }, { journal, context }).catch(
    (error: unknown) => {
      throw ofSource(error, plan);
    },
  );
  await requireUnchanged(sourcePath, sourceName, stamp);
  const rows = sealed.parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows !== report.rows) throw new Error('the parts are not the rows that were checked');
  if (standing) return standing;
  const names = partNames(plan.dataName, sealed.parts.length);
  const parts = sealed.parts.flatMap(({ rows, plainBytes, plainSha256 }, index) => {
    const named = names[index];
    return named ? [{ rows, plainBytes, plainSha256, ...named }] : [];
  });
  const { plainBytes, plainSha256 } = sealed;
  const cut = { plainBytes, plainSha256, parts };
  await journal.noteCut(cut);
  return cut;
}

/** The parts as files of the spool. */
function sealSource(
  plan: SendPlan,
  { facts, stamp }: Pick<CheckedSource, 'facts' | 'stamp'>,
  { journal, context }: SealHands,
): Promise<SealedParts> {
  return sealParts({
    inputPath: plan.sourcePath,
    fileName: plan.sourceName,
    format: facts.format,
    transform: (bytes) => (conversionNeeded(facts) === undefined ? bytes : convert(bytes, facts)),
    outputPath: (number) => spoolPath(plan, number),
    recipient: plan.recipient,
    compress: plan.compress,
    limits: { sealedBytes: plan.maxSealedBytes, openedBytes: LIMITS.openedBytes },
    settled: journal.standing?.parts.map(({ rows, plainSha256 }, index) => ({
      rows,
      plainSha256,
      isDelivered: journal.isDelivered(index + 1),
    })),
    signal: context.signal,
    onProgress: ({ readBytes: done }) => {
      context.onProgress({ step: 'seal', done, total: Number(stamp.sizeBytes) });
    },
  });
}

/** A failure to write the spool in words of the file that is sent: nobody knows the spool's own files. */
function ofSource(error: unknown, { sourceName: file, spoolDir }: SendPlan): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, params } = error;
  if (code === 'DISK_FULL') return new AppError('SPOOL_FULL', { file }, { cause: error });
  const isOfSpool = String(params['file']).startsWith(spoolDir);
  return isOfSpool
    ? new AppError(code, { ...params, file: basename(String(params['file'])) }, { cause: error })
    : error;
}

/** Sends the parts that are not delivered, in their order, over one connection. */
export async function sendParts(plan: SendPlan, cut: Cut, hands: SendHands): Promise<void> {
  const { journal, context } = hands;
  const { directory, ...server } = plan.target;
  const signal = context.signal && { signal: context.signal };
  await context.onStep('send', partOf(cut, journal.deliveredCount + 1));
  const verifyHostKey = hostKeyVerifier(plan);
  const session = await connectSftp({ ...server, ...hands.secrets }, { verifyHostKey, ...signal });
  try {
    await refuseTakenNames(plan, cut, { session, journal, context });
    let isFirst = true;
    for (const [index, part] of cut.parts.entries()) {
      const number = index + 1;
      if (journal.isDelivered(number)) continue;
      if (!isFirst) await context.onStep('send', partOf(cut, number));
      isFirst = false;
      await sendPart({ plan, cut, session, directory }, { number, ...part }, hands);
      await journal.noteDelivered(number);
      await rm(spoolPath(plan, number), { force: true });
    }
  } finally {
    session.close();
  }
}

/** Of several parts none may find its name taken when others have arrived already. */
async function refuseTakenNames(
  plan: SendPlan,
  cut: Cut,
  { session, journal, context }: SealHands & { readonly session: SftpSession },
): Promise<void> {
  if (cut.parts.length === 1 || plan.overwrite) return;
  const names = cut.parts.flatMap(({ dataName, manifestName }, index) =>
    journal.mayHaveArrived(index + 1) ? [] : [dataName, manifestName],
  );
  await refuseTaken(session, plan.target.directory, names, context.signal);
}

interface Way {
  readonly plan: SendPlan;
  readonly cut: Cut;
  readonly session: SftpSession;
  readonly directory: string;
}

async function sendPart(
  { plan, cut, session, directory }: Way,
  part: Cut['parts'][number] & { readonly number: number },
  { journal, context }: SendHands,
): Promise<void> {
  const { number, dataName, manifestName } = part;
  const isOne = cut.parts.length === 1;
  const mayHaveArrived = journal.mayHaveArrived(number);
  try {
    await deliver(session, {
      directory,
      jobId: plan.jobId,
      data: { localPath: spoolPath(plan, number), name: dataName },
      manifest: { text: withFileName(plan.manifestText, dataName), name: manifestName },
      overwrite: plan.overwrite,
      dataMayBeOurs: mayHaveArrived || (isOne && (context.dataMayBeOurs ?? false)),
      ...(context.signal && { signal: context.signal }),
      onProgress: ({ step, sentBytes, totalBytes }) => {
        context.onProgress({ step, done: sentBytes, total: totalBytes });
      },
      beforeFinalNames: async ({ data, manifest }) => {
        await context.onStep('confirm', partOf(cut, number));
        const hostKeySha256 = session.facts.hostKey.sha256;
        await journal.noteConfirming(number, { data, manifest, hostKeySha256 });
      },
    });
  } catch (error) {
    // The manifest is there since an earlier attempt, of which only the answer was lost: its files count.
    if (isOne || !mayHaveArrived || !isThereAlready(error, manifestName)) throw error;
  }
}

function isThereAlready(error: unknown, manifestName: string): boolean {
  return (
    error instanceof AppError &&
    error.code === 'REMOTE_EXISTS' &&
    error.params['name'] === manifestName
  );
}

function partOf({ parts }: Cut, number: number): PartOf | undefined {
  return parts.length === 1 ? undefined : { number, count: parts.length };
}

function hostKeyVerifier({ hostKey }: SendPlan): HostKeyVerifier {
  if ('knownHosts' in hostKey) {
    return knownHostsPolicy(hostKey.knownHosts, { acceptNew: hostKey.acceptNew });
  }
  return pinPolicy(hostKey, () => Promise.resolve());
}

type SpoolPlace = Pick<SendPlan, 'spoolDir' | 'jobId'>;

/** Removes all sealed parts. */
export async function discardSpool({ spoolDir, jobId }: SpoolPlace): Promise<void> {
  const names = await readdir(spoolDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((one) => one.startsWith(`${jobId}.`))) {
    await rm(join(spoolDir, name), { force: true });
  }
}

/** `<job id>.asc`, and with the part's number before that from the second on. */
function spoolPath({ spoolDir, jobId }: SpoolPlace, number: number): string {
  return join(spoolDir, number === 1 ? `${jobId}.asc` : `${jobId}.${number}.asc`);
}
