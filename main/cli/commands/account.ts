/** `sealift account`: an account on a Sealift server, seen from its owner: what happened, its keys, its mail addresses. */
import type { Command } from 'commander';
import type { ActivityEntry } from '../../../shared/domain/import.ts';
import type { CallOptions, MailAddress } from '../../console/client.ts';
import type { Platform } from '../../console/key-registration.ts';
import { registerSshKey } from '../../console/ssh-registration.ts';
import { addCommand, addGroup, parseEmail, parseKeyId } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import { addConsoleOptions, openConsole } from '../console-options.ts';
import type { ConsoleOptions } from '../console-options.ts';
import { readSmallFile } from '../files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { visible } from '../visible.ts';

const ACCESS =
  '--console http://127.0.0.1:4020 --account ABC-DEF-GHJK --token-file credentials.json';
const EXAMPLE_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const PUBLIC_KEY_LIMIT_BYTES = 64 * 1024;
const ACTIVITY_ENTRIES = 100;

/** What a command of this group does once the account is open. */
type AccountWork<O> = (
  account: Platform & { readonly call: CallOptions; readonly context: CliContext },
  options: O,
) => Promise<Outcome>;

export function addAccountCommands(program: Command, run: Runner): void {
  const group = addGroup(
    program,
    'account',
    'an account on a Sealift server: what happened, its keys, its mail addresses',
    [`sealift account activity ${ACCESS}`],
  );
  addActivity(group, run);
  addSshKeys(group, run);
  addKeySets(group, run);
  addAddresses(group, run);
}

/** Adds a command that opens the account first. */
function addAccountCommand(
  group: Command,
  run: Runner,
  about: { usage: string; description: string; example: string },
): { command: Command; does: <O extends ConsoleOptions>(work: AccountWork<O>) => void } {
  const command = addCommand(group, about.usage, about.description, [
    `sealift account ${about.example} ${ACCESS}`,
  ]);
  addConsoleOptions(command);
  const does = <O extends ConsoleOptions>(work: AccountWork<O>) => {
    command.action(() =>
      run(async (context) => {
        const options = command.opts<O>();
        const account = await openConsole(context, options);
        return work({ ...account, call: { signal: context.signal }, context }, options);
      }),
    );
  };
  return { command, does };
}

function addActivity(group: Command, run: Runner): void {
  const { does } = addAccountCommand(group, run, {
    usage: 'activity',
    description: `what happened to the account, the last ${ACTIVITY_ENTRIES} entries, newest last`,
    example: 'activity',
  });
  does(async ({ client, accountId, call }) => {
    const entries = await client.activity(accountId, { limit: ACTIVITY_ENTRIES }, call);
    const text = entries.toReversed().map(describeEntry).join('') || 'Nothing happened yet.\n';
    return { text, json: { activity: entries } };
  });
}

function describeEntry({ at, problem, message }: ActivityEntry): string {
  return `${at}  ${problem ? '! ' : '  '}${visible(message)}\n`;
}

function addSshKeys(group: Command, run: Runner): void {
  addAccountCommand(group, run, {
    usage: 'ssh-keys',
    description: 'list the SSH keys that may log in; an account has at most ten',
    example: 'ssh-keys',
  }).does(async ({ client, accountId, call }) => {
    const sshKeys = await client.sshKeys(accountId, call);
    const lines = sshKeys.map(({ id, name, sha256 }) => visible(`${id}  ${sha256}  ${name}`));
    return { text: textOf(lines, 'No SSH keys yet.'), json: { sshKeys } };
  });

  const add = addAccountCommand(group, run, {
    usage: 'add-ssh-key <file>',
    description: 'register an SSH public key, so that its owner can log in',
    example: 'add-ssh-key ~/.ssh/id_ed25519.pub',
  });
  add.command.option('--name <name>', 'by which it is known there (default: its comment)');
  add.does<ConsoleOptions & { name?: string }>(async ({ context, ...account }, options) => {
    const { bytes } = await readSmallFile(add.command.args[0] ?? '', PUBLIC_KEY_LIMIT_BYTES);
    const { sha256 } = await registerSshKey(account, {
      publicLine: bytes.toString('utf8'),
      name: options.name,
      signal: context.signal,
    });
    return { text: `Registered ${sha256}\n`, json: { sha256 } };
  });

  const remove = addAccountCommand(group, run, {
    usage: 'remove-ssh-key <id>',
    description: 'remove an SSH key: its owner can no longer log in',
    example: `remove-ssh-key ${EXAMPLE_ID}`,
  });
  remove.does(async ({ client, accountId, call }) => {
    const id = remove.command.args[0] ?? '';
    await client.removeSshKey(accountId, id, call);
    return { text: `Removed ${visible(id)}\n`, json: { id } };
  });
}

function addKeySets(group: Command, run: Runner): void {
  addAccountCommand(group, run, {
    usage: 'key-sets',
    description: 'list the key sets that are registered; an account has at most twenty',
    example: 'key-sets',
  }).does(async ({ client, accountId, call }) => {
    const keySets = await client.listPgpKeys(accountId, call);
    const lines = keySets.map(({ keyId, fingerprint, userId }) =>
      visible(`${keyId}  ${fingerprint}  ${userId}`),
    );
    return { text: textOf(lines, 'No key sets yet.'), json: { keySets } };
  });

  const remove = addAccountCommand(group, run, {
    usage: 'remove-key-set <key-id>',
    description: 'remove a key set from the server: files sealed to it are no longer opened there',
    example: `remove-key-set ${EXAMPLE_ID}`,
  });
  remove.command.option('--yes', 'without asking');
  remove.does<ConsoleOptions & { yes?: boolean }>(async (account, { yes }) => {
    const { client, accountId, call, context } = account;
    const keyId = parseKeyId(remove.command.args[0] ?? '');
    const what = `${account.name} will no longer open files whose manifests name ${keyId}. Your own copy stays.`;
    await confirm(context, { what, word: 'remove', yes });
    await client.removePgpKey(accountId, keyId, call);
    return { text: `Removed ${keyId}\n`, json: { keyId } };
  });
}

function addAddresses(group: Command, run: Runner): void {
  addAccountCommand(group, run, {
    usage: 'addresses',
    description: 'list the addresses that a mail relay of the server may write to',
    example: 'addresses',
  }).does(async ({ client, accountId, call }) => {
    const addresses = await client.mailAddresses(accountId, call);
    return {
      text: textOf(addresses.map(describeAddress), 'No addresses yet.'),
      json: { addresses },
    };
  });

  const ask = addAccountCommand(group, run, {
    usage: 'add-address <email>',
    description: 'mail a code to an address, by which it is confirmed',
    example: 'add-address data@example.com',
  });
  ask.does(async ({ client, accountId, call }) => {
    const email = parseEmail(ask.command.args[0] ?? '');
    const address = await client.askMailAddress(accountId, email, call);
    const text = `A code is on its way to ${email}. Then: sealift account confirm-address ${email} CODE\n`;
    return { text, json: { address } };
  });

  const give = addAccountCommand(group, run, {
    usage: 'confirm-address <email> <code>',
    description: 'confirm an address by the code that it got',
    example: 'confirm-address data@example.com 7KQ2MHXW4P',
  });
  give.does(async ({ client, accountId, call }) => {
    const [email = '', code = ''] = give.command.args;
    const address = await client.confirmMailAddress(accountId, { email, code }, call);
    return { text: `${describeAddress(address)}\n`, json: { address } };
  });

  const remove = addAccountCommand(group, run, {
    usage: 'remove-address <email>',
    description: 'let no more mail leave for an address',
    example: 'remove-address data@example.com',
  });
  remove.does(async ({ client, accountId, call }) => {
    const email = remove.command.args[0] ?? '';
    await client.removeMailAddress(accountId, email, call);
    return { text: `Removed ${visible(email)}\n`, json: { email } };
  });
}

function describeAddress({ address, confirmedAt }: MailAddress): string {
  const state = confirmedAt === null ? 'not confirmed yet' : `confirmed ${confirmedAt}`;
  return visible(`${address}  ${state}`);
}

function textOf(lines: readonly string[], none: string): string {
  return `${lines.length === 0 ? none : lines.join('\n')}\n`;
}
