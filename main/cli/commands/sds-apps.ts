/** `sealift sds apps`: keys of apps, their registration and rotation. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { APP_KEY_BITS, WEAK_KEY_BITS } from '../../../shared/domain/vault.ts';
import type { AppKeyBits, SdsApp } from '../../../shared/domain/vault.ts';
import type { Sds } from '../../sds/sds.ts';
import { addCommand, addGroup } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { readSecretFile, withPassphrase } from '../passphrase.ts';
import { addTenantOptions, findApp, findTenant, openSds } from '../sds-access.ts';
import type { TenantOptions } from '../sds-access.ts';
import { visible } from '../visible.ts';

export function addSdsAppCommands(sds: Command, run: Runner): void {
  const apps = addGroup(sds, 'apps', 'apps and their keys', [
    'sealift sds apps make Participant',
    'sealift sds apps register Participant',
    'sealift sds apps rotate Participant --bits 3072',
  ]);
  addList(apps, run);
  addMake(apps, run);
  addImport(apps, run);
  const forOne = (usage: string, description: string, work: Work) =>
    addOne(apps, run, { usage, description, work });
  forOne('register', 'register the app with the service', (store, { id }) => store.registerApp(id));
  forOne(
    'settle',
    'ask the service which key it has, after a rotation that broke off',
    (store, { id }) => store.settleApp(id),
  );
  addLink(apps, run);
  addRotate(apps, run);
  addPublic(apps, run);
  addRemove(apps, run);
}

type Work = (sds: Sds, app: SdsApp) => Promise<SdsApp>;

function addList(apps: Command, run: Runner): void {
  addTenantOptions(
    addCommand(apps, 'list', 'list the apps with a key in this profile', ['sealift sds apps list']),
  ).action((options: TenantOptions) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      const tenant =
        options.tenant === undefined ? undefined : await findTenant(sds, options.tenant);
      const all = await sds.apps.list();
      const items = all.filter(({ tenantId }) => tenant === undefined || tenantId === tenant.id);
      const text =
        items.map(describe).join('') || 'No apps yet. See: sealift sds apps make --help\n';
      return { text, json: { apps: items } };
    }),
  );
}

function addMake(apps: Command, run: Runner): void {
  const command = addCommand(apps, 'make <name>', 'make an RSA key for an app', [
    'sealift sds apps make Participant --bits 3072',
  ]).option('--bits <bits>', `one of ${APP_KEY_BITS.join(', ')}`, parseBits, 2048);
  addTenantOptions(command).action((name: string, options: TenantOptions & { bits: AppKeyBits }) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      const { id } = await findTenant(sds, options.tenant);
      return appOutcome(context, 'Made', await sds.makeApp(id, name, options.bits));
    }),
  );
}

function addImport(apps: Command, run: Runner): void {
  const command = addCommand(apps, 'import <name> <file>', "import an app's private RSA key", [
    'sealift sds apps import Participant app.pem',
  ]).option('--passphrase-file <file>', 'passphrase of the key');
  addTenantOptions(command).action(
    (name: string, file: string, options: TenantOptions & { passphraseFile?: string }) =>
      run(async (context) => {
        const sds = await openSds(context, options);
        const { id } = await findTenant(sds, options.tenant);
        const bytes = await readSecretFile(context, file);
        const source = { file: options.passphraseFile, question: `Passphrase of ${file}: ` };
        const app = await withPassphrase(context, source, (passphrase) =>
          sds.importApp(id, name, { bytes, passphrase }),
        );
        return appOutcome(context, 'Imported', app);
      }),
  );
}

function addOne(
  apps: Command,
  run: Runner,
  { usage, description, work }: { usage: string; description: string; work: Work },
): void {
  const command = addCommand(apps, `${usage} <app>`, description, [
    `sealift sds apps ${usage} Participant`,
  ]);
  addTenantOptions(command).action((app: string, options: TenantOptions) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      return appOutcome(context, 'Done:', await work(sds, await findApp(sds, { ...options, app })));
    }),
  );
}

function addLink(apps: Command, run: Runner): void {
  const command = addCommand(apps, 'link <app>', 'note that the app is registered already', [
    'sealift sds apps link Participant --app-id app:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10',
  ]).option('--app-id <id>', 'the id that the service gave; rotating needs it', parseAppId);
  addTenantOptions(command).action((app: string, options: TenantOptions & { appId?: string }) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      const { id } = await findApp(sds, { ...options, app });
      return appOutcome(context, 'Linked', await sds.linkApp(id, options.appId));
    }),
  );
}

function addRotate(apps: Command, run: Runner): void {
  const command = addCommand(
    apps,
    'rotate <app>',
    'give the app a new key, signed for by the old',
    ['sealift sds apps rotate Participant --bits 3072'],
  ).option('--bits <bits>', `one of ${APP_KEY_BITS.join(', ')}`, parseBits, 2048);
  addTenantOptions(command).action((app: string, options: TenantOptions & { bits: AppKeyBits }) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      const { id } = await findApp(sds, { ...options, app });
      return appOutcome(context, 'Rotated', await sds.rotateApp(id, options.bits));
    }),
  );
}

function addPublic(apps: Command, run: Runner): void {
  const command = addCommand(apps, 'public <app>', 'print the public half as SDS wants it', [
    'sealift sds apps public Participant',
  ]);
  addTenantOptions(command).action((app: string, options: TenantOptions) =>
    run(async (context) => {
      const { publicKey, sha256 } = await findApp(await openSds(context, options), {
        ...options,
        app,
      });
      return { text: `${publicKey}\n`, json: { publicKey, sha256 } };
    }),
  );
}

function addRemove(apps: Command, run: Runner): void {
  const command = addCommand(
    apps,
    'remove <app>',
    'remove the app’s keys from this profile for good',
    ['sealift sds apps remove Participant'],
  ).option('--yes', 'remove without asking');
  addTenantOptions(command).action((app: string, options: TenantOptions & { yes?: boolean }) =>
    run(async (context) => {
      const sds = await openSds(context, options);
      const found = await findApp(sds, { ...options, app });
      const what = `This removes the private key of ${app}: without a copy elsewhere nobody can read or sign as this app any more.`;
      await confirm(context, { what, word: app, yes: options.yes });
      await sds.removeApp(found.id);
      return { text: `Removed ${visible(app)}\n`, json: { app: found } };
    }),
  );
}

function appOutcome({ terminal }: CliContext, verb: string, app: SdsApp): Outcome {
  if (app.bits < WEAK_KEY_BITS) {
    terminal.note(
      `warning: an RSA key of ${app.bits} bits is too short today; use ${WEAK_KEY_BITS} or more.`,
    );
  }
  return { text: `${verb} ${describe(app)}`, json: { app } };
}

function describe({ name, state, bits, sha256, appId }: SdsApp): string {
  return `${visible(name)}  ${state}  RSA ${bits}  SHA-256 ${sha256}${appId === undefined ? '' : `  ${visible(appId)}`}\n`;
}

function parseBits(value: string): AppKeyBits {
  const bits = APP_KEY_BITS.find((one) => String(one) === value);
  if (bits === undefined) throw new InvalidArgumentError(`Give ${APP_KEY_BITS.join(', ')}.`);
  return bits;
}

function parseAppId(value: string): string {
  if (/^app:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value;
  throw new InvalidArgumentError('Give app: and a UUID, as the service did.');
}
