/** A whole data file against its manifest, streamed: the verdict that the platform would give. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import {
  readJsonRecords,
  readRecords,
  type JsonFault,
  type Rec,
  type RecordFault,
} from '../tabular/index.ts';
import { JsonCheck } from './check-json.ts';
import { damageFault, FAULTS, syntaxFault, type Fault } from './faults.ts';
import { checkHeader } from './header.ts';
import { ProblemGroups, type RowProblem } from './report.ts';
import { compileRowCheck } from './rows.ts';

export interface CheckRequest {
  readonly path: string;
  readonly facts: FileFacts;
  /** As `checkManifest` gave it. */
  readonly manifest: Pick<Manifest, 'type' | 'columns'>;
  /** The user agreed that other encodings and delimiters are converted. Default: false. */
  readonly convert?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file checked so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Takes the rows that the platform would reject. */
  readonly rejected?: RejectedRows | undefined;
}

export interface RejectedRows {
  /** `cells`: of a CSV as in the file, of JSON the record's text alone. */
  readonly add: (cells: readonly string[], problems: readonly RowProblem[]) => void;
  /** Awaited now and then, so that rows need not pile up. */
  readonly flush: () => Promise<void>;
}

interface Tally {
  readonly rows: number;
  readonly accepted: number;
  /** Something is wrong for which the platform takes no row of the file. */
  readonly isRefused: boolean;
}

/**
 * Checks every row. Problems of the data are in the report; thrown is only what keeps the file from
 * being read: CONVERSION_NEEDED, TEXT_UNREADABLE, FILE_CHANGED, RECORD_TOO_LARGE, CANCELLED and the
 * file errors. When header and manifest do not fit, or encoding, quoting or the brackets around all
 * records are broken anywhere, the platform takes nothing and all rows count as rejected.
 */
export async function checkData(request: CheckRequest): Promise<CheckReport> {
  const groups = new ProblemGroups({ keepsRow: request.rejected !== undefined });
  let bytes = 0;
  const onBytes = (done: number): void => {
    bytes = done;
    request.onProgress?.(done);
  };
  const check = request.facts.format === 'csv' ? checkCsv : checkJson;
  const { rows, accepted, isRefused } = await check(request, groups, onBytes);
  const taken = isRefused ? 0 : accepted;
  return { rows, accepted: taken, rejected: rows - taken, bytes, problems: groups.list() };
}

async function checkCsv(
  { path, facts, manifest, convert, signal, rejected }: CheckRequest,
  groups: ProblemGroups,
  onBytes: (bytes: number) => void,
): Promise<Tally> {
  const { header } = facts;
  const headerProblems = checkHeader(header, manifest);
  for (const { fault, column } of headerProblems) groups.addToFile(fault, column);
  let isRefused = headerProblems.some(({ fault }) => fault.severity === 'error');

  const checkRow = compileRowCheck(header, manifest);
  let rows = 0;
  let accepted = 0;
  let record: Rec = { row: 0, line: 0, cells: [] };
  const onFault = (fault: Fault, column: number, value: string): void => {
    groups.add(fault, column < 0 ? undefined : header[column], record, value);
  };
  const onHeader = (found: Rec): void => {
    const { fault } = found;
    // A NUL byte is told of the name that holds it.
    if (fault?.kind !== 'encoding' && fault?.kind !== 'quoting') return;
    isRefused = true;
    groups.add(structureFault(fault), undefined, found, describe(fault));
  };
  for await (const records of readRecords(path, facts, { convert, signal, onBytes, onHeader })) {
    rows += records.length;
    for (record of records) {
      if (record.fault) {
        isRefused ||= record.fault.kind === 'encoding' || record.fault.kind === 'quoting';
        groups.add(structureFault(record.fault), undefined, record, describe(record.fault));
        rejected?.add(record.cells, groups.takeRow());
      } else if (checkRow(record.cells, onFault)) accepted += 1;
      else rejected?.add(record.cells, groups.takeRow());
    }
    await rejected?.flush();
  }
  return { rows, accepted, isRefused };
}

async function checkJson(
  { path, facts, manifest, convert, signal, rejected }: CheckRequest,
  groups: ProblemGroups,
  onBytes: (bytes: number) => void,
): Promise<Tally> {
  const check = new JsonCheck(manifest, groups);
  let rows = 0;
  let accepted = 0;
  let isRefused = false;
  const keepText = rejected !== undefined;
  const options = { convert, signal, onBytes, keepText };
  for await (const records of readJsonRecords(path, facts, options)) {
    for (const record of records) {
      rows = record.row;
      const { fault } = record;
      if (fault) {
        isRefused ||= fault.kind === 'encoding' || fault.kind === 'damaged';
        groups.add(jsonFault(fault), undefined, record, describe(fault));
        rejected?.add([record.text ?? ''], groups.takeRow());
      } else if (check.accepts(record)) accepted += 1;
      else rejected?.add([record.text ?? ''], groups.takeRow());
    }
    await rejected?.flush();
  }
  check.finish();
  return { rows, accepted, isRefused };
}

function structureFault(fault: RecordFault): Fault {
  if (fault.kind === 'quoting') return fault.unterminated ? FAULTS.unterminated : FAULTS.quoting;
  return FAULTS[fault.kind];
}

function jsonFault(fault: JsonFault): Fault {
  switch (fault.kind) {
    case 'syntax':
      return syntaxFault(fault.message);
    case 'damaged':
      return damageFault(fault.message);
    default:
      return FAULTS[fault.kind];
  }
}

/** Shown as the sample's value: where a cell is not to blame, the place or the count is. */
function describe(fault: RecordFault | JsonFault): string {
  switch (fault.kind) {
    case 'encoding':
      return `byte ${fault.byteOffset} of the file`;
    case 'ragged':
      return `${fault.cells} cells, not ${fault.columns}`;
    case 'syntax':
    case 'damaged':
      return `line ${fault.line}, column ${fault.column}`;
    default:
      return '';
  }
}
