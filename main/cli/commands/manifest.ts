/** `sealift manifest`: writes a first manifest for a data file, and checks one. */
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import { AppError, errorText } from '../../../shared/errors/index.ts';
import { refuseUnsendable } from '../../jobs/send-job.ts';
import {
  checkManifest,
  decodeManifest,
  manifestYaml,
  mendManifest,
  requireManifest,
} from '../../manifest/index.ts';
import type { MendedManifest } from '../../manifest/index.ts';
import { checkData, writeFailedRows } from '../../preflight/index.ts';
import type { CheckRequest } from '../../preflight/index.ts';
import { OutputFile } from '../../seal/output-file.ts';
import { fixedHeader, inspectFile } from '../../tabular/index.ts';
import {
  addCommand,
  addGroup,
  oneOf,
  parseEmail,
  parseKeyId,
  usageError,
} from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { readSmallFile, STDIO } from '../files.ts';
import { CONVERT_HELP, IMPORT_TYPES, makeManifest } from '../first-manifest.ts';
import type { ManifestFacts } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { checkText, problemLines } from '../report.ts';
import { count, visible } from '../visible.ts';

const NEEDS_FILE = 'The data file is read twice, so it cannot be -.';
const NEEDS_DATA =
  'Rows are written with --failed-rows only when --data names the file they are in.';
const NO_KEY_ID =
  'warning: The manifest names no Key ID. Sealift sends encrypted files only, and send will refuse it: manifest init --key-id UUID writes one.';

export function addManifestCommands(program: Command, run: Runner): void {
  const manifest = addGroup(program, 'manifest', 'write and check import manifests', [
    'sealift manifest init users.csv --type profile --email data@example.com --key-id UUID > users.manifest',
    'sealift manifest check users.manifest --data users.csv',
  ]);
  addCommand(manifest, 'init <data>', 'print a manifest with a guessed mapping for a data file', [
    'sealift manifest init users.csv --type profile --email data@example.com --key-id UUID > users.manifest',
  ])
    .requiredOption('--type <type>', 'event or profile', oneOf(IMPORT_TYPES))
    .requiredOption('--email <address>', 'address that gets the mails about the import', parseEmail)
    .option('--key-id <uuid>', 'Key ID of the key set on the platform', parseKeyId)
    .option('--convert', CONVERT_HELP)
    .option('--yaml', 'print YAML in place of JSON')
    .action((data: string, facts: InitOptions) => run((context) => init(context, data, facts)));

  addCommand(
    manifest,
    'check <manifest>',
    'check a manifest, and with --data every row against it',
    [
      'sealift manifest check users.manifest --data users.csv',
      'sealift manifest check users.manifest --data users.csv --failed-rows mend.csv',
      'sealift manifest check - < users.manifest',
    ],
  )
    .option('--data <file>', 'the data file that the manifest describes')
    .option('--convert', CONVERT_HELP)
    .option(
      '--failed-rows <file>',
      'write the rows that the platform would reject, with the reasons; not encrypted',
    )
    .action((manifest: string, options: CheckOptions) =>
      run((context) => check(context, manifest, options)),
    );
}

interface CheckOptions {
  readonly data?: string;
  readonly convert?: boolean;
  readonly failedRows?: string;
}

interface InitOptions extends ManifestFacts {
  readonly yaml?: boolean;
}

async function init(context: CliContext, data: string, facts: InitOptions): Promise<Outcome> {
  if (data === STDIO) throw usageError(NEEDS_FILE);
  const { text: json, notices } = await makeManifest(data, facts);
  const text = facts.yaml === true ? manifestYaml(json) : json;
  if (facts.keyId === undefined) context.terminal.note(NO_KEY_ID);
  for (const notice of notices) context.terminal.note(notice);
  return { text, json: { manifest: JSON.parse(json) as unknown, text, notices } };
}

async function check(
  context: CliContext,
  path: string,
  { data, convert, failedRows }: CheckOptions,
): Promise<Outcome> {
  if (failedRows !== undefined && data === undefined) throw usageError(NEEDS_DATA);
  if (data === STDIO) throw usageError(NEEDS_FILE);
  const file = path === STDIO ? 'stdin' : path;
  const { bytes } = await readSmallFile(path, LIMITS.manifestBytes);
  const manifestText = decodeManifest(bytes, file);
  const facts = data === undefined ? undefined : await inspectFile(data, undefined, { convert });
  const options = { header: facts && fixedHeader(facts) };
  const { manifest, problems } = checkManifest(manifestText, options);
  const text = problemLines(file, problems);
  if (!manifest) {
    const mended = offerMended(context, manifestText);
    return {
      text,
      json: { problems, ...mended },
      error: refusal(() => requireManifest(manifestText, options)),
    };
  }
  if (manifest.keyId === undefined) context.terminal.note(NO_KEY_ID);
  const fine = `${visible(file)}: no errors\n`;
  if (data === undefined || !facts) return { text: text + fine, json: { problems } };
  const request = {
    path: data,
    facts,
    manifest,
    convert,
    signal: context.signal,
    onProgress: (done: number) => {
      context.terminal.progress(`check ${data}`, done, facts.sizeBytes);
    },
  };
  const report = await checkData(request);
  if (failedRows !== undefined) await saveFailedRows(context, request, failedRows);
  const outcome = { text: text + fine + checkText(data, report), json: { problems, report } };
  const error = refusal(() => {
    refuseUnsendable({ sourceName: data, acceptRejected: false }, { report });
  });
  return error ? { ...outcome, error } : outcome;
}

/** A file of which nothing can be saved is no failure of the check, which says what is wrong with it. */
async function saveFailedRows(
  context: CliContext,
  request: CheckRequest,
  path: string,
): Promise<void> {
  const output = await OutputFile.create(path, { overwrite: false });
  try {
    const { rejected } = await writeFailedRows(request, output);
    await output.commit();
    context.terminal.note(`${visible(path)}: ${count(rejected, 'row')} to mend, not encrypted`);
  } catch (error) {
    await output.discard();
    if (!(error instanceof AppError) || !error.code.startsWith('FAILED_ROWS_')) throw error;
    context.terminal.note(errorText(error));
  }
}

/** What is commonly wrong, such as a comment in JSON, can be mended; the user's file stays as it is. */
function offerMended(context: CliContext, manifestText: string): { mended?: MendedManifest } {
  const mended = mendManifest(manifestText);
  if (mended.notes.length === 0) return {};
  const words = ['Mended, it would be as follows.', ...mended.notes, mended.text.trimEnd()];
  context.terminal.note(words.join('\n'));
  return { mended };
}

function refusal(attempt: () => unknown): AppError | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
