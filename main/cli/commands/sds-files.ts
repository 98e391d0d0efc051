/** `sealift sds files`: files of a vault, streamed both ways. */
import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { FileTag, SdsFile } from '../../../shared/domain/vault.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { downloadFile, fetchUrlFile, hostOf } from '../../sds/download.ts';
import { uploadFile } from '../../sds/upload.ts';
import { addCommand, addGroup } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { confirm } from '../confirm.ts';
import { addAppOptions, hooksOf, openSession } from '../sds-access.ts';
import type { AppOptions } from '../sds-access.ts';
import { formatBytes, visible } from '../visible.ts';

const EXAMPLE_ID = 'file:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10';

interface FactOptions extends AppOptions {
  readonly vault: string;
  readonly name?: string;
  readonly description?: string;
  readonly tag?: readonly FileTag[];
  readonly callback?: string;
}

export function addSdsFileCommands(sds: Command, run: Runner): void {
  const files = addGroup(sds, 'files', 'files of a vault', [
    'sealift sds files upload contract.pdf --vault contracts --tag CONSIGNEE=ADDRESS --app Participant',
    'sealift sds files search --vault contracts --tag CONSIGNEE=ADDRESS --app Participant',
    `sealift sds files download ${EXAMPLE_ID} -o contract.pdf --app Participant`,
  ]);
  addSearch(files, run);
  addUpload(files, run);
  addUrl(files, run);
  addDownload(files, run);
  addRemove(files, run);
}

function addSearch(files: Command, run: Runner): void {
  const command = addCommand(
    files,
    'search',
    'files by vault, name and tags; several must all match',
    ['sealift sds files search --vault contracts --tag CONSIGNEE=ADDRESS --app Participant'],
  )
    .requiredOption('--vault <name>', 'the vault')
    .option('--name <name>', 'name of the file, exactly')
    .option('--tag <key[=value]...>', 'a tag; without a value: the key is there', parseQueryTag);
  addAppOptions(command).action(
    (options: FactOptions & { tag?: readonly { key: string; value?: string }[] }) =>
      run(async (context) => {
        const { client } = await openSession(context, options);
        const { vault, name, tag: tags } = options;
        const found: SdsFile[] = [];
        let after: string | undefined;
        do {
          const page = await client.files({ vault, name, tags, after }, { signal: context.signal });
          found.push(...page.items);
          after = page.next === after ? undefined : page.next;
        } while (after !== undefined);
        return { text: found.map(describe).join(''), json: { files: found } };
      }),
  );
}

function addFacts(command: Command): Command {
  const withFacts = command
    .requiredOption('--vault <name>', 'the vault')
    .option('--description <text>', 'description')
    .option('--tag <key=value...>', 'tags; a value may be empty', parseTag)
    .option('--callback <url>', 'called by the service when the file is there, or failed');
  return addAppOptions(withFacts);
}

function addUpload(files: Command, run: Runner): void {
  const command = addCommand(files, 'upload <file>', 'upload a file', [
    'sealift sds files upload contract.pdf --vault contracts --tag CONSIGNEE=ADDRESS --app Participant',
  ]).option('--name <name>', 'name of the file; by default as it is here');
  addFacts(command).action((path: string, options: FactOptions) =>
    run(async (context) => {
      const session = await openSession(context, options);
      const facts = factsOf(options, basename(path));
      const result = await uploadFile(
        session,
        path,
        facts,
        hooksOf(context, `Upload ${facts.name}`),
      );
      const text = `${visible(result.fileId ?? '')}  sha256 ${result.sha256 ?? ''}\n`;
      return { text, json: { ...result } };
    }),
  );
}

function addUrl(files: Command, run: Runner): void {
  const command = addCommand(
    files,
    'add-url <url>',
    'add a file that lies elsewhere, by its address',
    [
      'sealift sds files add-url https://files.example.com/a.pdf --name a.pdf --vault contracts --app Participant',
    ],
  ).requiredOption('--name <name>', 'name of the file');
  addFacts(command).action((url: string, options: FactOptions) =>
    run(async (context) => {
      const { client } = await openSession(context, options);
      const id = await client.addUrl(factsOf(options, 'file'), url);
      return { text: `${visible(id)}\n`, json: { id } };
    }),
  );
}

interface DownloadOptions extends AppOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly allowHost?: readonly string[];
}

function addDownload(files: Command, run: Runner): void {
  const command = addCommand(
    files,
    'download <id>',
    'save a file, decrypted on the way if need be',
    [`sealift sds files download ${EXAMPLE_ID} -o contract.pdf --app Participant`],
  )
    .requiredOption('-o, --output <file>', 'where to save it')
    .option('--force', 'replace the file if it is there')
    .option('--allow-host <hosts...>', 'hosts from which a URL file may be fetched');
  addAppOptions(command).action((id: string, options: DownloadOptions) =>
    run(async (context) => {
      const session = await openSession(context, options);
      const { output: path, force = false, allowHost = [] } = options;
      const hooks = hooksOf(context, `Download ${basename(path)}`);
      const found = await session.client.download(id, { signal: context.signal });
      if (found.type === 'URL') {
        const host = hostOf(found.link);
        if (!allowHost.includes(host)) throw new AppError('SDS_URL_OTHER_HOST', { host });
      }
      const result =
        found.type === 'URL'
          ? await fetchUrlFile(found.link, allowHost, path, hooks, force)
          : await downloadFile(session, id, path, hooks, force);
      return {
        text: `Wrote ${visible(path)}  sha256 ${result.sha256 ?? ''}\n`,
        json: { ...result },
      };
    }),
  );
}

function addRemove(files: Command, run: Runner): void {
  const command = addCommand(files, 'remove <id>', 'delete a file for good', [
    `sealift sds files remove ${EXAMPLE_ID} --app Participant`,
  ]).option('--yes', 'delete without asking');
  addAppOptions(command).action((id: string, options: AppOptions & { yes?: boolean }) =>
    run(async (context) => {
      await confirm(context, {
        what: `This deletes ${id} for good.`,
        word: 'delete',
        yes: options.yes,
      });
      await (await openSession(context, options)).client.removeFile(id);
      return { text: `Deleted ${visible(id)}\n`, json: { id } };
    }),
  );
}

function factsOf(
  { vault, name, description, tag: tags = [], callback }: FactOptions,
  fallback: string,
) {
  return { vault, name: name ?? fallback, description, tags, callback };
}

function describe({ id, name, type, status, sizeBytes, tags, description }: SdsFile): string {
  const size = sizeBytes === undefined ? '' : `  ${formatBytes(sizeBytes)}`;
  const shownTags = tags.map(({ key, value }) => `${key}=${value}`).join(' ');
  return visible(`${id}  ${status}  ${type}  ${name}${size}  ${shownTags}  ${description}`)
    .trimEnd()
    .concat('\n');
}

function parseTag(value: string, before: readonly FileTag[] = []): FileTag[] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give KEY=VALUE; the value may be empty.');
  return [...before, { key: value.slice(0, at), value: value.slice(at + 1) }];
}

function parseQueryTag(value: string, before: readonly { key: string; value?: string }[] = []) {
  return value.includes('=') ? [...before, ...parseTag(value)] : [...before, { key: value }];
}
