/**
 * One file of a schedule: delivered, then put into done/ or failed/ beside it. A file that fails its check is
 * put into failed/ with its failing rows; any other failure leaves it where it is, to be tried again.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Receipt } from '../../shared/domain/job.ts';
import { tabularErrors } from '../../shared/errors/tabular.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorCode } from '../../shared/errors/index.ts';
import { errorCode, writeError } from '../platform/file-errors.ts';
import { takeFreeName } from '../seal/output-file.ts';
import { isSameFile, stampOf } from './watched-folder.ts';
import type { FileStamp } from './watched-folder.ts';

/** How a file gets to the platform, and how its failing rows are told. The app and the command line each have theirs. */
export interface FileHands {
  /** Rejects with an `AppError`. */
  readonly deliver: (path: string, signal: AbortSignal) => Promise<Receipt>;
  /** Writes the rows that the check found wanting, in the platform's form. */
  readonly saveFailedRows: (path: string, outputPath: string) => Promise<void>;
}

export type FileOutcome =
  | { readonly kind: 'delivered'; readonly receipt: Receipt }
  /** Of no use as it is: put away. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Stays where it is. */
  | { readonly kind: 'kept'; readonly error: AppError };

const DONE = 'done';
const FAILED = 'failed';

/** What is wrong with the file itself, so that trying again without changing it is in vain. */
const FAULTS_OF_FILE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(Object.keys(tabularErrors) as (keyof typeof tabularErrors)[]),
  'ROWS_REJECTED',
  'NO_ROWS_ACCEPTED',
  'DATA_HAS_ERRORS',
  'SOURCE_EMPTY',
  'MANIFEST_INVALID',
  'RECORD_FITS_NO_PART',
  'ALREADY_SEALED',
]);
/** Whether trying again without changing the file is in vain. */
export function isFaultOfFile(code: ErrorCode): boolean {
  return FAULTS_OF_FILE.has(code);
}

const HAS_FAILING_ROWS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROWS_REJECTED',
  'NO_ROWS_ACCEPTED',
]);

/**
 * @param folder of the file
 * @param putsAway whether a delivered file goes into done/: one that is rewritten for every run stays
 * @throws AppError when a file could not be put away
 */
export async function runFile(
  folder: string,
  stamp: FileStamp,
  hands: FileHands,
  options: { readonly putsAway: boolean; readonly signal: AbortSignal },
): Promise<FileOutcome> {
  const path = join(folder, stamp.name);
  try {
    const receipt = await hands.deliver(path, options.signal);
    if (options.putsAway) await putAway(folder, stamp, DONE);
    return { kind: 'delivered', receipt };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!isFaultOfFile(error.code)) return { kind: 'kept', error };
    await refuse(folder, stamp, error, hands);
    return { kind: 'refused', error };
  }
}

async function refuse(
  folder: string,
  stamp: FileStamp,
  { code }: AppError,
  { saveFailedRows }: FileHands,
): Promise<void> {
  const place = await putAway(folder, stamp, FAILED);
  if (place === undefined || !HAS_FAILING_ROWS.has(code)) return;
  const { dir, name } = parse(place);
  await saveFailedRows(place, join(dir, `${name}.failed-rows.csv`));
}

/**
 * Moves a file into a folder beside it, under its own name or a numbered one.
 * @returns where it is now; undefined when another file has taken its name meanwhile, which stays for the next run
 */
export async function putAway(
  folder: string,
  stamp: FileStamp,
  where: typeof DONE | typeof FAILED,
): Promise<string | undefined> {
  const from = join(folder, stamp.name);
  const aside = `.${randomUUID()}`;
  const target = join(folder, where);
  try {
    await mkdir(target, { recursive: true });
    // Taken aside first and looked at then: what came in its place at the last moment is not lost.
    await rename(from, join(target, aside));
    const isOurs = isSameFile(stamp, await stampOf(target, aside));
    const to = await place(join(target, aside), isOurs ? target : folder, stamp.name);
    return isOurs ? to : undefined;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw cause instanceof AppError ? cause : writeError(stamp.name, cause);
  }
}

/** Gives a file its name in a folder, or a numbered one where that is taken. @returns its path */
async function place(from: string, folder: string, fileName: string): Promise<string> {
  const { name, ext } = parse(fileName);
  for (let number = 1; ; number += 1) {
    const to = join(folder, number === 1 ? fileName : `${name} (${number})${ext}`);
    try {
      await takeFreeName(from, to);
      return to;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
