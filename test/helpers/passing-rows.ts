/** The check of rows on their bytes, held against the careful one: what passes there has no fault here. */
import assert from 'node:assert/strict';
import { compileRowCheck, type RowCheck } from '../../main/preflight/rows.ts';
import { compileBytesCheck } from '../../main/preflight/sound-rows.ts';
import { CsvReader, type CsvReaderOptions } from '../../main/tabular/csv-reader.ts';
import type { Rec } from '../../main/tabular/record.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';

type Columns = Pick<Manifest, 'type' | 'columns'>;

/** Rows of one file. */
export interface Passing {
  /** On their bytes. */
  readonly passed: number;
  /** Of those that did not pass, accepted all the same. */
  readonly accepted: number;
  readonly refused: number;
}

/** Whether the cells pass on their bytes, as they would lie in a file. */
export function cellsPass(
  header: readonly string[],
  manifest: Columns,
  cells: readonly string[],
): boolean {
  const written = cells.map((cell) => Buffer.from(cell));
  const starts = Int32Array.from(written, (_, index) => endOf(written.slice(0, index)) + index);
  const ends = starts.map((start, index) => start + written[index]!.length);
  const bytes = Buffer.concat(written.flatMap((cell) => [cell, Buffer.from(',')]));
  return compileBytesCheck(header, manifest)(bytes, starts, ends);
}

function endOf(cells: readonly Buffer[]): number {
  return cells.reduce((sum, cell) => sum + cell.length, 0);
}

/** Whether the careful check has nothing to say about the cells, no warning either. */
export function areFaultless(check: RowCheck, cells: readonly string[]): boolean {
  let faults = 0;
  const isAccepted = check(cells, () => (faults += 1));
  assert.equal(isAccepted, faults === 0, 'a warning of a row');
  return faults === 0;
}

/**
 * Reads the file once carefully, and once, in these chunks, so that rows pass; every row must be found to be the
 * same. @throws AppError what the reader throws
 */
export function holdAgainstCareful(
  chunks: Iterable<Buffer>,
  manifest: Columns,
  options: Pick<CsvReaderOptions, 'maxRecordBytes'> = {},
): Passing {
  const parts = [...chunks];
  const careful = recordsOf(new CsvReader({ fileName: 'a.csv', ...options }), [
    Buffer.concat(parts),
  ]);
  const header = careful[0]?.cells ?? [];
  const check = compileRowCheck(header, manifest);
  const passes = compileBytesCheck(header, manifest);
  const how = { fileName: 'a.csv', ...options, passes };
  const all = new CsvReader(how);
  const few = new CsvReader({ ...how, wanted: check.reads });
  const inFull = recordsOf(all, parts);
  const wanted = recordsOf(few, parts);
  assert.equal(few.passed, all.passed);

  const counts = { passed: 0, accepted: 0, refused: 0 };
  const handedOn = careful.filter((record) => {
    const { row, fault, cells } = record;
    const isHandedOn = inFull[row - counts.passed]?.row === row;
    const isAccepted = row > 0 && !fault && areFaultless(check, cells);
    if (!isHandedOn) assert.ok(isAccepted, `row ${row} passed with a fault`);
    if (row > 0) {
      counts[isHandedOn ? (isAccepted ? 'accepted' : 'refused') : 'passed'] += 1;
    }
    return isHandedOn;
  });
  assert.deepEqual(inFull, handedOn);
  assert.equal(all.passed, counts.passed);
  assert.deepEqual(
    wanted.map((record) => read(record, check.reads)),
    handedOn.map((record) => read(record, check.reads)),
  );
  return counts;
}

function recordsOf(reader: CsvReader, chunks: readonly Buffer[]): Rec[] {
  return [...chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))), ...reader.end()];
}

/** What a check sees of a record: of one with a fault all of it. */
function read(record: Rec, reads: readonly number[]): Rec {
  if (record.fault || record.row === 0) return record;
  return { ...record, cells: reads.map((index) => record.cells[index] ?? '') };
}
