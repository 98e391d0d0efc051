/**
 * The one pipeline that takes a file to the platform: check, seal and send in one pass → confirm. CLI and app run
 * it alike. The plain file is read once, where it lies, and copied nowhere; see docs/adr/one-pass.md.
 */
import type { Receipt } from '../../shared/domain/job.ts';
import { inspectSource, refuseUnsendable, requireSendable } from './check-source.ts';
import { PartJournal } from './part-journal.ts';
import { discardSpool } from './part-spool.ts';
import { sealAndSend, sendSealed } from './send-parts.ts';
import type { CheckedSource, SendContext } from './send-context.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';

export { checkSource, refuseUnsendable } from './check-source.ts';
export type { CheckedSource, SendContext } from './send-context.ts';
export type { SendPlan, SendSecrets } from './send-plan.ts';

/**
 * Sends one file, in parts where its sealed form would be too large. `checked` spares a second check to a
 * caller who has just done it, with this plan's manifest or one that differed in `fileName` only.
 *
 * @throws AppError of the rooms tabular, manifest, preflight, seal and delivery; SOURCE_EMPTY,
 *   ROWS_REJECTED, DATA_HAS_ERRORS, FILE_CHANGED, CANCELLED and their like. The spool files are gone
 *   afterwards, unless all parts were sealed and another attempt may send them; the journal of the parts stays
 *   until `forgetDelivery`.
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
    const hands = { secrets, journal, context };
    if (!(await sendSealed(plan, hands))) {
      await context.onStep('check');
      if (checked) {
        requireSendable(plan);
        refuseUnsendable(plan, checked);
      }
      const source = checked ?? (await inspectSource(plan));
      await context.onStep('seal');
      await sealAndSend(plan, source, hands);
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

/** Removes what an attempt whose process was killed left, unless another attempt can send it. */
export async function tidySpool(plan: SendPlan): Promise<void> {
  const { sealed } = await PartJournal.open(plan);
  if (!sealed) await discardSpool(plan);
}

/** Removes what an unfinished delivery left on this machine, when it is given up. */
export async function discardDelivery(plan: SendPlan): Promise<void> {
  await discardSpool(plan);
  await PartJournal.discard(plan);
}

/** Its receipt is kept: what was noted of the parts, and what a crash left in the spool, has done its service. */
export async function forgetDelivery(
  plan: Pick<SendPlan, 'jobId' | 'journalDir' | 'spoolDir'>,
): Promise<void> {
  await discardSpool(plan);
  await PartJournal.forget(plan);
}
