/**
 * Sealing and sending, part by part. Parts go up under temporary names while the file is still checked and
 * sealed. Final names are taken only after that: each part's with its manifest's, before the next.
 */
import type { PartOf } from '../../shared/domain/job.ts';
import { AppError } from '../../shared/errors/index.ts';
import { isPaused } from '../delivery/cancel.ts';
import { deliver, refuseTaken } from '../delivery/deliver.ts';
import type { SftpSession } from '../delivery/sftp-session.ts';
import type { SentFile } from '../delivery/upload.ts';
import type { InspectedSource } from './check-source.ts';
import { findArrived } from './find-arrived.ts';
import { withFileName } from './manifest-file-name.ts';
import type { Cut, PartJournal } from './part-journal.ts';
import { discardSpool, PartSpool } from './part-spool.ts';
import { sealToSpool } from './seal-to-spool.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import type { SendNames } from './send-names.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';
import { UploadAhead } from './upload-ahead.ts';

interface SendHands {
  readonly secrets: SendSecrets;
  readonly journal: PartJournal;
  readonly context: SendContext;
}

interface Way extends Omit<SendHands, 'secrets'> {
  readonly plan: SendPlan;
  readonly cut: Cut;
  readonly spool: PartSpool;
  readonly ahead: UploadAhead;
  /** The part whose sending is shown. */
  readonly shown: { part?: number };
}

/**
 * Takes the file to the platform. On failure nothing of a part that is not delivered has a final name. What was
 * sealed whole stays for another attempt, and what was sent of it stays where only the connection, or the user's
 * pause, broke it off; everything else is removed.
 *
 * @throws AppError what `sealToSpool`, `connectSftp` and `deliver` throw, DELIVERY_UNCERTAIN; with `leftBehind`
 *   among its params: the temporary names that could not be removed
 */
export async function sealAndSend(
  plan: SendPlan,
  source: InspectedSource | CheckedSource,
  hands: SendHands,
): Promise<void> {
  const { journal, context } = hands;
  const sourceBytes = Number(source.stamp.sizeBytes);
  await journal.noteUnsealed();
  const spool = await PartSpool.open(plan, Math.min(sourceBytes, plan.maxSealedBytes));
  await sendFrom(plan, spool, hands, { isResumed: false }, () =>
    sealToSpool(plan, source, { spool, journal, context }).finally(() => {
      spool.end();
    }),
  );
}

/**
 * Sends what an earlier attempt sealed, from where it stopped. The source file is not looked at: what was sealed is
 * what its user sent.
 *
 * @returns false where nothing lies sealed
 * @throws AppError what `sealAndSend` throws
 */
export async function sendSealed(plan: SendPlan, hands: SendHands): Promise<boolean> {
  const { sealed } = hands.journal;
  const spool = sealed && (await PartSpool.reopen(plan, sealed.files));
  if (!spool) return false;
  await sendFrom(plan, spool, hands, { isResumed: true }, () => Promise.resolve(sealed.cut));
  return true;
}

/** @param seal resolves when every row has passed and the spool holds all parts */
async function sendFrom(
  plan: SendPlan,
  spool: PartSpool,
  { secrets, journal, context }: SendHands,
  { isResumed }: { readonly isResumed: boolean },
  seal: () => Promise<Cut>,
): Promise<void> {
  const shown: Way['shown'] = {};
  const ahead = new UploadAhead(plan, secrets, spool, {
    signal: context.signal,
    limit: context.limit,
    isResumed,
    firstPart: journal.deliveredCount + 1,
    wantedNames: wantedNames(plan, { journal, context }),
    onProgress: (part, done, total) => {
      if (part === shown.part) context.onProgress({ step: 'send', done, total });
    },
  });
  try {
    if (journal.uncertain.length > 0) {
      await findArrived(plan, journal, {
        session: await ahead.session(),
        temporaryDataName: (part) => ahead.temporaryName(part),
        signal: context.signal,
      });
    }
    if (!journal.delivered) {
      ahead.begin();
      const cut = await seal();
      await sendParts({ plan, cut, spool, ahead, shown, journal, context });
    }
    await discardSpool(plan);
  } catch (error) {
    const kept = keptAfter(error, journal, context);
    if (kept.includes('sent')) await ahead.pause();
    const left = kept.includes('sent') ? [] : await ahead.abandon();
    if (!kept.includes('sealed')) {
      // The failure itself is what is told; files that are not there are noticed, too.
      await journal.noteUnsealed().catch(() => undefined);
      await discardSpool(plan);
    }
    throw withLeftBehind(error, left);
  } finally {
    await ahead.close();
  }
}

/** What another attempt goes on with: what is sealed here, and what was sent under temporary names. */
function keptAfter(
  error: unknown,
  journal: PartJournal,
  { signal }: SendContext,
): readonly ('sealed' | 'sent')[] {
  if (!journal.sealed || !(error instanceof AppError)) return [];
  if (error.code === 'CANCELLED') return isPaused(signal) ? ['sealed', 'sent'] : [];
  if (error.retry === 'auto') return ['sealed', 'sent'];
  return error.retry === 'user' ? ['sealed'] : [];
}

/** What must be free for a file that is one part, as most are; nothing for one that is cut already. */
function wantedNames(
  { dataName, manifestName, overwrite }: SendPlan,
  { journal, context }: Pick<SendHands, 'journal' | 'context'>,
): readonly string[] {
  if (overwrite || journal.standing) return [];
  const dataMayBeOurs = journal.mayHaveArrived(1) || context.dataMayBeOurs;
  return dataMayBeOurs ? [manifestName] : [dataName, manifestName];
}

function withLeftBehind(error: unknown, names: readonly string[]): unknown {
  if (names.length === 0 || !(error instanceof AppError)) return error;
  const params = { ...error.params, leftBehind: names.join(', ') };
  return new AppError(error.code, params, { cause: error });
}

/** Gives the parts that are not delivered their final names, in their order, and sends what was not sent ahead. */
async function sendParts(way: Way): Promise<void> {
  const { cut, spool, ahead, shown, journal, context } = way;
  let isFirst = true;
  for (const [index, part] of cut.parts.entries()) {
    const number = index + 1;
    if (journal.isDelivered(number)) continue;
    await context.onStep('send', partOf(cut, number));
    shown.part = number;
    const sent = await ahead.sent(number);
    const session = await ahead.session();
    if (isFirst) await refuseTakenNames(way, session);
    isFirst = false;
    ahead.handOver(number);
    await sendPart(way, session, { number, ...part, sent });
    await journal.noteDelivered(number);
    await spool.part(number)?.discard();
  }
}

/** Of several parts none may find its name taken when others have arrived already. */
async function refuseTakenNames(
  { plan, cut, journal, context }: Way,
  session: SftpSession,
): Promise<void> {
  if (cut.parts.length === 1 || plan.overwrite) return;
  const names = cut.parts.flatMap(({ dataName, manifestName }, index) =>
    journal.mayHaveArrived(index + 1) ? [] : [dataName, manifestName],
  );
  await refuseTaken(session, plan.target.directory, names, context.signal);
}

interface SendablePart extends SendNames {
  readonly number: number;
  readonly sent: SentFile | undefined;
}

async function sendPart(
  { plan, cut, spool, ahead, journal, context }: Way,
  session: SftpSession,
  { number, dataName, manifestName, sent }: SendablePart,
): Promise<void> {
  const isOne = cut.parts.length === 1;
  const mayHaveArrived = journal.mayHaveArrived(number);
  await deliver(session, {
    directory: plan.target.directory,
    jobId: plan.jobId,
    data: {
      localPath: spool.path(number),
      name: dataName,
      temporaryName: ahead.temporaryName(number),
      sent: sent && { ...sent, name: dataName },
    },
    manifest: { text: withFileName(plan.manifestText, dataName), name: manifestName },
    overwrite: plan.overwrite,
    verify: plan.verify,
    finalNames: plan.finalNames,
    // What a broken line left of it came from this very spool.
    resume: true,
    dataMayBeOurs: mayHaveArrived || (isOne && (context.dataMayBeOurs ?? false)),
    limit: context.limit,
    ...(context.signal && { signal: context.signal }),
    onProgress: ({ step, sentBytes, totalBytes }) => {
      context.onProgress({ step, done: sentBytes, total: totalBytes });
    },
    beforeFinalNames: async ({ data, manifest }) => {
      await context.onStep('confirm', partOf(cut, number));
      const hostKeySha256 = session.facts.hostKey.sha256;
      await journal.noteConfirming(number, { data, manifest, hostKeySha256 });
    },
    beforeCleanUp: () => journal.noteWithdrawn(number),
    keepsData: (error) => keptAfter(error, journal, context).includes('sent'),
  });
}

function partOf({ parts }: Cut, number: number): PartOf | undefined {
  return parts.length === 1 ? undefined : { number, count: parts.length };
}
