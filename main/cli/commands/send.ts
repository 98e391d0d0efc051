/** `sealift send`: reads the command line, checks everything, then delivers. */
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { readSshPrivateKey } from '../../delivery/ssh-private-key.ts';
import type { SendSecrets } from '../../jobs/send-job.ts';
import { DEFAULT_COMPRESSION } from '../../seal/seal.ts';
import {
  addCommand,
  oneOf,
  parseCompression,
  parseEmail,
  parseKeyId,
  parseSealedLimit,
  usageError,
} from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile, STDIO } from '../files.ts';
import { CONVERT_HELP, IMPORT_TYPES } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { withPassphrase } from '../passphrase.ts';
import { MASTER_PASSWORD_OPTION, quietSecrets, readRecipient } from '../profile-keys.ts';
import { checkText, receiptText } from '../report.ts';
import { deliverAll } from '../send/deliver.ts';
import { checkAll, readItem, refusalOf, refuseOtherKey } from '../send/items.ts';
import type { Item } from '../send/items.ts';
import type { SendOptions } from '../send/options.ts';
import { parseSendTarget } from '../send/target.ts';
import { visible } from '../visible.ts';

const SSH_KEY_LIMIT_BYTES = 64 * 1024;

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
    .option('--email <address>', 'gets the mails, when there is no manifest', parseEmail)
    .option('--accept-rejected', 'send although the platform will reject some of the rows')
    .option('--convert', CONVERT_HELP)
    .option('--overwrite', 'replace files of the same names on the server')
    .option(
      '--compress <level>',
      'none, or 1 (fastest) to 9',
      parseCompression,
      DEFAULT_COMPRESSION,
    )
    .option(
      '--max-sealed-bytes <n>',
      'a sealed file stays under this; larger data goes in parts',
      parseSealedLimit,
      LIMITS.sealedBytes,
    )
    .option(...MASTER_PASSWORD_OPTION)
    .action((data: readonly string[], options: SendOptions) =>
      run((context) => send(context, data, options)),
    );
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
  let refused: string | undefined;
  const onChecked = (file: string, report: CheckReport): void => {
    reports.push({ file, report });
    const told = report.problems.length > 0 ? checkText(file, report) : '';
    const { acceptRejected = false } = options;
    if (refusalOf({ sourceName: file, acceptRejected }, report)) refused = told;
    else if (told !== '') context.terminal.note(told.trimEnd());
  };
  const profileSecrets = await quietSecrets(context, options);
  const sending = {
    ...{ context, options, target, recipient },
    secrets,
    profileSecrets,
    onChecked,
  };
  const { receipts, error: failure } = await deliverAll(sending, checked);
  if (refused !== undefined) return { text: refused, json: { reports }, error: failure };
  return {
    text: receipts.map(receiptText).join(''),
    json: { receipts, reports },
    ...(failure && { error: failure }),
  };
}

function refuseUnclear(data: readonly string[], options: SendOptions): void {
  const { manifest, type, email, keyId } = options;
  if (data.includes(STDIO))
    throw usageError('send looks at the data file before it reads it, so it cannot be -.');
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
