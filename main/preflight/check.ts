/** A whole data file against its manifest, streamed: the verdict that the platform would give. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import { readRecords, type Rec, type RecordFault } from '../tabular/index.ts';
import { FAULTS, type Fault } from './faults.ts';
import { checkHeader } from './header.ts';
import { ProblemGroups } from './report.ts';
import { compileRowCheck } from './rows.ts';

export interface CheckRequest {
  readonly path: string;
  readonly facts: FileFacts;
  /** As `checkManifest` gave it. */
  readonly manifest: Pick<Manifest, 'type' | 'columns'>;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file checked so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Checks every row. Problems of the data are in the report; thrown is only what keeps the file from
 * being read: FORMAT_UNSUPPORTED, CONVERSION_NEEDED, FILE_CHANGED, RECORD_TOO_LARGE, CANCELLED and
 * the file errors. When header and manifest do not fit, or encoding or
 * quoting is broken anywhere, the platform takes nothing and all rows count as rejected.
 */
export async function checkData(request: CheckRequest): Promise<CheckReport> {
  const { path, facts, manifest, signal } = request;
  const groups = new ProblemGroups(facts.header);
  const headerProblems = checkHeader(facts.header, manifest);
  for (const { fault, column } of headerProblems) groups.addToFile(fault, column);
  let isRefused = headerProblems.some(({ fault }) => fault.severity === 'error');

  const checkRow = compileRowCheck(facts.header, manifest);
  let rows = 0;
  let accepted = 0;
  let bytes = 0;
  let record: Rec = { row: 0, line: 0, cells: [] };
  const onFault = (fault: Fault, column: number, value: string): void => {
    groups.add(fault, column, record, value);
  };
  const onBytes = (done: number): void => {
    bytes = done;
    request.onProgress?.(done);
  };
  for await (const records of readRecords(path, facts, { signal, onBytes })) {
    rows += records.length;
    for (record of records) {
      if (record.fault) {
        isRefused ||= record.fault.kind === 'encoding' || record.fault.kind === 'quoting';
        onFault(structureFault(record.fault), -1, describe(record.fault));
      } else if (checkRow(record.cells, onFault)) accepted += 1;
    }
  }
  if (isRefused) accepted = 0;
  return { rows, accepted, rejected: rows - accepted, bytes, problems: groups.list() };
}

function structureFault(fault: RecordFault): Fault {
  if (fault.kind === 'quoting') return fault.unterminated ? FAULTS.unterminated : FAULTS.quoting;
  return FAULTS[fault.kind];
}

/** Shown as the sample's value: where a cell is not to blame, the place or the count is. */
function describe(fault: RecordFault): string {
  if (fault.kind === 'encoding') return `byte ${fault.byteOffset} of the file`;
  if (fault.kind === 'ragged') return `${fault.cells} cells, not ${fault.columns}`;
  return '';
}
