/** Brings the files of one `send` to the server, one after the other, under names of their own. */
import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '../../../shared/domain/job.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { RateLimit } from '../../delivery/rate-limit.ts';
import { withFileName } from '../../jobs/manifest-file-name.ts';
import { accountOf } from '../../jobs/name-claims.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { PartJournal } from '../../jobs/part-journal.ts';
import { discardDelivery, forgetDelivery, runSend } from '../../jobs/send-job.ts';
import type { SendContext, SendPlan, SendSecrets } from '../../jobs/send-job.ts';
import { SentNames, usedNames } from '../../jobs/send-names.ts';
import type { AttemptFacts, Reservation } from '../../jobs/send-names.ts';
import { SendRecords } from '../../jobs/send-records.ts';
import type { LoginSource } from '../../jobs/send-records.ts';
import type { HostKeyTrust } from '../../jobs/send-plan.ts';
import type { Recipient } from '../../keys/openpgp-keys.ts';
import type { SecretStore } from '../../keys/secrets.ts';
import { openProfile } from '../../platform/profile.ts';
import type { CliContext } from '../outcome.ts';
import { count } from '../visible.ts';
import { sendContext } from './items.ts';
import type { Item } from './items.ts';
import type { SendOptions } from './options.ts';
import { retrying } from './retrying.ts';
import { openSpool } from './spool.ts';
import type { SendTarget } from './target.ts';

export interface Sending {
  readonly context: CliContext;
  readonly options: SendOptions;
  readonly target: SendTarget;
  readonly recipient: Recipient;
  readonly secrets: SendSecrets;
  /** Where they came from, for when the delivery is taken up. */
  readonly login: LoginSource;
  /** A pinned key, in place of what the options say. */
  readonly hostKey?: HostKeyTrust;
  /** The verdict on a file that was not checked before. */
  readonly onChecked: (file: string, report: CheckReport) => void;
  /** Of the profile, to chain the receipts; absent where they cannot be opened without asking. */
  readonly profileSecrets: (() => Promise<SecretStore>) | undefined;
}

/** What all files of one `send` share. */
interface Hands {
  readonly sentNames: SentNames;
  readonly hostKey: HostKeyTrust;
  readonly spoolDir: string;
  readonly journalDir: string;
  readonly records: SendRecords;
  readonly receiptStore: ReceiptStore;
  readonly limit: RateLimit;
}

/** What was delivered, and what kept the rest from being delivered. */
export interface Deliveries {
  readonly receipts: readonly Receipt[];
  readonly error?: AppError;
}

/** One file after the other: the platform takes them in the order in which they come. */
export async function deliverAll(sending: Sending, items: readonly Item[]): Promise<Deliveries> {
  const profileDir = await openProfile();
  const hostKey = sending.hostKey ?? (await hostKeyTrust(sending.options, profileDir));
  const receiptStore = new ReceiptStore(profileDir, sending.profileSecrets);
  const journalDir = join(profileDir, 'deliveries');
  const unfinished = usedNames(await PartJournal.usedNames(journalDir));
  const sentNames = await SentNames.open(profileDir, await receiptStore.list(), unfinished);
  const spoolDir = await openSpool(profileDir);
  const records = new SendRecords(profileDir);
  const limit = new RateLimit(sending.options.limitRate);
  const receipts: Receipt[] = [];
  try {
    for (const item of items) {
      const hands = { sentNames, hostKey, spoolDir, journalDir, records, receiptStore, limit };
      receipts.push(await deliverOne(sending, item, hands));
    }
    return { receipts };
  } catch (error) {
    if (error instanceof AppError) return { receipts, error };
    throw error;
  }
}

/**
 * Sends one file under names of its own. Where someone else's files have these names, it goes under dated ones;
 * where an earlier attempt of ours may have put them there, the user decides: the rows may have arrived.
 */
async function deliverOne(sending: Sending, item: Item, hands: Hands): Promise<Receipt> {
  const { context, secrets, options, login } = sending;
  const { sentNames, records, receiptStore, limit } = hands;
  const facts = await attemptFacts(sending, item);
  for (;;) {
    const { isScheduled = false } = item;
    const names = await sentNames.reserve(item.sentName, facts, new Date(), isScheduled);
    const plan = planOf(sending, item, { ...hands, names });
    await records.note({ login, facts, plan });
    const shown = sendContext(context, item.sourceName, item.checked !== undefined);
    let hasPassed = item.checked !== undefined;
    const watched: SendContext = {
      ...shown,
      limit,
      onStep: (step, part) => {
        hasPassed ||= step === 'send';
        return shown.onStep(step, part);
      },
      onChecked: (report) => sending.onChecked(item.sourceName, report),
    };
    try {
      const kept = await receiptStore.get(plan.jobId);
      const receipt =
        kept ??
        (await retrying(context, options.retries, () =>
          runSend(plan, secrets, watched, item.checked),
        ));
      if (!kept && !(await receiptStore.add(receipt))) tellUnchained(sending, receipt);
      // Only now: the same command again finds the receipt, and sends nothing twice.
      await sentNames.settle(facts, names, 'delivered');
      await forgetDelivery(plan);
      await records.forget(plan.jobId);
      return receipt;
    } catch (error) {
      if (!hasPassed && names.isFresh) {
        await sentNames.release(facts, names);
        await giveUp(plan, records);
      }
      const isThere = error instanceof AppError && error.code === 'REMOTE_EXISTS';
      const arrived = await tellOfParts(sending, plan);
      const mayRename = names.isFresh && arrived === 0 && options.overwrite !== true;
      if (!isThere || !mayRename) {
        await tellOfKept(sending, plan);
        throw error;
      }
      await sentNames.settle(facts, names, 'taken');
      await giveUp(plan, records);
    }
  }
}

/** Nothing of it is sent under these names. */
async function giveUp(plan: SendPlan, records: SendRecords): Promise<void> {
  await discardDelivery(plan);
  await records.forget(plan.jobId);
}

/** A sealed file may be as large as the data, and stays until somebody wants it. */
async function tellOfKept({ context }: Sending, plan: SendPlan): Promise<void> {
  if (!(await PartJournal.open(plan)).sealed) return;
  const id = plan.jobId.slice(0, 8);
  context.terminal.note(
    `${plan.sourceName} is sealed, and kept so. The same command, or sealift jobs resume ${id}, goes on from there; sealift jobs discard ${id} gives it up.`,
  );
}

/** A profile without protection has no chain yet, and nothing to be told. */
function tellUnchained({ context, profileSecrets }: Sending, { sourceName }: Receipt): void {
  if (!profileSecrets) return;
  context.terminal.note(
    `${sourceName}: the receipt is kept, but not chained yet, since the keys of this profile could not be opened. sealift receipts verify chains it.`,
  );
}

/** Says what of a file has arrived when the rest has not. @returns the number of parts */
async function tellOfParts({ context }: Sending, plan: SendPlan): Promise<number> {
  const { deliveredCount, partCount } = await PartJournal.open(plan);
  if (deliveredCount > 0 && deliveredCount < partCount) {
    context.terminal.note(
      `${plan.sourceName}: ${deliveredCount} of ${count(partCount, 'part')} arrived. The same command again sends the rest, and none twice.`,
    );
  }
  return deliveredCount;
}

async function attemptFacts(
  { target, recipient }: Sending,
  { sourcePath, manifestText }: Item,
): Promise<AttemptFacts> {
  const { size, mtimeMs } = await stat(sourcePath);
  return {
    account: accountOf(target),
    directory: target.directory,
    sourcePath,
    sizeBytes: size,
    modifiedMs: mtimeMs,
    manifestText,
    recipientFingerprint: recipient.fingerprint,
  };
}

function planOf(
  { options, target, recipient }: Sending,
  item: Item,
  settled: Hands & { readonly names: Reservation },
): SendPlan {
  const { names, hostKey, spoolDir, journalDir } = settled;
  return {
    jobId: names.jobId,
    sourcePath: item.sourcePath,
    sourceName: item.sourceName,
    manifestText: withFileName(item.manifestText, names.dataName),
    dataName: names.dataName,
    manifestName: names.manifestName,
    recipient,
    target,
    hostKey,
    overwrite: options.overwrite ?? false,
    acceptRejected: options.acceptRejected ?? false,
    convert: options.convert ?? false,
    compress: options.compress,
    verify: options.verify,
    finalNames: options.directNames === true ? 'direct' : 'rename',
    maxSealedBytes: options.maxSealedBytes,
    spoolDir,
    journalDir,
  };
}

/** Without a file of the user's own: the keys that this profile accepted before. */
async function hostKeyTrust(options: SendOptions, profileDir: string): Promise<HostKeyTrust> {
  const acceptNew = options.acceptNewHostKey ?? false;
  if (options.knownHosts !== undefined) return { knownHosts: options.knownHosts, acceptNew };
  const knownHosts = join(profileDir, 'known_hosts');
  await appendFile(knownHosts, '', { mode: 0o600 });
  return { knownHosts, acceptNew };
}
