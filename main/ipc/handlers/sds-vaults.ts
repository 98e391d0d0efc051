/** Handlers of vaults and their records. A value crosses to the window only in the answer to `sds.records.reveal`. */
import { basename } from 'node:path';
import type { Transfer } from '../../../shared/domain/vault.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { SecretClipboard } from '../../platform/clipboard.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { SettingsStore } from '../../platform/settings-store.ts';
import { exportRecords } from '../../sds/export-records.ts';
import { importRecords } from '../../sds/import-records.ts';
import { opened, readRecords, revealed, shownPage } from '../../sds/records.ts';
import type { Sds } from '../../sds/sds.ts';
import type { Transfers } from '../../sds/transfers.ts';
import { parseMeta, requireFits, storedForm, textOf } from '../../sds/values.ts';
import type { ValueForm } from '../../sds/values.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface SdsVaultsHandlersOptions {
  readonly sds: Sds;
  readonly transfers: Transfers;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
  readonly clipboard: SecretClipboard;
  readonly settings: SettingsStore;
}

export function sdsVaultsHandlers(
  options: SdsVaultsHandlersOptions,
): HandlersOf<'sds.vaults' | 'sds.records'> {
  return {
    ...vaultHandlers(options),
    ...readHandlers(options),
    ...writeHandlers(options),
    ...bulkHandlers(options),
  };
}

function vaultHandlers({ sds }: SdsVaultsHandlersOptions): HandlersOf<'sds.vaults'> {
  return {
    'sds.vaults.list': async ({ app }) => (await sds.session(app)).vaults(),
    'sds.vaults.make': async ({ app, name, ...settings }) => {
      const { client, vaults } = await sds.session(app);
      const made = await client.vault(await client.makeVault(name, settings));
      await vaults();
      return made;
    },
    'sds.vaults.get': async ({ app, vaultId }) => (await sds.session(app)).client.vault(vaultId),
    'sds.vaults.update': async ({ app, vaultId, ...changes }) => {
      const { client, vaults } = await sds.session(app);
      await client.updateVault(vaultId, changes);
      await vaults();
      return client.vault(vaultId);
    },
  };
}

type Reads = 'sds.records.page' | 'sds.records.open' | 'sds.records.reveal' | 'sds.records.copy';
function readHandlers({
  sds,
  clipboard,
  settings,
}: SdsVaultsHandlersOptions): Pick<HandlersOf<'sds.records'>, Reads> {
  return {
    'sds.records.page': async ({ app, vault, after, limit }) =>
      shownPage(await (await sds.session(app)).client.page(vault, { after, limit })),
    'sds.records.open': async ({ app, vault, ids }) =>
      (await readRecords(await sds.session(app), vault, ids)).map(opened),
    'sds.records.reveal': async ({ app, vault, ids, raw }) =>
      (await readRecords(await sds.session(app), vault, ids, { raw })).map(revealed),
    'sds.records.copy': async ({ app, vault, recordId, form }) => {
      const [record] = await readRecords(await sds.session(app), vault, [recordId]);
      if (!record?.value) throw record?.error ?? new AppError('SDS_NOT_DECRYPTED');
      const { clipboardSeconds } = await settings.get();
      await clipboard.copy(copiedText(record.value, form), clipboardSeconds);
      return { clearsAfterSeconds: clipboardSeconds };
    },
  };
}

/** @throws AppError SDS_VALUE_NOT_TEXT */
function copiedText(value: Uint8Array, form: 'text' | 'base64' | 'hex'): string {
  if (form !== 'text') return Buffer.from(value).toString(form);
  const text = textOf(value);
  if (text === undefined) throw new AppError('SDS_VALUE_NOT_TEXT');
  return text;
}

type Writes =
  'sds.records.create' | 'sds.records.update' | 'sds.records.move' | 'sds.records.remove';
function writeHandlers({ sds }: SdsVaultsHandlersOptions): Pick<HandlersOf<'sds.records'>, Writes> {
  return {
    'sds.records.create': async ({ app, vault, value, meta }) => {
      const data = storedForm(value.form, value.content);
      const record = { vault, data, ...metaPart(meta) };
      requireFits(record);
      return { recordId: await (await sds.session(app)).client.create(record) };
    },
    'sds.records.update': async ({ app, recordId, value, meta }) => {
      const changes = { ...valuePart(value), ...metaPart(meta) };
      if (Object.keys(changes).length === 0) return {};
      requireFits(changes);
      await (await sds.session(app)).client.update(recordId, changes);
      return {};
    },
    'sds.records.move': async ({ app, recordId, vault }) => {
      await (await sds.session(app)).client.update(recordId, { vault });
      return {};
    },
    'sds.records.remove': async ({ app, recordId }) => {
      await (await sds.session(app)).client.remove(recordId);
      return {};
    },
  };
}

function valuePart(value: { form: ValueForm; content: string } | undefined): { data?: string } {
  return value === undefined ? {} : { data: storedForm(value.form, value.content) };
}

function metaPart(meta: string | undefined): { meta?: unknown } {
  return meta === undefined ? {} : { meta: parseMeta(meta) };
}

type Bulk = 'sds.records.import' | 'sds.records.export';
function bulkHandlers({
  sds,
  transfers,
  files,
  dialogs,
}: SdsVaultsHandlersOptions): Pick<HandlersOf<'sds.records'>, Bulk> {
  return {
    'sds.records.import': async ({ app, vault, handle, ...columns }) => {
      const { path, name } = files.get(handle, 'data');
      const session = await sds.session(app);
      const request = { path, name, vault, ...columns };
      return transfers.start({
        ...{ kind: 'import', app, vault, title: name, unit: 'records' },
        work: (hooks) => importRecords(session, request, hooks),
      });
    },
    'sds.records.export': async ({ app, vault, ids, format, content }) => {
      const session = await sds.session(app);
      return begin(dialogs, `${vault}.${format}`, (path, title) =>
        transfers.start({
          ...{ kind: 'export', app, vault, title, unit: 'records' },
          work: (hooks) => exportRecords(session, { vault, ids, format, content, path }, hooks),
        }),
      );
    },
  };
}

/** Asks where to save, then begins. */
export async function begin(
  dialogs: Dialogs,
  suggestedName: string,
  start: (path: string, title: string) => Transfer,
): Promise<{ transfer: Transfer | null }> {
  // The name may be the service's: no folder may be in it.
  const path = await dialogs.chooseName(suggestedName.replaceAll(/[/\\\p{Cc}]/gu, '_'));
  if (path === undefined) return { transfer: null };
  return { transfer: start(path, basename(path)) };
}
