/** The data files of one `send`: each with its manifest, its Key ID held against the recipient, its rows checked. */
import { basename, resolve } from 'node:path';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { withFileName } from '../../jobs/manifest-file-name.ts';
import { checkSource, refuseUnsendable } from '../../jobs/send-job.ts';
import type { CheckedSource, SendContext } from '../../jobs/send-job.ts';
import { isNameFor, planNames } from '../../jobs/send-names.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import type { Recipient } from '../../keys/openpgp-keys.ts';
import { decodeManifest, requireManifest } from '../../manifest/index.ts';
import { profileFolder } from '../../platform/profile.ts';
import { inspectFile, sentName } from '../../tabular/index.ts';
import { readSmallFile } from '../files.ts';
import { makeManifest, refuseSealed } from '../first-manifest.ts';
import type { CliContext } from '../outcome.ts';
import { openKeyStore } from '../profile-keys.ts';
import type { SendOptions } from './options.ts';

/** One data file on its way: what the command line says of it, and the verdict on its rows where it is known. */
export interface Item {
  readonly sourcePath: string;
  readonly sourceName: string;
  /** What its names on the server are made of. */
  readonly sentName: string;
  /** With the plain name of the data file in it, until the names are settled. */
  readonly manifestText: string;
  readonly checked?: CheckedSource;
  /** Its names have the time in them, as those of each run have. */
  readonly isScheduled?: boolean;
}

export interface FileReport {
  readonly file: string;
  readonly report: CheckReport;
}

/** Reads or makes the manifest, and gives the data file the plain name in it. */
export async function readItem(
  context: CliContext,
  path: string,
  options: SendOptions,
  manifestPath: string | undefined,
): Promise<Item> {
  refuseSealed(path);
  const sourcePath = resolve(path);
  const sourceName = basename(path);
  const { convert } = options;
  const sent = sentName(sourceName, await inspectFile(sourcePath, sourceName, { convert }));
  const { dataName } = planNames(sent, { usedBefore: false, now: new Date() });
  const text = await manifestFor(context, path, options, manifestPath);
  const manifest = requireManifest(text);
  const { keyId } = options;
  if (manifest.keyId === undefined) throw new AppError('KEY_ID_MISSING');
  if (keyId !== undefined && manifest.keyId.toLowerCase() !== keyId) {
    throw new AppError('KEY_ID_DIFFERS', { wanted: keyId, found: manifest.keyId });
  }
  if (!isNameFor(manifest.fileName, sent)) {
    const names = { found: manifest.fileName, wanted: dataName };
    throw new AppError('MANIFEST_NAMES_OTHER_FILE', names);
  }
  return { sourcePath, sourceName, sentName: sent, manifestText: withFileName(text, dataName) };
}

async function manifestFor(
  context: CliContext,
  path: string,
  { type, email, keyId, convert }: SendOptions,
  manifestPath: string | undefined,
): Promise<string> {
  if (manifestPath !== undefined) {
    const { bytes } = await readSmallFile(manifestPath, LIMITS.manifestBytes);
    return decodeManifest(bytes, manifestPath);
  }
  if (!type || email === undefined || keyId === undefined) throw new AppError('KEY_ID_MISSING');
  const { text, notices } = await makeManifest(path, { type, email, keyId, convert });
  for (const notice of notices) context.terminal.note(notice);
  return text;
}

/**
 * A file sealed to a key that the platform does not hold under this Key ID could never be opened there,
 * but perhaps elsewhere. The registrations noted here say which key it is; where they do not know the
 * Key ID, earlier deliveries do. A Key ID seen for the first time is told, and trusted from then on.
 *
 * @throws AppError KEY_ID_OF_OTHER_KEY
 */
export async function refuseOtherKey(
  context: CliContext,
  { fingerprint }: Recipient,
  items: readonly Item[],
): Promise<void> {
  const keyIds = new Set(items.map(({ manifestText }) => keyIdOf(manifestText)));
  const keySets = await (await openKeyStore(context)).list();
  const receipts = await new ReceiptStore(profileFolder()).list();
  for (const keyId of keyIds) {
    const registered = keySets
      .filter(({ registrations }) =>
        registrations.some((registration) => registration.keyId.toLowerCase() === keyId),
      )
      .map((keySet) => keySet.fingerprint);
    const delivered = receipts
      .filter((receipt) => receipt.keyId.toLowerCase() === keyId)
      .map(({ recipientFingerprint }) => recipientFingerprint);
    const holders = registered.length > 0 ? registered : delivered;
    const [other] = holders;
    if (other === undefined) {
      context.terminal.note(
        `warning: Nothing here vouches that Key ID ${keyId} is the key ${fingerprint}. Make sure of it with the platform.`,
      );
    } else if (!holders.includes(fingerprint)) {
      throw new AppError('KEY_ID_OF_OTHER_KEY', { keyId, fingerprint: other });
    }
  }
}

function keyIdOf(manifestText: string): string {
  return requireManifest(manifestText).keyId?.toLowerCase() ?? '';
}

/**
 * Every row of every file, before the first byte of any is sent. One file alone is checked while it is sealed
 * and sent: nothing of it takes its final name before that.
 */
export async function checkAll(
  context: CliContext,
  items: readonly Item[],
  { acceptRejected = false, convert = false }: SendOptions,
): Promise<{
  checked: readonly Item[];
  reports: FileReport[];
  error: AppError | undefined;
}> {
  const reports: FileReport[] = [];
  if (items.length === 1) return { checked: items, reports, error: undefined };
  const checked: Item[] = [];
  let error: AppError | undefined;
  for (const item of items) {
    const { dataName } = planNames(item.sentName, { usedBefore: false, now: new Date() });
    const shown = sendContext(context, item.sourceName);
    const source = await checkSource({ ...item, dataName, convert }, shown);
    checked.push({ ...item, checked: source });
    reports.push({ file: item.sourceName, report: source.report });
    error ??= refusalOf({ sourceName: item.sourceName, acceptRejected }, source.report);
  }
  return { checked, reports, error };
}

/** Why a file with this report is not sent; undefined: it may be. */
export function refusalOf(
  plan: Parameters<typeof refuseUnsendable>[0],
  report: CheckReport,
): AppError | undefined {
  try {
    refuseUnsendable(plan, { report });
    return undefined;
  } catch (refusal) {
    if (!(refusal instanceof AppError)) throw refusal;
    return refusal;
  }
}

/**
 * How the pipeline's steps are shown.
 * @param isChecked the pass that seals checks no rows
 */
export function sendContext(context: CliContext, name: string, isChecked = false): SendContext {
  const pass = isChecked ? 'seal and send' : 'check, seal and send';
  let which: string | undefined;
  return {
    signal: context.signal,
    onStep: (_, part) => {
      context.terminal.endProgress();
      which = part && `, part ${part.number} of ${part.count}`;
    },
    onProgress: ({ step, done, total }) => {
      const what = step === 'seal' ? pass : step;
      context.terminal.progress(`${what} ${name}${which ?? ''}`, done, total);
    },
  };
}
