/** Where the CLI gets passphrases: a file or a hidden prompt. Never an argument, never the environment. */
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorCode } from '../../shared/errors/index.ts';
import { readSmallFile } from './files.ts';
import type { CliContext } from './outcome.ts';

const LIMIT_BYTES = 64 * 1024;
const READABLE_BY_OTHERS = 0o044;

/**
 * Reads a passphrase file; one newline at its end is not part of the passphrase.
 * @throws AppError PASSPHRASE_FILE_UNUSABLE, and those of `readSmallFile`
 */
export async function readPassphraseFile(context: CliContext, path: string): Promise<string> {
  const bytes = await readSecretFile(context, path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('PASSPHRASE_FILE_UNUSABLE', { file: path, reason: 'not UTF-8' }, { cause });
  }
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '') {
    throw new AppError('PASSPHRASE_FILE_UNUSABLE', { file: path, reason: 'empty' });
  }
  return passphrase;
}

/** Reads a small file with a secret in it, and warns when others can read it too. */
export async function readSecretFile(context: CliContext, path: string): Promise<Buffer> {
  const { bytes, mode = 0 } = await readSmallFile(path, LIMIT_BYTES);
  if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0) {
    context.terminal.note(`warning: ${path} can be read by others; chmod 600 it.`);
  }
  return bytes;
}

/** Tries without a passphrase what may not need one, and asks only when it does. */
export async function withPassphrase<T>(
  context: CliContext,
  source: { readonly file?: string | undefined; readonly question: string },
  use: (passphrase: string | undefined) => Promise<T>,
): Promise<T> {
  if (source.file !== undefined) return use(await readPassphraseFile(context, source.file));
  try {
    return await use(undefined);
  } catch (error) {
    if (!needsPassphrase(error)) throw error;
    const typed = await context.terminal.askHidden(source.question, context.signal);
    if (typed === undefined) throw error;
    return use(typed);
  }
}

const NEEDED: ReadonlySet<ErrorCode> = new Set([
  'PASSPHRASE_NEEDED',
  'SSH_KEY_PASSPHRASE_NEEDED',
  'MASTER_PASSWORD_NEEDED',
  'SDS_KEY_PASSPHRASE_NEEDED',
]);

function needsPassphrase(error: unknown): boolean {
  return error instanceof AppError && NEEDED.has(error.code);
}

/**
 * A new passphrase: from the file, or typed twice.
 * @throws AppError PASSPHRASE_NOT_GIVEN without file and terminal, PASSPHRASES_DIFFER
 */
export async function newPassphrase(
  context: CliContext,
  file: string | undefined,
): Promise<string> {
  if (file !== undefined) return readPassphraseFile(context, file);
  const typed = await askTwice(context, 'Passphrase for the new key: ');
  if (typed === undefined) throw new AppError('PASSPHRASE_NOT_GIVEN');
  return typed;
}

/**
 * What is typed twice, since nobody can see it.
 * @returns undefined without a terminal, or when nothing is typed @throws AppError PASSPHRASES_DIFFER
 */
export async function askTwice(
  { terminal, signal }: CliContext,
  question: string,
): Promise<string | undefined> {
  const first = await terminal.askHidden(question, signal);
  if (first === undefined || first === '') return undefined;
  const second = await terminal.askHidden('The same again: ', signal);
  if (first !== second) throw new AppError('PASSPHRASES_DIFFER');
  return first;
}
