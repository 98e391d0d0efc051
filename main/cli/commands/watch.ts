/** `sealift watch`: delivers each file that comes into a folder, until it is stopped. */
import { createHash, randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { withFileName } from '../../jobs/manifest-file-name.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { decodeManifest, requireManifest } from '../../manifest/index.ts';
import { openProfile } from '../../platform/profile.ts';
import { requirePattern } from '../../schedules/name-pattern.ts';
import type { StoredSchedule } from '../../schedules/schedule-store.ts';
import { ANY_DATA_FILE, requireFolder } from '../../schedules/watched-folder.ts';
import { addCommand, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile } from '../files.ts';
import { makeManifest } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { quietSecrets, readRecipient } from '../profile-keys.ts';
import { fileHands } from '../schedule/file-hands.ts';
import { keepClock, makeClock, runOnce } from '../schedule/keep-clock.ts';
import { addSendOptions } from '../send/add-options.ts';
import { readWay } from '../send/login.ts';
import type { SendOptions } from '../send/options.ts';
import { loginOf } from '../send/resumed-login.ts';

interface WatchOptions extends Omit<SendOptions, 'manifest'> {
  readonly manifest?: string;
  readonly pattern: string;
  readonly once?: boolean;
}

export function addWatchCommand(program: Command, run: Runner): void {
  const command = addCommand(
    program,
    'watch <dir>',
    'deliver each data file that comes into a folder; what was sent goes into done/, what fails its check into failed/ with its failing rows',
    [
      'sealift watch /srv/exports --to sftp://acct@sftp.example.com/ --identity ~/.ssh/id_ed25519 \\',
      '    --recipient platform.asc --key-id UUID --type profile --email data@example.com',
    ],
  );
  addSendOptions(command)
    .option('--manifest <file>', 'manifest for every file; its fileName is made anew each time')
    .option(
      '--pattern <names>',
      '* any text, ? one character, {yyyy-MM-dd} any date (default: all CSV and JSON files)',
      ANY_DATA_FILE,
    )
    .option('--once', 'deliver the files that are there now, and end')
    .action((dir: string, options: WatchOptions) => run((context) => watch(context, dir, options)));
}

async function watch(context: CliContext, dir: string, options: WatchOptions): Promise<Outcome> {
  const folder = resolve(dir);
  await requireFolder(folder);
  requirePattern(options.pattern);
  const manifestFor = await manifestMaker(options);
  const { manifest: _own, ...sendOptions } = options;
  const { target, secrets } = await readWay(context, options);
  const sending = {
    context,
    options: sendOptions,
    recipient: await readRecipient(context, options.recipient),
    ...{ target, login: loginOf(options), secrets },
    profileSecrets: await quietSecrets(context, options),
  };
  const hands = fileHands(sending, manifestFor);
  const profileDir = await openProfile();
  const receipts = new ReceiptStore(profileDir);
  const watched = watchOf(folder, options.pattern);
  const clock = makeClock(context, {
    ...{ profileDir, lockName: `watch-${digest(folder)}.lock` },
    store: {
      list: () => Promise.resolve([watched.schedule]),
      get: () => Promise.resolve(watched.schedule),
      change: (_id, change) => Promise.resolve((watched.schedule = change(watched.schedule))),
    },
    handsOf: () => hands,
    receipts: () => receipts.list(),
    isLocked: () => Promise.resolve(false),
  });
  if (options.once !== true) return keepClock(context, clock);
  const run = await runOnce(context, clock, watched.schedule.id);
  const { name } = watched.schedule;
  const error =
    run?.outcome === 'failed'
      ? new AppError('SCHEDULE_RUN_FAILED', { name, failed: run.failed })
      : undefined;
  return { text: '', json: { runs: clock.runs }, ...(error && { error }) };
}

/** Nothing is kept of it: it is a schedule for as long as the command runs. */
function watchOf(folder: string, pattern: string): { schedule: StoredSchedule } {
  return {
    schedule: {
      ...{ id: randomUUID(), name: basename(folder), folder, pattern },
      trigger: { kind: 'watch' },
      delivery: {
        ...{ connectionId: randomUUID(), fingerprint: '', keyId: '', type: 'profile' },
        ...{ clientEmail: '', mapping: { kind: 'guess' }, acceptRejected: false, convert: false },
      },
      ...{ isOn: true, seenUntil: new Date().toISOString(), missed: [] },
    },
  };
}

type ManifestMaker = Parameters<typeof fileHands>[1];

/** @throws AppError USAGE, and those of reading a manifest */
async function manifestMaker(options: WatchOptions): Promise<ManifestMaker> {
  const { manifest, type, email, keyId, convert } = options;
  if (manifest !== undefined) {
    if (type ?? email) throw usageError('--type and --email are told by the manifest.');
    const { bytes } = await readSmallFile(manifest, LIMITS.manifestBytes);
    const text = decodeManifest(bytes, manifest);
    if (requireManifest(text).keyId === undefined) throw new AppError('KEY_ID_MISSING');
    return async (_path, _facts, dataName) => withFileName(text, dataName);
  }
  if (!type || email === undefined || keyId === undefined) {
    throw usageError('Give --manifest FILE, or all of --type, --email and --key-id.');
  }
  return async (path, _facts, dataName) => {
    const { text } = await makeManifest(path, { type, email, keyId, convert });
    return withFileName(text, dataName);
  };
}

/** One watcher for each folder. */
function digest(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}
