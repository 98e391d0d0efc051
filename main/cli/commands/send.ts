/** `sealift send`: reads the command line, checks everything, then delivers. */
import type { Command } from 'commander';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import type { Verification } from '../../delivery/upload.ts';
import { DEFAULT_COMPRESSION } from '../../seal/seal.ts';
import {
  addCommand,
  oneOf,
  parseCompression,
  parseEmail,
  parseKeyId,
  parseSealedLimit,
  parseSeconds,
  usageError,
} from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { STDIO } from '../files.ts';
import { CONVERT_HELP, IMPORT_TYPES } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { MASTER_PASSWORD_OPTION, quietSecrets, readRecipient } from '../profile-keys.ts';
import { checkText, receiptText } from '../report.ts';
import { deliverAll } from '../send/deliver.ts';
import { checkAll, readItem, refusalOf, refuseOtherKey } from '../send/items.ts';
import type { Item } from '../send/items.ts';
import type { SendOptions } from '../send/options.ts';
import { readWay } from '../send/login.ts';

const parseVerified = oneOf(['size', 'content'] as const);
const parseVerification = (value: string): Verification =>
  parseVerified(value) === 'content' ? 'sha256' : 'size';

export function addSendCommand(program: Command, run: Runner): void {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  const command = addCommand(
    program,
    'send <data...>',
    'check, seal and deliver data files, each with its manifest',
    [
      'sealift send users.csv --manifest users.manifest --to sftp://acct@sftp.example.com/incoming \\',
      '    --identity ~/.ssh/id_ed25519 --known-hosts ~/.ssh/known_hosts --recipient platform.asc',
      'sealift send users.csv --manifest users.manifest --to sftp://platform/ --ssh-config ~/.ssh/config \\',
      '    --known-hosts ~/.ssh/known_hosts --recipient platform.asc',
      'sealift send orders.csv --key-id ec491319-9823-48cd-b6a1-6bb0bc666d75 --type event \\',
      '    --email data@example.com --to sftp://acct@localhost:4022/ --identity key \\',
      '    --accept-new-host-key --recipient platform.asc',
    ],
  ).requiredOption('--to <url>', 'sftp://USER@HOST:PORT/DIR; /~/DIR begins where the login lands');
  addLoginOptions(command)
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

/** How the server is reached, how the login is done, and what the server is like. */
function addLoginOptions(command: Command): Command {
  return command
    .option('--identity <file>', 'SSH private key')
    .option(
      '--identity-passphrase-file <file>',
      'file with its passphrase; without it you are asked',
    )
    .option('--agent', 'log in with the keys of the SSH agent')
    .option('--agent-key <fingerprint>', 'log in with this key of the SSH agent (SHA256:…)')
    .option('--password', 'allow a password where the server asks for one; you are asked for it')
    .option('--password-file <file>', 'the same, from a file')
    .option('--jump <hosts>', 'by way of these, as in ssh -J: USER@HOST:PORT, several with commas')
    .option(
      '--ssh-config <file>',
      'take host name, user, port, key and jump hosts of the host in --to from here',
    )
    .option(
      '--verify <what>',
      'size, or content: read back what arrived and compare it',
      parseVerification,
      DEFAULT_HABITS.verify,
    )
    .option('--direct-names', 'for a server that cannot rename: write under the final names')
    .option(
      '--connect-timeout <seconds>',
      'how long each server may take to let you in',
      parseSeconds,
      DEFAULT_HABITS.timeoutSeconds,
    )
    .option(
      '--keep-alive <seconds>',
      'how often an idle connection is kept awake',
      parseSeconds,
      DEFAULT_HABITS.keepAliveSeconds,
    );
}

async function send(
  context: CliContext,
  data: readonly string[],
  options: SendOptions,
): Promise<Outcome> {
  refuseUnclear(data, options);
  const { target, secrets } = await readWay(context, options);
  const recipient = await readRecipient(context, options.recipient);
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
