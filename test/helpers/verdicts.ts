/**
 * One data file and its manifest before both judges: the app's check and the bundled server's ingestion.
 * They share no reader and no rule, so where they agree both are likely right.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireManifest } from '../../main/manifest/index.ts';
import { checkData } from '../../main/preflight/index.ts';
import { refusalOfFile } from '../../main/preflight/report.ts';
import { inspectFile } from '../../main/tabular/index.ts';
import { hasDiscouragedName } from '../../server/ingest/columns.ts';
import { FileFailure } from '../../server/failure.ts';
import { readManifest } from '../../server/ingest/manifest.ts';
import { formatOf, openRecords } from '../../server/ingest/records.ts';
import type { DataFormat, FileFacts } from '../../shared/domain/data-file.ts';
import type { ManifestColumn } from '../../shared/domain/manifest.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';

export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly manifestText: string;
}

export interface Verdict {
  /** No row is taken because of the file itself; the number of rows says nothing then. */
  readonly refused: boolean;
  readonly rows: number;
  readonly accepted: number;
  /** `code:column` of each problem that rejects, without the colon when it has no column. In order, each once. */
  readonly problems: readonly string[];
  /** Columns whose property name is warned about. */
  readonly warnings: readonly string[];
}

export function manifestText(
  type: string,
  columns?: Readonly<Record<string, ManifestColumn>>,
  name = 'a.csv',
): string {
  return JSON.stringify({ fileName: name, type, clientEmail: 'a@b.io', columns });
}

/** What the two call the same thing. The app tells more than the platform's codes can. */
const PLATFORM_CODES: Readonly<Record<string, string>> = {
  ENCODING: 'DAMAGED',
  QUOTING: 'DAMAGED',
  RAGGED_ROW: '555',
};
const FILE_CODES: readonly string[] = ['HEADER_MISSING', 'COLUMN_MISSING', 'DAMAGED', 'TOO_LARGE'];

/** `folder`: where the file is written. `convert`: other encodings and delimiters, too. */
export async function appVerdict(
  { name, bytes, manifestText }: DataFile,
  folder: string,
  convert = false,
): Promise<Verdict> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const facts = await inspectFile(path);
  const manifest = requireManifest(manifestText);
  return fromReport(await checkData({ path, facts, manifest, convert }));
}

function fromReport({ rows, accepted, problems }: CheckReport): Verdict {
  const found = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ code, column }) => problemText(PLATFORM_CODES[code] ?? code, column));
  const warned = problems.filter(({ code }) => code === 'NAME_CHARACTERS');
  return verdict(
    rows,
    accepted,
    found,
    warned.map(({ column }) => column ?? ''),
  );
}

export async function serverVerdict(file: DataFile, chunkBytes = 65_536): Promise<Verdict> {
  const { manifest } = readManifest(Buffer.from(file.manifestText));
  if (!manifest) throw new Error('the server refuses a manifest that the app takes');
  const found: string[] = [];
  let rows = 0;
  let accepted = 0;
  let warnings: string[] = [];
  try {
    const { plans, records } = await openRecords(inChunks(file.bytes, chunkBytes), {
      format: formatOf(file.name),
      manifest,
      receivedAtSeconds: 0,
      recordBytes: 16 * 1024 * 1024,
    });
    warnings = plans.filter(hasDiscouragedName).map(({ header }) => header);
    for await (const { reading } of oneByOne(records)) {
      rows += 1;
      if (reading.kind !== 'refused') accepted += 1;
      else found.push(...reading.problems.map(({ code, column }) => problemText(code, column)));
    }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    found.push(problemText(error.code, error.place.column));
  }
  return verdict(rows, accepted, found, warnings);
}

/** The server's readers give lists. */
export async function* oneByOne<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const list of lists) yield* list;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

function verdict(
  rows: number,
  accepted: number,
  found: readonly string[],
  warnings: readonly string[],
): Verdict {
  const problems = [...new Set(found)].toSorted();
  const refused = problems.some((text) => FILE_CODES.includes(text.split(':')[0] ?? ''));
  return { refused, rows, accepted: refused ? 0 : accepted, problems, warnings: [...warnings] };
}

function problemText(code: string, column: string | undefined): string {
  return column === undefined ? code : `${code}:${column}`;
}

/** A data file as the user has it, on the disk. */
export interface JudgedFile {
  readonly path: string;
  readonly manifestText: string;
}

/** The same verdict, told by rows: what the file of failed rows would hold. */
export interface JudgedRows {
  readonly isRefused: boolean;
  readonly rows: number;
  /** In the order of the file. `cells`: of JSON the record's text alone. */
  readonly rejected: readonly {
    readonly cells: readonly string[];
    readonly codes: readonly string[];
  }[];
}

/** Conversion is agreed to. Undefined: the file's bytes are not of the encoding in which it seems to be. */
export async function appRows({
  path,
  manifestText,
}: JudgedFile): Promise<(JudgedRows & { readonly facts: FileFacts }) | undefined> {
  const facts = await inspectFile(path, undefined, { convert: true });
  const rejected: JudgedRows['rejected'][number][] = [];
  const manifest = requireManifest(manifestText);
  try {
    const report = await checkData({
      ...{ path, facts, manifest, convert: true },
      rejected: {
        add: (cells, problems) => {
          const codes = problems.map(({ code }) => PLATFORM_CODES[code] ?? code);
          rejected.push({ cells: [...cells], codes });
        },
        flush: () => Promise.resolve(),
      },
    });
    const isRefused = refusalOfFile(report) !== undefined;
    return { isRefused, rows: report.rows, rejected, facts };
  } catch (error) {
    if (error instanceof AppError && error.code === 'TEXT_UNREADABLE') return undefined;
    throw error;
  }
}

/** `source`: what the server is sent, opened. */
export async function serverRows(
  { manifestText }: JudgedFile,
  format: DataFormat,
  source: AsyncIterable<Uint8Array>,
): Promise<JudgedRows> {
  const { manifest } = readManifest(Buffer.from(manifestText));
  if (!manifest) throw new Error('the server refuses a manifest that the app takes');
  const rejected: JudgedRows['rejected'][number][] = [];
  let rows = 0;
  try {
    const options = { format, manifest, receivedAtSeconds: 0, recordBytes: 16 * 1024 * 1024 };
    const { records } = await openRecords(source, options);
    for await (const { cells, reading } of oneByOne(records)) {
      rows += 1;
      if (reading.kind !== 'refused') continue;
      rejected.push({ cells: [...cells], codes: reading.problems.map(({ code }) => code) });
    }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return { isRefused: true, rows: 0, rejected: [] };
  }
  return { isRefused: false, rows, rejected };
}
