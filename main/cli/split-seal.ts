/** `seal --split`: a data file in as many sealed files as its limit asks for, with a manifest for each if one is given. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import { withFileName } from '../jobs/manifest-file-name.ts';
import { partNames } from '../jobs/send-names.ts';
import type { Recipient } from '../keys/openpgp-keys.ts';
import { decodeManifest, requireManifest } from '../manifest/index.ts';
import { writeError } from '../platform/file-errors.ts';
import { giveName } from '../seal/output-file.ts';
import { partFiles, sealParts } from '../seal/seal-parts.ts';
import type { SealedParts } from '../seal/seal-parts.ts';
import type { Compression } from '../seal/seal.ts';
import { conversionNeeded, convert, inspectFile } from '../tabular/index.ts';
import { readSmallFile } from './files.ts';
import type { CliContext, Outcome } from './outcome.ts';
import { count, formatBytes, visible } from './visible.ts';

export interface SplitRequest {
  readonly file: string;
  /** The name that the sealed file would have as a whole. */
  readonly output: string;
  readonly recipient: Recipient;
  readonly manifest?: string | undefined;
  readonly compress: Compression;
  readonly maxSealedBytes: number;
  readonly convert: boolean;
  readonly overwrite: boolean;
}

/** A file on its way to its name, from the folder in which all of them are made. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** All files take their names, or none does. @throws AppError of the rooms manifest, tabular and seal */
export async function splitSeal(context: CliContext, request: SplitRequest): Promise<Outcome> {
  const { file, output, recipient } = request;
  const manifestText = request.manifest === undefined ? undefined : await readManifest(request);
  const folder = await makeFolder(dirname(output));
  try {
    const sealed = await sealInto(folder, context, request);
    const names = partNames(basename(output), sealed.parts.length);
    const parts = sealed.parts.map(({ sealed: outcome, ...part }, index) => ({
      ...part,
      ...outcome,
      file: join(dirname(output), names[index]!.dataName),
      ...(manifestText !== undefined && {
        manifest: join(dirname(output), names[index]!.manifestName),
      }),
    }));
    const moves: Move[] = [];
    for (const { number, file: to, manifest } of parts) {
      moves.push({ from: join(folder, `${number}.asc`), to });
      if (manifest === undefined || manifestText === undefined) continue;
      const from = join(folder, `${number}.manifest`);
      await writeFile(from, withFileName(manifestText, basename(to)), { mode: 0o600 });
      moves.push({ from, to: manifest });
    }
    await moveAll(moves, request.overwrite);
    const { fingerprint, encryptionKeyId, userId } = recipient;
    const lines = parts.map(
      (part) =>
        `Sealed ${visible(part.file)}: ${count(part.rows, 'row')}, ${formatBytes(part.plainBytes)} to ${formatBytes(part.sealedBytes ?? 0)}, for ${visible(userId)} (key ${encryptionKeyId})\n`,
    );
    const json = { parts, recipientFingerprint: fingerprint, encryptionKeyId };
    return { text: lines.join(''), json };
  } catch (error) {
    throw error instanceof AppError ? error : writeError(file, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readManifest({ manifest = '', output }: SplitRequest): Promise<string> {
  const { bytes } = await readSmallFile(manifest, LIMITS.manifestBytes);
  const text = decodeManifest(bytes, manifest);
  requireManifest(text);
  return withFileName(text, basename(output));
}

/** Beside the output: only within one file system can files take their names at once. */
async function makeFolder(beside: string): Promise<string> {
  try {
    return await mkdtemp(join(beside, '.sealift-parts-'));
  } catch (error) {
    throw writeError(beside, error);
  }
}

async function sealInto(
  folder: string,
  context: CliContext,
  { file, recipient, compress, maxSealedBytes, convert: mayConvert }: SplitRequest,
): Promise<SealedParts> {
  const facts = await inspectFile(file, basename(file));
  const found = conversionNeeded(facts);
  if (found !== undefined && !mayConvert) throw new AppError('CONVERSION_NEEDED', { file, found });
  return sealParts({
    inputPath: file,
    fileName: basename(file),
    format: facts.format,
    transform: (bytes) => (found === undefined ? bytes : convert(bytes, facts)),
    output: partFiles((number) => join(folder, `${number}.asc`)),
    recipient,
    compress,
    limits: { sealedBytes: maxSealedBytes, openedBytes: LIMITS.openedBytes },
    signal: context.signal,
    onProgress: ({ readBytes, part }) => {
      context.terminal.progress(`seal ${file}, part ${part}`, readBytes, facts.sizeBytes);
    },
  });
}

async function moveAll(moves: readonly Move[], overwrite: boolean): Promise<void> {
  const named: string[] = [];
  try {
    for (const { from, to } of moves) {
      await giveName(from, to, overwrite);
      named.push(to);
    }
  } catch (error) {
    for (const path of named) await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}
