/** `sealift sds data`: records. Values come from files and standard input, never from an argument. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { MAX_CALL_BYTES } from '../../../shared/domain/vault.ts';
import type { TransferResult } from '../../../shared/domain/vault.ts';
import { AppError, errorText } from '../../../shared/errors/index.ts';
import { exportRecords } from '../../sds/export-records.ts';
import type { ExportContent, ExportFormat } from '../../sds/export-records.ts';
import { importRecords } from '../../sds/import-records.ts';
import { readRecords } from '../../sds/records.ts';
import type { RecordRead } from '../../sds/records.ts';
import { metaText, parseMeta, requireFits, storedForm, textOf } from '../../sds/values.ts';
import { addCommand, addGroup, oneOf, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import { readSmallFile } from '../files.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { addAppOptions, hooksOf, openSession } from '../sds-access.ts';
import type { AppOptions } from '../sds-access.ts';
import { writeToStdout } from '../terminal.ts';
import { count, visible } from '../visible.ts';

const FORMS = ['text', 'base64'] as const;
const PAGE = 200;
const EXAMPLE_ID = 'data:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10';
const ACCESS = '--vault phone-number --app Participant';

interface VaultOptions extends AppOptions {
  readonly vault: string;
}

export function addSdsDataCommands(sds: Command, run: Runner): void {
  const data = addGroup(sds, 'data', 'records of a vault', [
    `sealift sds data list ${ACCESS}`,
    `sealift sds data read ${EXAMPLE_ID} ${ACCESS}`,
    `printf %s "+49 151 1234567" | sealift sds data write - ${ACCESS}`,
  ]);
  addList(data, run);
  addRead(data, run);
  addWrite(data, run);
  addUpdate(data, run);
  addMove(data, run);
  addRemove(data, run);
  addImport(data, run);
  addExport(data, run);
}

function addVaultOptions(command: Command): Command {
  return addAppOptions(command.requiredOption('--vault <name>', 'the vault'));
}

function addList(data: Command, run: Runner): void {
  addVaultOptions(
    addCommand(data, 'list', 'ids, metadata and times of all records, no values', [
      `sealift sds data list ${ACCESS}`,
    ]),
  ).action((options: VaultOptions) =>
    run(async (context) => {
      const { client } = await openSession(context, options);
      const records = [];
      let after: string | undefined;
      do {
        const { signal } = context;
        const page = await client.page(options.vault, { after, limit: PAGE }, { signal });
        records.push(...page.items);
        after = page.next === after ? undefined : page.next;
      } while (after !== undefined);
      const lines = records.map(({ id, meta, updatedAt }) =>
        visible(`${id}  ${updatedAt}  ${metaText(meta)}`).trimEnd(),
      );
      return { text: lines.map((line) => `${line}\n`).join(''), json: { records } };
    }),
  );
}

function addRead(data: Command, run: Runner): void {
  const command = addCommand(data, 'read <ids...>', 'print the values of records, decrypted', [
    `sealift sds data read ${EXAMPLE_ID} ${ACCESS}`,
    `sealift sds data read ${EXAMPLE_ID} ${ACCESS} --json`,
  ]).option('--raw', 'what comes out of the decryption, without decoding its base64');
  addVaultOptions(command).action((ids: string[], options: VaultOptions & { raw?: boolean }) =>
    run(async (context) => {
      const session = await openSession(context, options);
      const { signal } = context;
      const read = await readRecords(session, options.vault, ids, {
        signal,
        raw: options.raw === true,
      });
      return readOutcome(context, read);
    }),
  );
}

/** One value is printed as it is, several as lines. */
async function readOutcome(context: CliContext, read: readonly RecordRead[]): Promise<Outcome> {
  const json = { records: read.map(recordJson) };
  for (const { id, error } of read) {
    if (error) context.terminal.note(`${visible(id)}: ${errorText(error)}`);
  }
  const error = read.find((record) => record.error)?.error;
  const failure = error && { error };
  if (context.json) return { text: '', json, ...failure };
  const [only] = read;
  if (read.length === 1) {
    if (only?.value) await writeToStdout(only.value);
    return { text: '', json, ...failure };
  }
  const lines = read.flatMap(({ id, badge, value }) => {
    if (!value) return [];
    const text = textOf(value);
    const shown =
      text === undefined ? `base64:${Buffer.from(value).toString('base64')}` : visible(text);
    return [`${visible(id)}  ${badge}  ${shown}\n`];
  });
  return { text: lines.join(''), json, ...failure };
}

function recordJson({ id, badge, meta, value, error }: RecordRead) {
  const text = value && textOf(value);
  const shown = text === undefined ? value && Buffer.from(value).toString('base64') : text;
  return {
    id,
    badge,
    ...(meta !== '' && { meta: JSON.parse(meta) as unknown }),
    ...(shown !== undefined && { encoding: text === undefined ? 'base64' : 'text', value: shown }),
    ...(error && { error: error.toView() }),
  };
}

interface ValueOptions {
  readonly metaFile?: string;
  readonly base64?: boolean;
}

function addWrite(data: Command, run: Runner): void {
  const command = addCommand(
    data,
    'write <file>',
    'store a value from a file; - is standard input',
    [
      `printf %s "+49 151 1234567" | sealift sds data write - ${ACCESS}`,
      `sealift sds data write scan.bin --meta-file meta.json ${ACCESS}`,
    ],
  )
    .option('--meta-file <file>', 'JSON that is stored with it')
    .option('--base64', 'the file holds base64, which is stored as it stands');
  addVaultOptions(command).action((file: string, options: VaultOptions & ValueOptions) =>
    run(async (context) => {
      const record = {
        vault: options.vault,
        data: await readValue(file, options.base64 === true),
        ...(await readMeta(options.metaFile)),
      };
      requireFits(record);
      const { client } = await openSession(context, options);
      const id = await client.create(record, { signal: context.signal });
      return { text: `${visible(id)}\n`, json: { id } };
    }),
  );
}

function addUpdate(data: Command, run: Runner): void {
  const command = addCommand(
    data,
    'update <id> [file]',
    'replace the value, the metadata, or both',
    [`printf %s "+49 151 7654321" | sealift sds data update ${EXAMPLE_ID} - --app Participant`],
  )
    .option('--meta-file <file>', 'JSON that is stored with it')
    .option('--base64', 'the file holds base64, which is stored as it stands');
  addAppOptions(command).action(
    (id: string, file: string | undefined, options: AppOptions & ValueOptions) =>
      run(async (context) => {
        const changes = {
          ...(file !== undefined && { data: await readValue(file, options.base64 === true) }),
          ...(await readMeta(options.metaFile)),
        };
        if (Object.keys(changes).length === 0)
          throw usageError('Give a file, --meta-file, or both.');
        requireFits(changes);
        await (await openSession(context, options)).client.update(id, changes);
        return { text: `Updated ${visible(id)}\n`, json: { id } };
      }),
  );
}

function addMove(data: Command, run: Runner): void {
  const command = addCommand(data, 'move <id>', 'move a record to another vault', [
    `sealift sds data move ${EXAMPLE_ID} --to archive --app Participant`,
  ]).requiredOption('--to <vault>', 'the other vault; the app must be allowed to write in both');
  addAppOptions(command).action((id: string, options: AppOptions & { to: string }) =>
    run(async (context) => {
      await (await openSession(context, options)).client.update(id, { vault: options.to });
      return { text: `Moved ${visible(id)} to ${visible(options.to)}\n`, json: { id } };
    }),
  );
}

function addRemove(data: Command, run: Runner): void {
  const command = addCommand(data, 'remove <id>', 'delete a record for good', [
    `sealift sds data remove ${EXAMPLE_ID} --app Participant`,
  ]).option('--yes', 'delete without asking');
  addAppOptions(command).action((id: string, options: AppOptions & { yes?: boolean }) =>
    run(async (context) => {
      await confirm(context, {
        what: `This deletes ${id} for good.`,
        word: 'delete',
        yes: options.yes,
      });
      await (await openSession(context, options)).client.remove(id);
      return { text: `Deleted ${visible(id)}\n`, json: { id } };
    }),
  );
}

interface ImportOptions extends VaultOptions {
  readonly column: string;
  readonly form: (typeof FORMS)[number];
  readonly meta?: readonly string[];
}

function addImport(data: Command, run: Runner): void {
  const command = addCommand(
    data,
    'import <file>',
    'store a record for each row of a CSV or JSON file',
    [`sealift sds data import customers.csv --column phone --meta customer_id ${ACCESS}`],
  )
    .requiredOption('--column <name>', 'the column with the values')
    .option('--form <form>', 'text, or base64 that is stored as it stands', oneOf(FORMS), 'text')
    .option('--meta <columns...>', 'columns that are stored as metadata');
  addVaultOptions(command).action((path: string, options: ImportOptions) =>
    run(async (context) => {
      const session = await openSession(context, options);
      const { vault, column, form, meta: metaColumns = [] } = options;
      const request = { path, name: basename(path), vault, column, form, metaColumns };
      const result = await importRecords(
        session,
        request,
        hooksOf(context, `Import ${request.name}`),
      );
      return bulkOutcome(context, 'Stored', result);
    }),
  );
}

interface ExportOptions extends VaultOptions {
  readonly output: string;
  readonly format: ExportFormat;
  readonly content: ExportContent;
  readonly force?: boolean;
}

function addExport(data: Command, run: Runner): void {
  const command = addCommand(
    data,
    'export [ids...]',
    'write records to a file; without ids all of the vault',
    [`sealift sds data export -o phones.csv --content decrypted ${ACCESS}`],
  )
    .requiredOption('-o, --output <file>', 'the file, readable by you alone')
    .requiredOption(
      '--content <content>',
      'decrypted (plain values on the disk) or as-received',
      oneOf(['decrypted', 'as-received']),
    )
    .option('--format <format>', 'csv or json', oneOf(['csv', 'json']), 'csv')
    .option('--force', 'replace the file if it is there');
  addVaultOptions(command).action((ids: string[], options: ExportOptions) =>
    run(async (context) => {
      const session = await openSession(context, options);
      const { vault, format, content, output: path, force: overwrite = false } = options;
      const request = { vault, format, content, path, overwrite, ...(ids.length > 0 && { ids }) };
      const result = await exportRecords(session, request, hooksOf(context, `Export ${vault}`));
      return bulkOutcome(context, 'Wrote', result);
    }),
  );
}

function bulkOutcome({ terminal }: CliContext, verb: string, result: TransferResult): Outcome {
  const { written = 0, failed = 0, failures = [] } = result;
  for (const { at, error } of failures) terminal.note(`${visible(at)}: ${errorText(error)}`);
  const [first] = failures;
  const text = `${verb} ${count(written, 'record')}, ${failed} failed\n`;
  const error = first && new AppError(first.error.code, first.error.params);
  return { text, json: { ...result }, ...(error && { error }) };
}

/** @returns canonical base64 */
async function readValue(file: string, isBase64: boolean): Promise<string> {
  const { bytes } = await readSmallFile(file, MAX_CALL_BYTES);
  return isBase64
    ? storedForm('base64', bytes.toString('latin1').trim())
    : bytes.toString('base64');
}

async function readMeta(file: string | undefined): Promise<{ meta?: unknown }> {
  if (file === undefined) return {};
  return { meta: parseMeta((await readSmallFile(file, MAX_CALL_BYTES)).bytes.toString('utf8')) };
}
