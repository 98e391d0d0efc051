/** Sealing and opening files, with `-` for standard input and output. Nothing half-done is left behind. */
import { fstatSync, lstatSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import type { Recipient } from '../keys/recipient.ts';
import type { UnlockedKey } from '../keys/unlocked-key.ts';
import { pump } from './bytes.ts';
import type { ByteSink, ByteSource } from './bytes.ts';
import type { Compression } from './compression.ts';
import { writeError } from '../platform/file-errors.ts';
import { openInput } from './input-file.ts';
import { open } from './open.ts';
import type { OpenOutcome, OpenProgress } from './open.ts';
import { OutputFile } from './output-file.ts';
import { seal } from './seal.ts';
import type { SealOutcome, SealProgress } from './seal.ts';
import { Spool } from './spool.ts';

/** Standard input or output in place of a path. */
const STDIO = '-';

export interface SealFileRequest {
  /** A regular file, or `-`. */
  readonly inputPath: string;
  /** Where the armored message goes, or `-`. */
  readonly outputPath: string;
  readonly recipient: Recipient;
  readonly compress: Compression;
  /** What the bytes of the input pass before they are sealed. */
  readonly transform?: (bytes: ByteSource) => ByteSource;
  /** Replace an output file that is there. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SealProgress & { readonly totalBytes?: number }) => void;
}

/**
 * Seals a file of any size, empty ones too.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_CHANGED,
 *   FILE_EXISTS, OUTPUT_IS_INPUT, PART_EXISTS, FILE_NOT_WRITABLE, DISK_FULL, CANCELLED, and what
 *   `seal` throws
 */
export async function sealFile(request: SealFileRequest): Promise<SealOutcome> {
  const { inputPath, recipient, compress, transform, signal, onProgress } = request;
  const input = await openSource(inputPath);
  try {
    return await toOutput(request, (sink) =>
      seal(
        {
          source: transform ? transform(input.bytes) : input.bytes,
          fileName: inputPath === STDIO ? '' : basename(inputPath),
          recipient,
          compress,
          signal,
          onProgress: withTotal(onProgress, input.sizeBytes),
        },
        sink,
      ),
    );
  } finally {
    await input.close();
  }
}

export interface OpenFileRequest {
  /** The message, armored or binary: a regular file, or `-`. */
  readonly inputPath: string;
  /** Where the content goes, or `-`. The name inside the message is never used for it. */
  readonly outputPath: string;
  readonly keys: readonly UnlockedKey[];
  readonly overwrite?: boolean;
  /** Default: 5,000,000,000. */
  readonly maxOpenedBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: OpenProgress & { readonly totalBytes?: number }) => void;
}

/**
 * Opens a sealed file. The output appears under its name, and standard output gets its first byte,
 * only after the integrity of the whole message was verified.
 *
 * @throws AppError the file errors of `sealFile`, and what `open` throws
 */
export async function openFile(request: OpenFileRequest): Promise<OpenOutcome> {
  const { inputPath, outputPath, keys, maxOpenedBytes, signal, onProgress } = request;
  const input = await openSource(inputPath);
  const openInto = (sink: ByteSink): Promise<OpenOutcome> =>
    open(
      {
        source: input.bytes,
        file: inputPath === STDIO ? 'standard input' : inputPath,
        keys,
        maxOpenedBytes,
        signal,
        onProgress: withTotal(onProgress, input.sizeBytes),
      },
      sink,
    );
  try {
    return outputPath === STDIO
      ? await throughSpool(openInto, signal)
      : await toOutput(request, openInto);
  } finally {
    await input.close();
  }
}

/** Runs `work` into the output; on any failure the output is as it was before. */
async function toOutput<T>(
  request: { inputPath: string; outputPath: string; overwrite?: boolean },
  work: (sink: ByteSink) => Promise<T>,
): Promise<T> {
  if (request.outputPath === STDIO) return work(stdoutSink);
  refuseOwnInput(request.inputPath, request.outputPath);
  const output = await OutputFile.create(request.outputPath, {
    overwrite: request.overwrite ?? false,
  });
  try {
    const outcome = await work(output);
    await output.commit();
    return outcome;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** Also with `overwrite`: the only copy of the data would be gone, or there in a form that cannot be read. */
export function refuseOwnInput(inputPath: string, outputPath: string): void {
  const output = statsOf(() => lstatSync(outputPath, { bigint: true }));
  const input = statsOf(() =>
    inputPath === STDIO
      ? fstatSync(process.stdin.fd, { bigint: true })
      : statSync(inputPath, { bigint: true }),
  );
  if (output && input && output.dev === input.dev && output.ino === input.ino) {
    throw new AppError('OUTPUT_IS_INPUT', { file: outputPath });
  }
}

/** @returns undefined for what is not there or may not be looked at: it is told where it is opened */
function statsOf(read: () => BigIntStats): BigIntStats | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function throughSpool<T>(
  work: (sink: ByteSink) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const spool = await Spool.create();
  try {
    const outcome = await work(spool);
    await pump(spool.replay(), stdoutSink, signal);
    return outcome;
  } finally {
    await spool.dispose();
  }
}

interface Source {
  readonly bytes: ByteSource;
  readonly sizeBytes?: number;
  close(): Promise<void>;
}

async function openSource(path: string): Promise<Source> {
  if (path !== STDIO) return openInput(path);
  return {
    bytes: process.stdin,
    // A program that was cancelled must not stay alive because nobody closes its input.
    close: async () => void process.stdin.destroy(),
  };
}

const stdoutSink: ByteSink = {
  write: (chunk) =>
    new Promise((resolve, reject) => {
      const onError = (error: unknown): void => reject(writeError('standard output', error));
      process.stdout.once('error', onError);
      process.stdout.write(chunk, (error) => {
        process.stdout.off('error', onError);
        if (error) onError(error);
        else resolve();
      });
    }),
};

function withTotal<P extends object>(
  onProgress: ((progress: P & { totalBytes?: number }) => void) | undefined,
  totalBytes: number | undefined,
): ((progress: P) => void) | undefined {
  if (!onProgress) return undefined;
  return (progress) =>
    onProgress(totalBytes === undefined ? progress : { ...progress, totalBytes });
}
