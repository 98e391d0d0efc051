/** `sealift sources`: SFTP servers from which a Sealift server fetches, by the clock or when told. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Source } from '../../../shared/domain/source.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { Platform } from '../../console/key-registration.ts';
import { addCommand, addGroup } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { addConsoleOptions, openConsole } from '../console-options.ts';
import type { ConsoleOptions } from '../console-options.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { count, visible } from '../visible.ts';

const ACCESS =
  '--console http://127.0.0.1:4020 --account ABC-DEF-GHJK --token-file credentials.json';
const EXAMPLE_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const POLL_MS = 300;

export function addSourceCommands(program: Command, run: Runner): void {
  const sources = addGroup(program, 'sources', 'SFTP servers from which a Sealift server fetches', [
    `sealift sources list ${ACCESS}`,
  ]);
  addList(sources, run);
  addAdd(sources, run);
  addRemove(sources, run);
  addRun(sources, run);
}

function addList(sources: Command, run: Runner): void {
  const command = addCommand(sources, 'list', 'list the sources of an account', [
    `sealift sources list ${ACCESS}`,
  ]);
  addConsoleOptions(command).action((options: ConsoleOptions) =>
    run(async (context) => {
      const { client, accountId } = await openConsole(context, options);
      const items = await client.sources(accountId, { signal: context.signal });
      const text =
        items.map(describe).join('') || 'No sources yet. See: sealift sources add --help\n';
      return { text, json: { sources: items } };
    }),
  );
}

interface AddOptions extends ConsoleOptions {
  readonly hostKey: string;
  readonly pattern?: string;
  readonly cron?: string;
  readonly timeZone?: string;
}

function addAdd(sources: Command, run: Runner): void {
  const command = addCommand(
    sources,
    'add <url>',
    'add sftp://user@host[:port]/folder, and print the key that this server has to authorise',
    [
      `sealift sources add sftp://exports@sftp.example.com/outbox ${ACCESS} \\`,
      '    --host-key SHA256:… --cron "0 5 * * *" --time-zone Europe/Berlin',
    ],
  );
  addConsoleOptions(command)
    .requiredOption('--host-key <sha256>', "the server's host key, as ssh-keygen -l prints it")
    .option('--pattern <names>', 'manifests to fetch: * any text, ? one character (default: all)')
    .option('--cron <line>', 'when to fetch; without it only sources run fetches')
    .option('--time-zone <name>', 'of the cron line (default: UTC)')
    .action((url: string, options: AddOptions) => run((context) => add(context, url, options)));
}

async function add(context: CliContext, url: string, options: AddOptions): Promise<Outcome> {
  const { client, accountId } = await openConsole(context, options);
  const { hostKey, pattern, cron, timeZone } = options;
  const source = {
    url,
    hostKeySha256: hostKey,
    ...(pattern !== undefined && { pattern }),
    ...(cron !== undefined && { cron }),
    ...(timeZone !== undefined && { timeZone }),
  };
  const added = await client.addSource(accountId, source, { signal: context.signal });
  context.terminal.note(`Added source ${added.id}. Add this key to authorized_keys there:`);
  return { text: `${visible(added.publicKey)}\n`, json: added };
}

function addRemove(sources: Command, run: Runner): void {
  const command = addCommand(sources, 'remove <id>', 'remove a source and its key', [
    `sealift sources remove ${EXAMPLE_ID} ${ACCESS}`,
  ]);
  addConsoleOptions(command).action((id: string, options: ConsoleOptions) =>
    run(async (context) => {
      const { client, accountId } = await openConsole(context, options);
      await client.removeSource(accountId, id, { signal: context.signal });
      return { text: `Removed ${visible(id)}\n`, json: { id } };
    }),
  );
}

function addRun(sources: Command, run: Runner): void {
  const command = addCommand(sources, 'run <id>', 'fetch now, and wait until it is done', [
    `sealift sources run ${EXAMPLE_ID} ${ACCESS}`,
  ]);
  addConsoleOptions(command).action((id: string, options: ConsoleOptions) =>
    run(async (context) => {
      const platform = await openConsole(context, options);
      await platform.client.runSource(platform.accountId, id, { signal: context.signal });
      const source = await whenIdle(platform, id, context.signal);
      return outcomeOf(source);
    }),
  );
}

/** The source once its visit has ended. @throws AppError CANCELLED, CONSOLE_NOT_FOUND */
async function whenIdle(
  { client, accountId, name }: Platform,
  id: string,
  signal: AbortSignal,
): Promise<Source> {
  for (;;) {
    const source = (await client.sources(accountId, { signal })).find((one) => one.id === id);
    if (!source) throw new AppError('CONSOLE_NOT_FOUND', { host: name, what: `the source ${id}` });
    if (!source.running) return source;
    await wait(POLL_MS, undefined, { signal }).catch((cause: unknown) => {
      throw new AppError('CANCELLED', {}, { cause });
    });
  }
}

function outcomeOf(source: Source): Outcome {
  const { fetched = 0, problem = null } = source.lastRun ?? {};
  const text = `Fetched ${count(fetched, 'manifest')} from ${visible(source.url)}\n`;
  if (problem === null) return { text, json: { source } };
  const error = new AppError('SOURCE_RUN_FAILED', { url: source.url, problem });
  return { text, json: { source }, error };
}

/** A few indented lines about a source. */
function describe({ id, url, pattern, cron, timeZone, hostKeySha256, lastRun }: Source): string {
  const when = cron === null ? 'when told' : `${cron} (${timeZone ?? 'UTC'})`;
  const last = lastRun && `${lastRun.at}, ${count(lastRun.fetched, 'manifest')}`;
  const lines = [
    `${id}  ${url}`,
    `    fetches ${pattern ?? 'all manifests'}, ${when}`,
    `    host key ${hostKeySha256}`,
    `    last visit ${last ?? 'never'}${lastRun?.problem ? `: ${lastRun.problem}` : ''}`,
  ];
  return `${lines.map(visible).join('\n')}\n`;
}
