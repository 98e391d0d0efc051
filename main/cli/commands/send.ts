/** `sealift send`: reads the command line into plans and runs them one after the other. */
import { randomUUID } from 'node:crypto';
import { appendFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { readSshPrivateKey } from '../../delivery/ssh-private-key.ts';
import { withFileName } from '../../jobs/manifest-file-name.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { checkSource, refuseUnsendable, runSend } from '../../jobs/send-job.ts';
import type { CheckedSource, SendContext, SendPlan, SendSecrets } from '../../jobs/send-job.ts';
import { planNames, SentNames } from '../../jobs/send-names.ts';
import type { AttemptFacts } from '../../jobs/send-names.ts';
import type { HostKeyTrust } from '../../jobs/send-plan.ts';
import type { Recipient } from '../../keys/openpgp-keys.ts';
import { decodeManifest, requireManifest } from '../../manifest/index.ts';
import { openProfile } from '../../platform/profile.ts';
import type { Compression } from '../../seal/seal.ts';
import { addCommand, oneOf, parseCompression, parseKeyId, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile, STDIO } from '../files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { withPassphrase } from '../passphrase.ts';
import { openKeyStore, readRecipient } from '../profile-keys.ts';
import { checkText, receiptText } from '../report.ts';
import { parseSendTarget } from '../send-target.ts';
import type { SendTarget } from '../send-target.ts';
import { visible } from '../visible.ts';
import { IMPORT_TYPES, makeManifest } from './manifest.ts';
import { DEFAULT_COMPRESSION } from './seal.ts';

const SSH_KEY_LIMIT_BYTES = 64 * 1024;

interface SendOptions {
  readonly manifest?: readonly string[];
  readonly to: string;
  readonly identity: string;
  readonly identityPassphraseFile?: string;
  readonly knownHosts?: string;
  readonly acceptNewHostKey?: boolean;
  readonly recipient: string;
  readonly keyId?: string;
  readonly type?: ImportType;
  readonly email?: string;
  readonly acceptRejected?: boolean;
  readonly overwrite?: boolean;
  readonly compress: Compression;
}

export function addSendCommand(program: Command, run: Runner): void {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  addCommand(
    program,
    'send <data...>',
    'check, seal and deliver data files, each with its manifest',
    [
      'sealift send users.csv --manifest users.manifest --to sftp://acct@sftp.example.com/incoming \\',
      '    --identity ~/.ssh/id_ed25519 --known-hosts ~/.ssh/known_hosts --recipient platform.asc',
      'sealift send orders.csv --key-id ec491319-9823-48cd-b6a1-6bb0bc666d75 --type event \\',
      '    --email data@example.com --to sftp://acct@localhost:4022/ --identity key \\',
      '    --accept-new-host-key --recipient platform.asc',
    ],
  )
    .requiredOption('--to <url>', 'sftp://USER@HOST:PORT/DIR; /~/DIR begins where the login lands')
    .requiredOption('--identity <file>', 'SSH private key')
    .option(
      '--identity-passphrase-file <file>',
      'file with its passphrase; without it you are asked',
    )
    .option('--known-hosts <file>', 'known host keys (default: those accepted in this profile)')
    .option('--accept-new-host-key', 'trust and remember the key of a host that is not known yet')
    .requiredOption('--recipient <key>', 'public key file, or fingerprint of a stored key set')
    .option('--manifest <file>', 'manifest; once for each data file, in their order', collect)
    .option('--key-id <uuid>', 'Key ID of the key set on the platform', parseKeyId)
    .option('--type <type>', 'event or profile, when there is no manifest', oneOf(IMPORT_TYPES))
    .option('--email <address>', 'gets the mails, when there is no manifest')
    .option('--accept-rejected', 'send although the platform will reject some of the rows')
    .option('--overwrite', 'replace files of the same names on the server')
    .option(
      '--compress <level>',
      'none, or 1 (fastest) to 9',
      parseCompression,
      parseCompression(DEFAULT_COMPRESSION),
    )
    .action((data: readonly string[], options: SendOptions) =>
      run((context) => send(context, data, options)),
    );
}

/** One data file on its way: what the command line says of it, then the verdict on its rows. */
interface Item {
  readonly sourcePath: string;
  readonly sourceName: string;
  /** `fileName` in it is settled only when the names are. */
  readonly manifestText: string;
}

interface Checked extends Item {
  readonly checked: CheckedSource;
}

async function send(
  context: CliContext,
  data: readonly string[],
  options: SendOptions,
): Promise<Outcome> {
  refuseUnclear(data, options);
  const target = parseSendTarget(options.to);
  const recipient = await readRecipient(context, options.recipient);
  const secrets = await readIdentity(context, options);
  const items: Item[] = [];
  for (const [index, path] of data.entries()) {
    items.push(await readItem(context, path, options, options.manifest?.[index]));
  }
  await refuseOtherKey(context, recipient, items);
  const { checked, reports, error } = await checkAll(context, items, options);
  const noteworthy = reports.filter(({ report }) => report.problems.length > 0);
  const text = noteworthy.map(({ file, report }) => checkText(file, report)).join('');
  if (error) return { text, json: { reports }, error };
  if (text !== '') context.terminal.note(text.trimEnd());
  const sending = { context, options, target, recipient, secrets };
  return deliverAll(sending, checked);
}

function refuseUnclear(data: readonly string[], options: SendOptions): void {
  const { manifest, type, email, keyId } = options;
  if (data.includes(STDIO)) throw usageError('send reads the data file twice, so it cannot be -.');
  if (manifest === undefined) {
    if (type && email !== undefined && keyId !== undefined) return;
    throw usageError('Give --manifest FILE, or all of --type, --email and --key-id.');
  }
  if (type ?? email) throw usageError('--type and --email are told by the manifest.');
  if (manifest.length !== data.length) {
    throw usageError(
      `There are ${data.length} data files and ${manifest.length} manifests; each needs its own.`,
    );
  }
}

async function readIdentity(context: CliContext, options: SendOptions): Promise<SendSecrets> {
  const { bytes } = await readSmallFile(options.identity, SSH_KEY_LIMIT_BYTES);
  const privateKey = bytes.toString('utf8');
  const source = {
    file: options.identityPassphraseFile,
    question: `Passphrase for ${visible(options.identity)}: `,
  };
  return withPassphrase(context, source, (passphrase) => {
    readSshPrivateKey(privateKey, passphrase);
    return Promise.resolve({ privateKey, ...(passphrase !== undefined && { passphrase }) });
  });
}

/** Reads or makes the manifest, and gives the data file the plain name in it. */
async function readItem(
  context: CliContext,
  path: string,
  options: SendOptions,
  manifestPath: string | undefined,
): Promise<Item> {
  const sourcePath = resolve(path);
  const sourceName = basename(path);
  const { dataName } = planNames(sourceName, { usedBefore: false, now: new Date() });
  const text = await manifestFor(context, path, options, manifestPath);
  const manifest = requireManifest(text);
  const { keyId } = options;
  if (manifest.keyId === undefined) throw new AppError('KEY_ID_MISSING');
  if (keyId !== undefined && manifest.keyId.toLowerCase() !== keyId) {
    throw new AppError('KEY_ID_DIFFERS', { wanted: keyId, found: manifest.keyId });
  }
  if (manifest.fileName !== dataName) {
    const names = { found: manifest.fileName, wanted: dataName };
    throw new AppError('MANIFEST_NAMES_OTHER_FILE', names);
  }
  return { sourcePath, sourceName, manifestText: text };
}

async function manifestFor(
  context: CliContext,
  path: string,
  { type, email, keyId }: SendOptions,
  manifestPath: string | undefined,
): Promise<string> {
  if (manifestPath !== undefined) {
    const { bytes } = await readSmallFile(manifestPath, LIMITS.manifestBytes);
    return decodeManifest(bytes, manifestPath);
  }
  if (!type || email === undefined || keyId === undefined) throw new AppError('KEY_ID_MISSING');
  const { text, notices } = await makeManifest(path, { type, email, keyId });
  for (const notice of notices) context.terminal.note(notice);
  return text;
}

/** A file sealed to a key that the platform does not hold under this Key ID could never be opened there. */
async function refuseOtherKey(
  context: CliContext,
  { fingerprint }: Recipient,
  items: readonly Item[],
): Promise<void> {
  const keySets = await (await openKeyStore(context)).list();
  for (const { manifestText } of items) {
    const keyId = requireManifest(manifestText).keyId?.toLowerCase() ?? '';
    const holders = keySets.filter(({ registrations }) =>
      registrations.some((registration) => registration.keyId.toLowerCase() === keyId),
    );
    const [other] = holders;
    if (!other || holders.some((holder) => holder.fingerprint === fingerprint)) continue;
    throw new AppError('KEY_ID_OF_OTHER_KEY', { keyId, fingerprint: other.fingerprint });
  }
}

/** Every row of every file, before the first byte of any is sent. */
async function checkAll(
  context: CliContext,
  items: readonly Item[],
  { acceptRejected = false }: SendOptions,
): Promise<{
  checked: Checked[];
  reports: { file: string; report: CheckReport }[];
  error: AppError | undefined;
}> {
  const checked: Checked[] = [];
  const reports: { file: string; report: CheckReport }[] = [];
  let error: AppError | undefined;
  for (const item of items) {
    const { dataName } = planNames(item.sourceName, { usedBefore: false, now: new Date() });
    const source = await checkSource({ ...item, dataName }, sendContext(context, item.sourceName));
    checked.push({ ...item, checked: source });
    reports.push({ file: item.sourceName, report: source.report });
    try {
      refuseUnsendable({ sourceName: item.sourceName, acceptRejected }, source);
    } catch (refusal) {
      if (!(refusal instanceof AppError)) throw refusal;
      error ??= refusal;
    }
  }
  return { checked, reports, error };
}

function sendContext(context: CliContext, name: string): SendContext {
  return {
    signal: context.signal,
    onStep: () => {
      context.terminal.endProgress();
    },
    onProgress: ({ step, done, total }) => {
      context.terminal.progress(`${step} ${name}`, done, total);
    },
  };
}

interface Sending {
  readonly context: CliContext;
  readonly options: SendOptions;
  readonly target: SendTarget;
  readonly recipient: Recipient;
  readonly secrets: SendSecrets;
}

/** One file after the other: the platform takes them in the order in which they come. */
async function deliverAll(sending: Sending, items: readonly Checked[]): Promise<Outcome> {
  const { context, secrets } = sending;
  const profileDir = await openProfile();
  const hostKey = await hostKeyTrust(sending.options, profileDir);
  const receiptStore = new ReceiptStore(join(profileDir, 'receipts.jsonl'));
  const sentNames = await SentNames.open(profileDir, await receiptStore.list());
  const receipts: Receipt[] = [];
  const outcome = () => ({
    text: receipts.map(receiptText).join(''),
    json: {
      receipts,
      reports: items.map(({ sourceName, checked }) => ({
        file: sourceName,
        report: checked.report,
      })),
    },
  });
  for (const item of items) {
    try {
      const facts = await attemptFacts(sending, item);
      const names = await sentNames.reserve(item.sourceName, facts, new Date());
      const plan = planOf(sending, item, names, { profileDir, hostKey });
      const receipt = await runSend(
        plan,
        secrets,
        sendContext(context, item.sourceName),
        item.checked,
      );
      receipts.push(receipt);
      await sentNames.markDelivered(facts, names);
      await receiptStore.add(receipt);
    } catch (error) {
      if (!(error instanceof AppError) || receipts.length === 0) throw error;
      return { ...outcome(), error };
    }
  }
  return outcome();
}

async function attemptFacts(
  { target, recipient }: Sending,
  { sourcePath, manifestText }: Checked,
): Promise<AttemptFacts> {
  const { size, mtimeMs } = await stat(sourcePath);
  return {
    account: `${target.username}@${target.host}:${target.port}`,
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
  item: Checked,
  names: { dataName: string; manifestName: string },
  { profileDir, hostKey }: { profileDir: string; hostKey: HostKeyTrust },
): SendPlan {
  return {
    jobId: randomUUID(),
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
    compress: options.compress,
    spoolDir: join(profileDir, 'spool'),
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
