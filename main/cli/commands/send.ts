/** `sealift send`: reads the command line, checks everything, then delivers. */
import type { Command } from 'commander';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { addCommand, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { STDIO } from '../files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { quietSecrets, readRecipient } from '../profile-keys.ts';
import { checkText, receiptText } from '../report.ts';
import { deliverAll } from '../send/deliver.ts';
import { checkAll, readItem, refusalOf, refuseOtherKey } from '../send/items.ts';
import type { Item } from '../send/items.ts';
import type { SendOptions } from '../send/options.ts';
import { addSendOptions } from '../send/add-options.ts';
import { readWay } from '../send/login.ts';
import { loginOf } from '../send/resumed-login.ts';

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
  );
  addSendOptions(command)
    .option('--manifest <file>', 'manifest; once for each data file, in their order', collect)
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
    ...{ login: loginOf(options), secrets },
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
