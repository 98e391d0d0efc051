/** `sealift seal` and `sealift open`: one file into an encrypted message and back. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { LIMITS } from '../../../shared/domain/manifest.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { unlockKey } from '../../keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../keys/openpgp-keys.ts';
import { openFile, sealFile } from '../../seal/seal-file.ts';
import { DEFAULT_COMPRESSION } from '../../seal/seal.ts';
import type { Compression } from '../../seal/seal.ts';
import { addCommand, parseCompression, parseSealedLimit, usageError } from '../command-line.ts';
import type { Runner } from '../command-line.ts';
import { STDIO } from '../files.ts';
import { CONVERT_HELP } from '../first-manifest.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { withPassphrase } from '../passphrase.ts';
import { fromKeyFile, openKeyStore, readRecipient, storedFingerprint } from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { splitSeal } from '../split-seal.ts';
import { formatBytes, grouped, visible } from '../visible.ts';

interface SealOptions {
  readonly to: string;
  readonly output?: string;
  readonly compress: Compression;
  readonly force?: boolean;
  readonly split?: boolean;
  readonly maxSealedBytes: number;
  readonly manifest?: string;
  readonly convert?: boolean;
}

export function addSealCommands(program: Command, run: Runner): void {
  addCommand(program, 'seal <file>', 'encrypt a file to a public key', [
    'sealift seal users.csv --to public.asc',
    'mysqldump … | sealift seal - --to public.asc -o dump.sql.asc',
    'sealift seal users.csv --to public.asc --split --manifest users.manifest',
  ])
    .requiredOption('--to <key>', 'public key file, or fingerprint of a stored key set')
    .option('-o, --output <file>', 'output, - for stdout (default: FILE.asc, or stdout for -)')
    .option(
      '--compress <level>',
      'none, or 1 (fastest) to 9',
      parseCompression,
      DEFAULT_COMPRESSION,
    )
    .option('--force', 'overwrite the output')
    .option('--split', 'a data file in parts, cut between its rows: users.part-01-of-03.csv.asc …')
    .option(
      '--max-sealed-bytes <n>',
      'with --split: a sealed file stays under this',
      parseSealedLimit,
      LIMITS.sealedBytes,
    )
    .option('--manifest <file>', 'with --split: write one like it for each part')
    .option('--convert', `with --split: ${CONVERT_HELP}`)
    .action((file: string, options: SealOptions) => run((context) => seal(context, file, options)));

  addCommand(program, 'open <file>', 'decrypt a file with a private key', [
    'sealift open users.csv.asc --key private.asc',
    'sealift open users.csv.asc --key private.asc --passphrase-file pass.txt -o -',
  ])
    .requiredOption('--key <key>', 'private key file, or fingerprint of a stored key set')
    .option('--passphrase-file <file>', 'file with the passphrase; without it you are asked')
    .option(
      '-o, --output <file>',
      'output, - for stdout (default: the name without .asc, or stdout for -)',
    )
    .option('--force', 'overwrite the output')
    .option('--master-password-file <file>', 'master password of a profile without keychain')
    .action((file: string, options: OpenOptions) => run((context) => open(context, file, options)));
}

async function seal(context: CliContext, file: string, options: SealOptions): Promise<Outcome> {
  const output = options.output ?? (file === STDIO ? STDIO : `${file}.asc`);
  refuseMixedOutput(context, output);
  if (file === STDIO && options.to === STDIO)
    throw usageError('Only one of FILE and --to can be -.');
  if (options.split) return split(context, { file, output }, options);
  if (options.manifest !== undefined || options.convert) {
    throw usageError('--manifest and --convert go with --split.');
  }
  const recipient = await readRecipient(context, options.to);
  const outcome = await sealFile({
    inputPath: file,
    outputPath: output,
    recipient,
    compress: options.compress,
    overwrite: options.force === true,
    signal: context.signal,
    onProgress: ({ plainBytes, totalBytes }) => {
      context.terminal.progress(`seal ${file}`, plainBytes, totalBytes);
    },
  });
  if (outcome.sealedBytes >= options.maxSealedBytes) {
    context.terminal.note(
      `warning: ${output} has ${grouped(outcome.sealedBytes)} bytes; the platform takes files under ${grouped(options.maxSealedBytes)}. Seal the data with --split, or let "sealift send" send it in parts.`,
    );
  }
  const { fingerprint, encryptionKeyId } = recipient;
  const text = `Sealed ${visible(output)}: ${formatBytes(outcome.plainBytes)} to ${formatBytes(outcome.sealedBytes)}, for ${visible(recipient.userId)} (key ${encryptionKeyId})\n`;
  return {
    text: output === STDIO ? '' : text,
    json: { file: output, ...outcome, recipientFingerprint: fingerprint, encryptionKeyId },
  };
}

async function split(
  context: CliContext,
  { file, output }: { readonly file: string; readonly output: string },
  options: SealOptions,
): Promise<Outcome> {
  if (file === STDIO || output === STDIO) {
    throw usageError('--split takes a data file and writes files: - is neither.');
  }
  const { manifest, compress, maxSealedBytes, force = false } = options;
  const recipient = await readRecipient(context, options.to);
  const how = { manifest, compress, maxSealedBytes, overwrite: force };
  return splitSeal(context, { file, output, recipient, ...how, convert: options.convert ?? false });
}

interface OpenOptions extends ProfileOptions {
  readonly key: string;
  readonly passphraseFile?: string;
  readonly output?: string;
  readonly force?: boolean;
}

async function open(context: CliContext, file: string, options: OpenOptions): Promise<Outcome> {
  const output = options.output ?? openedName(file);
  refuseMixedOutput(context, output);
  const fromStdin = [file, options.key, options.passphraseFile].filter((path) => path === STDIO);
  if (fromStdin.length > 1) {
    throw usageError('Only one of FILE, --key and --passphrase-file can be -.');
  }
  const key = await unlock(context, options);
  const outcome = await openFile({
    inputPath: file,
    outputPath: output,
    keys: [key],
    overwrite: options.force === true,
    signal: context.signal,
    onProgress: ({ sealedBytes, totalBytes }) => {
      context.terminal.progress(`open ${file}`, sealedBytes, totalBytes);
    },
  });
  const text = `Opened ${visible(output)}: ${formatBytes(outcome.openedBytes)}, integrity verified\n`;
  return { text: output === STDIO ? '' : text, json: { file: output, ...outcome } };
}

async function unlock(context: CliContext, options: OpenOptions): Promise<UnlockedKey> {
  const fingerprint = await storedFingerprint(options.key);
  const source = {
    file: options.passphraseFile,
    question: `Passphrase for ${visible(options.key)}: `,
  };
  if (fingerprint !== undefined) {
    const store = await openKeyStore(context, options);
    return withPassphrase(context, source, (passphrase) => store.unlock(fingerprint, passphrase));
  }
  return fromKeyFile(options.key, (bytes) =>
    withPassphrase(context, source, (passphrase) => unlockKey(bytes, passphrase)),
  );
}

function openedName(file: string): string {
  if (file === STDIO) return STDIO;
  const name = file.replace(/\.(asc|gpg|pgp)$/i, '');
  if (name === file || basename(name) === '') throw new AppError('OUTPUT_NAME_UNKNOWN', { file });
  return name;
}

/** stdout carries either the data or the result. */
function refuseMixedOutput(context: CliContext, output: string): void {
  if (context.json && output === STDIO) {
    throw usageError('With --json, stdout carries the result: name a file with -o.');
  }
}
