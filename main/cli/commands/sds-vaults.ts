/** `sealift sds vaults`: what an app owns or may use, and what their owner may change. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { PERMISSIONS } from '../../../shared/domain/sds.ts';
import { PERMISSION_WORDS, whyNot } from '../../../shared/domain/vault.ts';
import type { AppPermission, SdsVault, SdsVaultDetails } from '../../../shared/domain/vault.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { VaultChanges } from '../../sds/client.ts';
import type { AppSession } from '../../sds/sds.ts';
import { addCommand, addGroup, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import type { Outcome } from '../outcome.ts';
import { addAppOptions, badgeText, openSession } from '../sds-access.ts';
import type { AppOptions } from '../sds-access.ts';
import { visible } from '../visible.ts';

interface SettingOptions extends AppOptions {
  readonly readLimit?: number;
  readonly unique?: boolean;
  readonly strict?: boolean;
  readonly allow?: readonly AppPermission[];
}

export function addSdsVaultCommands(sds: Command, run: Runner): void {
  const vaults = addGroup(sds, 'vaults', 'vaults and their permissions', [
    'sealift sds vaults list --app Participant',
    'sealift sds vaults make phone-number --app Owner --read-limit 50 --allow Participant=001',
  ]);
  addList(vaults, run);
  addMake(vaults, run);
  addShow(vaults, run);
  addUpdate(vaults, run);
}

function addList(vaults: Command, run: Runner): void {
  addAppOptions(
    addCommand(vaults, 'list', 'the vaults that the app owns or may use', [
      'sealift sds vaults list --app Participant',
    ]),
  ).action((options: AppOptions) =>
    run(async (context) => {
      const items = await (await openSession(context, options)).vaults();
      const text =
        items.map(describe).join('') || `The app ${visible(options.app)} may use no vault.\n`;
      return { text, json: { vaults: items } };
    }),
  );
}

function addSettings(command: Command): Command {
  return command
    .option('--read-limit <n>', 'records in one call, 1 to 50', parseLimit)
    .option('--unique', 'take each value once')
    .option('--no-unique', 'take a value more than once')
    .option('--strict', 'take requests signed in strict mode only')
    .option('--no-strict', 'take any signature')
    .option(
      '--allow <app=permission...>',
      `permissions: ${PERMISSIONS.join(', ')}`,
      parsePermission,
    );
}

function addMake(vaults: Command, run: Runner): void {
  const command = addCommand(
    vaults,
    'make <name>',
    'make a vault; the app becomes its owner, with 101',
    [
      'sealift sds vaults make phone-number --app Owner --read-limit 50 --allow Participant=001 Writer=100',
    ],
  );
  addAppOptions(addSettings(command)).action((name: string, options: SettingOptions) =>
    run(async (context) => {
      const { client } = await openSession(context, options);
      const made = await client.vault(await client.makeVault(name, changesOf(options)));
      return detailsOutcome(made);
    }),
  );
}

function addShow(vaults: Command, run: Runner): void {
  addAppOptions(
    addCommand(vaults, 'show <name>', 'the settings of a vault, for its owner', [
      'sealift sds vaults show phone-number --app Owner',
    ]),
  ).action((name: string, options: AppOptions) =>
    run(async (context) => {
      const session = await openSession(context, options);
      return detailsOutcome(await session.client.vault((await ownVault(session, name)).id));
    }),
  );
}

function addUpdate(vaults: Command, run: Runner): void {
  const command = addCommand(
    vaults,
    'update <name>',
    'change what is named; --allow replaces the list',
    [
      'sealift sds vaults update phone-number --app Owner --allow Participant=000',
      'sealift sds vaults update phone-number --app Owner --disable',
    ],
  )
    .option('--enable', 'let the vault be used')
    .option('--disable', 'let nobody use it; only an empty vault can be disabled');
  addAppOptions(addSettings(command)).action(
    (name: string, options: SettingOptions & { enable?: boolean; disable?: boolean }) =>
      run(async (context) => {
        const { enable, disable } = options;
        if (enable && disable) throw usageError('Give --enable or --disable, not both.');
        const isEnabled = enable ? true : disable ? false : undefined;
        const changes = { ...changesOf(options), ...(isEnabled !== undefined && { isEnabled }) };
        if (Object.keys(changes).length === 0) throw usageError('Say what is to be changed.');
        const session = await openSession(context, options);
        const { id } = await ownVault(session, name);
        await session.client.updateVault(id, changes);
        return detailsOutcome(await session.client.vault(id));
      }),
  );
}

async function ownVault(session: AppSession, name: string): Promise<SdsVault> {
  const vault = await session.vault(name);
  const reason = whyNot(vault, 'configure');
  if (reason === undefined) return vault;
  throw new AppError('SDS_FORBIDDEN', {
    what: `see and change the settings of ${name}`,
    reason: reason.replace(/\.$/, ''),
  });
}

function changesOf({ readLimit, unique, strict, allow }: SettingOptions): VaultChanges {
  return {
    ...(readLimit !== undefined && { readLimit }),
    ...(unique !== undefined && { uniqueData: unique }),
    ...(strict !== undefined && { isStrict: strict }),
    ...(allow !== undefined && { permissions: allow }),
  };
}

function describe(vault: SdsVault): string {
  const { name, owner, isMine, permission, readLimit, isEnabled, isStrict } = vault;
  const facts = [
    `${permission} (${PERMISSION_WORDS[permission]}; ${badgeText(permission)})`,
    isMine ? 'owner' : `owner ${owner}`,
    `read limit ${readLimit}`,
    ...(isEnabled ? [] : ['disabled']),
    ...(isStrict ? ['strict signatures'] : []),
  ];
  return visible(`${name}  ${facts.join(', ')}`).concat('\n');
}

function detailsOutcome(vault: SdsVaultDetails): Outcome {
  const permissions = vault.permissions.map(({ app, permission }) =>
    visible(`    ${app}  ${permission} (${PERMISSION_WORDS[permission]})`).concat('\n'),
  );
  return { text: describe(vault) + permissions.join(''), json: { vault } };
}

function parseLimit(value: string): number {
  const limit = Number(value);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 50) return limit;
  throw new InvalidArgumentError('Give a number from 1 to 50.');
}

function parsePermission(value: string, before: readonly AppPermission[] = []): AppPermission[] {
  const [app = '', digits = ''] = value.split('=');
  const permission = PERMISSIONS.find((one) => one === digits);
  if (permission === undefined || app === '') {
    throw new InvalidArgumentError(`Give APP=PERMISSION, with one of ${PERMISSIONS.join(', ')}.`);
  }
  return [...before, { app, permission }];
}
