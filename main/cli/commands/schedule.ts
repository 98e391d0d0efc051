/** `sealift schedule`: deliveries by the clock or as files come, kept in the profile; app and command line share them. */
import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { ScheduleMapping, ScheduleTrigger } from '../../../shared/domain/schedule.ts';
import { wordsOf } from '../../../shared/cron-words.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { decodeManifest, requireManifest } from '../../manifest/index.ts';
import { MappingTemplates } from '../../manifest/mapping-templates.ts';
import { openProfile } from '../../platform/profile.ts';
import { ScheduleStore } from '../../schedules/schedule-store.ts';
import type { StoredSchedule } from '../../schedules/schedule-store.ts';
import { nextTime } from '../../schedules/times.ts';
import { ANY_DATA_FILE } from '../../schedules/watched-folder.ts';
import {
  addCommand,
  addGroup,
  oneOf,
  parseEmail,
  parseKeyId,
  usageError,
} from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile } from '../files.ts';
import { CONVERT_HELP, IMPORT_TYPES } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { MASTER_PASSWORD_OPTION, openKeyStore } from '../profile-keys.ts';
import { keepClock, makeClock, runOnce, runText } from '../schedule/keep-clock.ts';
import { findConnection } from '../schedule/find-connection.ts';
import type { ConnectionOptions } from '../schedule/find-connection.ts';
import { isLocked, scheduleHands } from '../schedule/stored-hands.ts';
import type { ResumeOptions } from '../send/resumed-login.ts';
import { visible } from '../visible.ts';

const EXAMPLE_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

export function addScheduleCommands(program: Command, run: Runner): void {
  const group = addGroup(program, 'schedule', 'deliveries by the clock, or as files come', [
    'sealift schedule list',
    'sealift schedule run',
  ]);
  addAdd(group, run);
  addCommand(group, 'list', 'list the schedules of this profile', [
    'sealift schedule list --json',
  ]).action(() => run(list));
  addRun(group, run);
  addCommand(group, 'remove <id>', 'remove one; its files stay', [
    `sealift schedule remove ${EXAMPLE_ID}`,
  ]).action((id: string) =>
    run(async () => {
      await new ScheduleStore(await openProfile()).remove(id);
      return { text: `Removed ${visible(id)}\n`, json: { id } };
    }),
  );
}

interface AddOptions extends ConnectionOptions {
  readonly name?: string;
  readonly pattern: string;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly keyId: string;
  readonly type?: ImportType;
  readonly email?: string;
  readonly manifest?: string;
  readonly template?: string;
  readonly acceptRejected?: boolean;
  readonly convert?: boolean;
}

function addAdd(group: Command, run: Runner): void {
  addCommand(
    group,
    'add <dir>',
    'deliver the files of a folder: as they come, or with --cron at times',
    [
      `sealift schedule add /srv/exports --connection Platform --key-id ${EXAMPLE_ID} \\`,
      "    --type profile --email data@example.com --pattern 'users-{yyyy-MM-dd}.csv' \\",
      '    --cron "30 5 * * 1-5" --time-zone Europe/Berlin',
    ],
  )
    .option('--name <name>', 'how it is called (default: the folder)')
    .option(
      '--pattern <names>',
      '* any text, ? one character, {yyyy-MM-dd} the date, {yyyyMMdd -1d} that of the day before (default: all CSV and JSON files)',
      ANY_DATA_FILE,
    )
    .option(
      '--cron <line>',
      'minute hour day month weekday; without it each file that comes is sent',
    )
    .option('--time-zone <name>', 'IANA name of the zone of --cron (default: that of this machine)')
    .requiredOption('--key-id <uuid>', 'Key ID of a key set of this profile', parseKeyId)
    .option('--type <type>', 'event or profile, when there is no manifest', oneOf(IMPORT_TYPES))
    .option('--email <address>', 'gets the mails, when there is no manifest', parseEmail)
    .option('--manifest <file>', 'manifest for every file; its fileName is made anew each time')
    .option('--template <name>', 'a mapping that was saved under a name, in place of a guess')
    .option('--connection <name>', 'a connection of this profile; or make one with --to')
    .option('--to <url>', 'sftp://USER@HOST:PORT/DIR; /~/DIR begins where the login lands')
    .option('--identity <file>', 'SSH private key, for --to')
    .option('--identity-passphrase-file <file>', 'file with its passphrase; kept with the secrets')
    .option('--known-hosts <file>', 'known host keys (default: those accepted in this profile)')
    .option('--accept-new-host-key', 'trust and pin the key of a host that is not known yet')
    .option('--accept-rejected', 'send although the platform will reject some of the rows')
    .option('--convert', CONVERT_HELP)
    .option(...MASTER_PASSWORD_OPTION)
    .action((dir: string, options: AddOptions) => run((context) => add(context, dir, options)));
}

async function add(context: CliContext, dir: string, options: AddOptions): Promise<Outcome> {
  const { name, pattern, keyId, acceptRejected = false, convert = false } = options;
  const folder = resolve(dir);
  const trigger = triggerOf(options);
  const { type, email, mapping } = await manifestOf(options);
  const keySets = await (await openKeyStore(context, options)).list();
  const holder = keySets.find(({ registrations }) =>
    registrations.some((registration) => registration.keyId.toLowerCase() === keyId),
  );
  if (!holder) throw new AppError('KEY_ID_NOT_NOTED', { keyId });
  const connection = await findConnection(context, options);
  const saved = await new ScheduleStore(await openProfile()).save({
    ...{ id: randomUUID(), name: name ?? basename(folder), folder, pattern, trigger },
    delivery: {
      ...{ connectionId: connection.id, fingerprint: holder.fingerprint, keyId, type },
      ...{ clientEmail: email, mapping, acceptRejected, convert },
    },
    isOn: true,
  });
  return { text: describe(saved), json: { schedule: saved } };
}

/** @throws AppError USAGE */
function triggerOf({ cron, timeZone }: AddOptions): ScheduleTrigger {
  if (cron !== undefined) {
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { kind: 'cron', cron, timeZone: timeZone ?? own };
  }
  if (timeZone !== undefined) throw usageError('--time-zone is the zone of --cron.');
  return { kind: 'watch' };
}

async function manifestOf(
  options: AddOptions,
): Promise<{ type: ImportType; email: string; mapping: ScheduleMapping }> {
  const { manifest, template, type, email, keyId } = options;
  if (manifest !== undefined) {
    if (type ?? email ?? template) {
      throw usageError('--type, --email and the mapping are told by the manifest.');
    }
    const { bytes } = await readSmallFile(manifest, LIMITS.manifestBytes);
    const text = decodeManifest(bytes, manifest);
    const told = requireManifest(text);
    if (told.keyId?.toLowerCase() !== keyId) {
      throw new AppError('KEY_ID_DIFFERS', { wanted: keyId, found: told.keyId ?? 'none' });
    }
    return { type: told.type, email: told.clientEmail, mapping: { kind: 'manifest', text } };
  }
  if (!type || email === undefined) {
    throw usageError('Give --manifest FILE, or both of --type and --email.');
  }
  if (template === undefined) return { type, email, mapping: { kind: 'guess' } };
  const templates = await new MappingTemplates(await openProfile()).list();
  const found = templates.find((one) => one.name.toLowerCase() === template.toLowerCase());
  if (!found) throw new AppError('TEMPLATE_UNKNOWN');
  return { type, email, mapping: { kind: 'template', id: found.id } };
}

async function list(): Promise<Outcome> {
  const schedules = await new ScheduleStore(await openProfile()).list();
  const text =
    schedules.map(describe).join('') || 'No schedules yet. See: sealift schedule add --help\n';
  return { text, json: { schedules: schedules.map(withNext) } };
}

function withNext(schedule: StoredSchedule) {
  const { trigger, isOn } = schedule;
  const next = trigger.kind === 'cron' && isOn ? nextTime(trigger, new Date()) : undefined;
  return { ...schedule, ...(next && { next: next.toISOString() }) };
}

function describe(schedule: StoredSchedule): string {
  const { id, name, folder, pattern, trigger, isOn, missed, waitingSince, lastRun } = schedule;
  const when =
    trigger.kind === 'watch'
      ? 'each file that comes'
      : `${wordsOf(trigger.cron)}, ${trigger.timeZone}`;
  const { next } = withNext(schedule);
  const lines = [
    `${id}  ${name}${isOn ? '' : ' (off)'}`,
    `    ${when}`,
    `    files ${pattern} of ${folder}`,
    ...(next === undefined ? [] : [`    next ${next}`]),
    ...(waitingSince === undefined ? [] : [`    waiting for unlock since ${waitingSince}`]),
    ...(missed.length === 0 ? [] : [`    missed ${missed.join(', ')}`]),
    `    last run ${lastRun ? `${lastRun.at}: ${runText(lastRun)}` : 'never'}`,
  ];
  return `${lines.map(visible).join('\n')}\n`;
}

function addRun(group: Command, run: Runner): void {
  addCommand(
    group,
    'run [id]',
    'run one now, with its missed ones; without id keep the clock of all until stopped',
    [`sealift schedule run ${EXAMPLE_ID}`, 'sealift schedule run --master-password-file F'],
  )
    .option('--identity-passphrase-file <file>', 'file with the passphrase of the SSH key')
    .option(...MASTER_PASSWORD_OPTION)
    .action((id: string | undefined, options: ResumeOptions) =>
      run((context) => runSchedules(context, id, options)),
    );
}

async function runSchedules(
  context: CliContext,
  id: string | undefined,
  options: ResumeOptions,
): Promise<Outcome> {
  const profileDir = await openProfile();
  const store = new ScheduleStore(profileDir);
  const { receipts, handsOf } = await scheduleHands(context, options);
  const clock = makeClock(context, {
    ...{ profileDir, store, handsOf, isLocked: () => isLocked(context, options) },
    receipts: () => receipts.list(),
  });
  // Nobody is there to unlock: it is said at once, not at the first time that comes.
  if (await isLocked(context, options)) {
    const name = id === undefined ? 'of this profile' : (await store.get(id)).name;
    throw new AppError('SCHEDULE_WAITS', { name });
  }
  if (id === undefined) return keepClock(context, clock);
  const ran = await runOnce(context, clock, id);
  const { name } = await store.change(id, (before) => ({ ...before, missed: [] }));
  if (!ran || ran.outcome === 'failed') {
    const error = new AppError('SCHEDULE_RUN_FAILED', { name, failed: ran?.failed ?? 0 });
    return { text: '', json: { run: ran }, error };
  }
  return { text: `${visible(name)}: ${visible(runText(ran))}\n`, json: { run: ran } };
}
