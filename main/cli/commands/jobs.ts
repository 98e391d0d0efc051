/** `sealift jobs`: deliveries of the command line that did not come to their end. */
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/index.ts';
import { RateLimit } from '../../delivery/rate-limit.ts';
import { PartJournal } from '../../jobs/part-journal.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { discardDelivery, forgetDelivery, runSend } from '../../jobs/send-job.ts';
import { SentNames } from '../../jobs/send-names.ts';
import { SendRecords } from '../../jobs/send-records.ts';
import type { SendRecord } from '../../jobs/send-records.ts';
import { openProfile } from '../../platform/profile.ts';
import { addCommand, addGroup, LIMIT_RATE_OPTION } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { MASTER_PASSWORD_OPTION, quietSecrets } from '../profile-keys.ts';
import { receiptText } from '../report.ts';
import { sendContext } from '../send/items.ts';
import { openLogin } from '../send/resumed-login.ts';
import type { ResumeOptions } from '../send/resumed-login.ts';
import { openSpool } from '../send/spool.ts';
import { visible } from '../visible.ts';

export function addJobCommands(program: Command, run: Runner): void {
  const jobs = addGroup(
    program,
    'jobs',
    'deliveries of send, watch and schedule that were stopped; those of the app are in its Activity',
    ['sealift jobs list', 'sealift jobs resume 3f1c'],
  );
  addCommand(jobs, 'list', 'list them, newest first', ['sealift jobs list --json']).action(() =>
    run(async () => {
      const records = await new SendRecords(await openProfile()).list();
      const text = records.map(describe).join('') || 'No delivery was left behind.\n';
      return { text, json: { jobs: records.map(shown) } };
    }),
  );
  addCommand(
    jobs,
    'resume <id>',
    'send the rest, under the same names; what arrived is not sent again',
    ['sealift jobs resume 3f1c'],
  )
    .option('--identity-passphrase-file <file>', 'file with the passphrase of the SSH key')
    .option(...LIMIT_RATE_OPTION)
    .option(...MASTER_PASSWORD_OPTION)
    .action((id: string, options: ResumeOptions) => run((context) => resume(context, id, options)));
  addCommand(jobs, 'discard <id>', 'give one up, and remove what it left on this machine', [
    'sealift jobs discard 3f1c',
  ]).action((id: string) => run(() => discard(id)));
}

async function resume(context: CliContext, id: string, options: ResumeOptions): Promise<Outcome> {
  const profileDir = await openProfile();
  const records = new SendRecords(profileDir);
  const record = await stopped(records, id);
  const secrets = await openLogin(context, record.login, options);
  const receipts = new ReceiptStore(profileDir, await quietSecrets(context, options));
  const plan = { ...record.plan, spoolDir: await openSpool(profileDir) };
  // From here on it is this process's.
  await records.note({ ...record, plan });
  const kept = await receipts.get(record.jobId);
  const shown = sendContext(context, plan.sourceName);
  const limit = new RateLimit(options.limitRate);
  const receipt = kept ?? (await runSend(plan, secrets, { ...shown, limit }));
  if (!kept) await receipts.add(receipt);
  const names = await SentNames.open(profileDir);
  await names.settle(record.facts, plan, 'delivered');
  await forgetDelivery(plan);
  await records.forget(record.jobId);
  return { text: receiptText(receipt), json: { receipts: [receipt] } };
}

async function discard(id: string): Promise<Outcome> {
  const profileDir = await openProfile();
  const records = new SendRecords(profileDir);
  const { plan, facts, jobId } = await stopped(records, id);
  await discardDelivery(plan);
  const { names } = await PartJournal.open(plan);
  // Names under which something may have arrived stay used.
  if (names.length === 0) await (await SentNames.open(profileDir)).release(facts, plan);
  await records.forget(jobId);
  const kept = names.length === 0 ? '' : ' Some of it may have arrived: its names stay used.';
  return { text: `Gave up ${visible(plan.sourceName)}.${kept}\n`, json: { jobId } };
}

/** @throws AppError JOB_UNKNOWN, JOB_STILL_RUNNING */
async function stopped(records: SendRecords, id: string): Promise<SendRecord> {
  const record = await records.get(id);
  if (record.isRunning) throw new AppError('JOB_STILL_RUNNING', { name: record.plan.sourceName });
  return record;
}

function shown({ jobId, createdAt, isRunning, plan }: SendRecord) {
  const { sourceName, dataName, manifestName, target } = plan;
  const state = isRunning ? 'running' : 'interrupted';
  return { id: jobId, createdAt, state, sourceName, dataName, manifestName, target };
}

function describe(record: SendRecord): string {
  const { id, state, createdAt, sourceName, dataName, target } = shown(record);
  const lines = [
    `${id}  ${sourceName}, ${state}`,
    `    as ${dataName} to ${target.username}@${target.host}:${target.port}`,
    `    begun ${createdAt}`,
  ];
  return `${lines.map(visible).join('\n')}\n`;
}
