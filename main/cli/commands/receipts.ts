/** `sealift receipts`: what was delivered, whether it is whole, and a signed copy for others. */
import { access } from 'node:fs/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { EXPORT_FORMATS, problemText } from '../../../shared/domain/receipt-chain.ts';
import type { ChainReport, ExportFormat } from '../../../shared/domain/receipt-chain.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { besideExport, exportReceipts, writeExport } from '../../jobs/receipt-export.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { publicSigningKey } from '../../keys/signing-key.ts';
import { openProfile } from '../../platform/profile.ts';
import { addCommand, addGroup } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { MASTER_PASSWORD_OPTION, openProfileSecrets } from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { receiptText } from '../report.ts';
import { count, visible } from '../visible.ts';

export function addReceiptCommands(program: Command, run: Runner): void {
  const receipts = addGroup(program, 'receipts', 'what this profile delivered, and proof of it', [
    'sealift receipts verify',
  ]);
  addList(receipts, run);
  addVerify(receipts, run);
  addExport(receipts, run);
}

function addList(receipts: Command, run: Runner): void {
  addCommand(receipts, 'list', 'list the receipts, newest first; needs no keys', [
    'sealift receipts list --json',
  ]).action(() =>
    run(async () => {
      const all = await new ReceiptStore(await openProfile()).list();
      const text = all.map(receiptText).join('') || 'No receipts yet.\n';
      return { text, json: { receipts: all } };
    }),
  );
}

function addVerify(receipts: Command, run: Runner): void {
  addCommand(
    receipts,
    'verify',
    'tell whether a receipt was altered, removed or cut off; exit code 1 when one was',
    ['sealift receipts verify', 'sealift receipts verify --master-password-file F --json'],
  )
    .option(...MASTER_PASSWORD_OPTION)
    .action((options: ProfileOptions) => run((context) => verify(context, options)));
}

async function verify(context: CliContext, options: ProfileOptions): Promise<Outcome> {
  const secrets = await openProfileSecrets(context, options);
  const store = new ReceiptStore(await openProfile(), () => Promise.resolve(secrets));
  const report = await store.verify();
  const signingKey = await publicSigningKey(secrets);
  const outcome = {
    text: chainText(report),
    json: { chain: report, ...(signingKey && { signingKey }) },
  };
  if (report.state !== 'broken') return outcome;
  const error = new AppError('RECEIPTS_BROKEN', { problems: report.problems.length });
  return { ...outcome, error };
}

function chainText(report: ChainReport): string {
  const { state, receipts, chained, before, found, pending, startedAt, holdsFrom } = report;
  if (state === 'none') return 'No receipts yet, so there is no chain of them.\n';
  const lines = [
    `${count(receipts, 'receipt')}, ${chained} chained since ${startedAt ?? ''}`,
    ...(before > 0
      ? [`${before} of them made before the chain began, and guarded from then on`]
      : []),
    ...(found > 0
      ? [`${found} of them found without word from their delivery, and guarded since`]
      : []),
    ...(pending > 0 ? [`${count(pending, 'receipt')} not chained`] : []),
    ...report.problems.map((problem) => problemText(problem)),
    state === 'whole'
      ? 'The chain is whole.'
      : holdsFrom
        ? `The chain holds from receipt ${holdsFrom.number} on, chained ${holdsFrom.at}.`
        : 'The chain does not hold at its end.',
  ];
  return `${lines.map(visible).join('\n')}\n`;
}

interface ExportOptions extends ProfileOptions {
  readonly output: string;
  readonly format: ExportFormat;
  readonly force?: boolean;
}

function addExport(receipts: Command, run: Runner): void {
  addCommand(
    receipts,
    'export',
    'write the receipts with a signature by this profile, F.sig, and the key that checks it, F.pub.pem',
    [
      'sealift receipts export -o receipts.json',
      'openssl pkeyutl -verify -pubin -inkey receipts.json.pub.pem -rawin -in receipts.json \\',
      '    -sigfile receipts.json.sig',
    ],
  )
    .requiredOption('-o, --output <file>', 'where to write them')
    .addOption(
      new Option('--format <format>', 'json or csv').choices(EXPORT_FORMATS).default('json'),
    )
    .option('--force', 'overwrite files of these names')
    .option(...MASTER_PASSWORD_OPTION)
    .action((options: ExportOptions) => run((context) => exportAll(context, options)));
}

async function exportAll(context: CliContext, options: ExportOptions): Promise<Outcome> {
  const { output, format, force = false } = options;
  const beside = besideExport(output);
  if (!force) await refuseThere([output, beside.signature, beside.publicKey]);
  const secrets = await openProfileSecrets(context, options);
  const store = new ReceiptStore(await openProfile(), () => Promise.resolve(secrets));
  const made = await exportReceipts(store, secrets, format);
  await writeExport(output, made);
  const lines = [
    `${count(made.count, 'receipt')} in ${output}`,
    `signature in ${beside.signature}, Ed25519`,
    `public key in ${beside.publicKey}, SHA-256 ${made.signingKey.sha256}`,
  ];
  return {
    text: `${lines.map(visible).join('\n')}\n`,
    json: { receipts: made.count, file: output, ...beside, signingKey: made.signingKey },
  };
}

async function refuseThere(paths: readonly string[]): Promise<void> {
  for (const file of paths) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) throw new AppError('FILE_EXISTS', { file });
  }
}
