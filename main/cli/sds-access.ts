/** How commands reach SDS: the profile's tenants and apps by their names, and the options that name them. */
import type { Command } from 'commander';
import { AppError } from '../../shared/errors/index.ts';
import type { SdsApp, SdsTenant } from '../../shared/domain/vault.ts';
import { accessOf } from '../../shared/domain/vault.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { openProfile } from '../platform/profile.ts';
import { Sds } from '../sds/sds.ts';
import type { AppSession } from '../sds/sds.ts';
import type { TransferHooks } from '../sds/transfers.ts';
import { usageError } from './command-line.ts';
import type { CliContext } from './outcome.ts';
import { readPassphraseFile } from './passphrase.ts';
import { MASTER_PASSWORD_OPTION, openProfileSecrets } from './profile-keys.ts';
import type { ProfileOptions } from './profile-keys.ts';

export interface TenantOptions extends ProfileOptions {
  /** Name of a tenant of this profile; may be left out where there is one only. */
  readonly tenant?: string;
}

export interface AppOptions extends TenantOptions {
  readonly app: string;
}

export function addTenantOptions(command: Command): Command {
  return command
    .option(
      '--tenant <name>',
      'the tenant, as sealift sds login named it; needless for the only one',
    )
    .option(...MASTER_PASSWORD_OPTION);
}

export function addAppOptions(command: Command): Command {
  return addTenantOptions(command.requiredOption('--app <name>', 'the app that makes the call'));
}

/** The profile's SDS room. Secrets are opened only when something needs them. */
export async function openSds(context: CliContext, options: ProfileOptions): Promise<Sds> {
  let opened: Promise<SecretStore> | undefined;
  return new Sds({
    profileDir: await openProfile(),
    secrets: () => (opened ??= openProfileSecrets(context, options)),
  });
}

/** @throws AppError SDS_TENANT_UNKNOWN, USAGE when several fit */
export async function findTenant(sds: Sds, name: string | undefined): Promise<SdsTenant> {
  const all = await sds.tenants.list();
  const found =
    name === undefined ? all : all.filter((one) => one.name === name || one.id === name);
  const [only, ...others] = found;
  if (!only) throw new AppError('SDS_TENANT_UNKNOWN', { name: name ?? '' });
  if (others.length === 0) return only;
  throw usageError(`Say which tenant with --tenant: ${found.map((one) => one.name).join(', ')}.`);
}

/** @throws AppError SDS_APP_UNKNOWN, USAGE when several tenants have an app of this name */
export async function findApp(sds: Sds, options: AppOptions): Promise<SdsApp> {
  const tenantId =
    options.tenant === undefined ? undefined : (await findTenant(sds, options.tenant)).id;
  const found = (await sds.apps.list()).filter(
    (one) => one.name === options.app && (tenantId === undefined || one.tenantId === tenantId),
  );
  const [only, ...others] = found;
  if (!only) throw new AppError('SDS_APP_UNKNOWN', { name: options.app });
  if (others.length === 0) return only;
  throw usageError(`Several tenants have an app ${options.app}: say which with --tenant.`);
}

export async function openSession(context: CliContext, options: AppOptions): Promise<AppSession> {
  const sds = await openSds(context, options);
  return sds.session((await findApp(sds, options)).id);
}

/** A secret from a file, else from a hidden prompt. @throws AppError USAGE without both */
export async function readSecret(
  context: CliContext,
  file: string | undefined,
  { question, option }: { readonly question: string; readonly option: string },
): Promise<string> {
  if (file !== undefined) return readPassphraseFile(context, file);
  const typed = await context.terminal.askHidden(question, context.signal);
  if (typed !== undefined && typed !== '') return typed;
  throw usageError(`Give it in a file with ${option} F, or run the command in a terminal.`);
}

export function hooksOf({ signal, terminal }: CliContext, label: string): TransferHooks {
  return { signal, onProgress: (done, total) => terminal.progress(label, done, total) };
}

/** Where its values are decrypted, as the badge says it. */
export function badgeText(permission: Parameters<typeof accessOf>[0]): string {
  const { read } = accessOf(permission);
  if (read === 'none') return 'not readable';
  return read === 'encrypted' ? 'decrypted here' : 'decrypted by the server';
}
