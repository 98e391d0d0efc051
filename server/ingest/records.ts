/** Data files as rows, whatever their format: one record at a time, already read by the rules. */
import type { DataFormat } from '../../shared/domain/data-file.ts';
import { FileFailure } from '../failure.ts';
import { planColumn, readRow } from './columns.ts';
import type { ColumnPlan } from './columns.ts';
import type { CsvRecord } from './csv-cutter.ts';
import { openCsv } from './csv-reader.ts';
import { readJson } from './json-reader.ts';
import { JsonRows } from './json-rows.ts';
import type { ReadManifest } from './manifest.ts';
import type { RowReading } from './row-builder.ts';

export interface ReadRecord {
  /** The first data record is 1. */
  readonly row: number;
  /** Line on which the record starts, from 1. */
  readonly line: number;
  /** The record as it was sent, for the failed rows. */
  readonly cells: readonly string[];
  readonly reading: RowReading;
}

export interface RecordFile {
  /** Header of the failed rows. */
  readonly header: readonly string[];
  /** The columns known from the start; none where each record names its own. */
  readonly plans: readonly ColumnPlan[];
  /** A few hundred at a time. */
  readonly records: AsyncIterable<readonly ReadRecord[]>;
}

export interface RecordOptions {
  readonly format: DataFormat;
  readonly manifest: ReadManifest;
  readonly receivedAtSeconds: number;
  readonly recordBytes: number;
}

/** @throws FileFailure FORMAT_UNKNOWN */
export function formatOf(fileName: string): DataFormat {
  const name = fileName.replace(/\.asc$/, '').toLowerCase();
  if (name.endsWith('.csv')) return 'csv';
  if (name.endsWith('.json')) return 'json';
  if (name.endsWith('.ndjson') || name.endsWith('.jsonl')) return 'ndjson';
  throw new FileFailure(
    'FORMAT_UNKNOWN',
    'The name of a data file tells its format: .csv, .json, .ndjson or .jsonl, before .asc.',
  );
}

/** @throws FileFailure HEADER_MISSING, COLUMN_MISSING; while iterating TOO_LARGE, DAMAGED */
export async function openRecords(
  source: AsyncIterable<Uint8Array>,
  options: RecordOptions,
): Promise<RecordFile> {
  return options.format === 'csv'
    ? openCsvRecords(source, options)
    : openJsonRecords(source, options);
}

/** JSON records name their own columns: the failed rows hold each record as its text. */
function openJsonRecords(
  source: AsyncIterable<Uint8Array>,
  { format, manifest, receivedAtSeconds, recordBytes }: RecordOptions,
): RecordFile {
  const rows = new JsonRows(manifest, receivedAtSeconds);
  async function* records(): AsyncGenerator<readonly ReadRecord[]> {
    const cut = readJson(source, { lines: format === 'ndjson', recordBytes });
    for await (const pieces of cut) {
      yield pieces.map(({ row, line, text }) => {
        return { row, line, cells: [text], reading: rows.read(row, text) };
      });
    }
  }
  const plans = [...manifest.columns.keys()].map((header) => planColumn(header, manifest));
  return { header: ['Record'], plans, records: records() };
}

async function openCsvRecords(
  source: AsyncIterable<Uint8Array>,
  { manifest, receivedAtSeconds, recordBytes }: RecordOptions,
): Promise<RecordFile> {
  const csv = await openCsv(source, recordBytes);
  for (const column of manifest.columns.keys()) {
    if (!csv.header.includes(column)) {
      throw new FileFailure(
        'COLUMN_MISSING',
        'The manifest names a column that the file does not have.',
        { column },
      );
    }
  }
  const plans = csv.header.map((header) => planColumn(header, manifest));
  for (const { header: column, role } of plans) {
    if (role.kind === 'operation' && !csv.header.includes(role.of)) {
      const message = 'There is no column to which this operation belongs.';
      throw new FileFailure('COLUMN_MISSING', message, { column });
    }
  }
  const read = ({ row, line, cells }: CsvRecord): ReadRecord => {
    const reading: RowReading =
      cells.length === plans.length
        ? readRow(manifest.type, row, receivedAtSeconds, plans, cells)
        : raggedRow(cells.length, plans.length);
    return { row, line, cells, reading };
  };
  async function* records(): AsyncGenerator<readonly ReadRecord[]> {
    for await (const pieces of csv.records) yield pieces.map(read);
  }
  return { header: csv.header, plans, records: records() };
}

function raggedRow(found: number, expected: number): RowReading {
  const message = `the row has ${found} cells, the header ${expected}`;
  return { kind: 'refused', problems: [{ code: '555', message }] };
}
