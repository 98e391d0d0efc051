/** A CSV or JSON file into a vault: one record a row. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { TransferResult } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { inspectFile, readJsonRecords, readRecords } from '../tabular/index.ts';
import type { JsonMember } from '../tabular/index.ts';
import { inParallel, requireAllowed } from './records.ts';
import type { AppSession } from './sds.ts';
import type { TransferHooks } from './transfers.ts';
import { requireFits, storedForm } from './values.ts';
import type { ValueForm } from './values.ts';

export interface ImportRequest {
  readonly path: string;
  /** As the user knows the file. */
  readonly name: string;
  readonly vault: string;
  /** The column whose cells are the values. */
  readonly column: string;
  readonly form: ValueForm;
  /** Columns that become members of `meta`. */
  readonly metaColumns: readonly string[];
}

interface Row {
  readonly row: number;
  /** Undefined for a column that this row does not have. */
  readonly cell: (column: string) => string | undefined;
  readonly fault?: string | undefined;
}

const FAILURES_TOLD = 100;
/** What is wrong with one row; anything else would be wrong with the next one, too. */
const OF_ONE_ROW: ReadonlySet<string> = new Set([
  'SDS_DATA_NOT_UNIQUE',
  'SDS_TOO_LARGE',
  'SDS_VALUE_TOO_LARGE',
  'SDS_VALUE_NOT_BASE64',
  'SDS_ROW_UNREADABLE',
  'SDS_COLUMN_MISSING',
]);

/**
 * Writes a record for each row. Rows that cannot be taken are told, with their number, and the others are written all
 * the same; what was written stays when it is cancelled.
 *
 * @throws AppError SDS_COLUMN_MISSING, SDS_FORBIDDEN, CANCELLED, and those of the file and of the service
 */
export async function importRecords(
  session: AppSession,
  request: ImportRequest,
  { signal, onProgress }: TransferHooks,
): Promise<TransferResult> {
  requireAllowed(await session.vault(request.vault, true), 'write');
  const facts = await inspectFile(request.path, request.name);
  for (const column of [request.column, ...request.metaColumns]) {
    if (!facts.header.includes(column)) {
      throw new AppError('SDS_COLUMN_MISSING', { file: request.name, column });
    }
  }
  const total = facts.rowsExact ? facts.rows : undefined;
  const failures: { at: string; error: ReturnType<AppError['toView']> }[] = [];
  let written = 0;
  let failed = 0;
  const takeRow = async (row: Row): Promise<void> => {
    if (signal.aborted) throw new AppError('CANCELLED');
    try {
      const record = recordOf(row, request);
      requireFits(record);
      await session.client.create(record, { signal });
      written += 1;
    } catch (error) {
      if (!(error instanceof AppError) || !OF_ONE_ROW.has(error.code)) throw error;
      failed += 1;
      if (failures.length < FAILURES_TOLD) {
        failures.push({ at: String(row.row), error: error.toView() });
      }
    }
    onProgress(written + failed, total);
  };
  for await (const rows of rowsOf(facts, request.path, signal)) await inParallel(rows, takeRow);
  return { written, failed, failures };
}

async function* rowsOf(
  facts: FileFacts,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const options = { signal, convert: true };
  if (facts.format === 'csv') {
    const places = new Map(facts.header.map((name, index) => [name, index]));
    for await (const records of readRecords(path, facts, options)) {
      yield records.map(({ row, cells, fault }) => ({
        row,
        cell: (column) => cells[places.get(column) ?? -1],
        fault: fault?.kind,
      }));
    }
    return;
  }
  for await (const records of readJsonRecords(path, facts, options)) {
    yield records.map(({ row, members, fault }) => ({
      row,
      cell: (column) => textOfMember(members, column),
      fault: fault?.kind,
    }));
  }
}

/** A tree or null is not a value of a cell. */
function textOfMember(members: readonly JsonMember[], column: string): string | undefined {
  const member = members.find(({ key }) => key === column);
  if (!member || ['object', 'array', 'null'].includes(member.kind)) return undefined;
  return member.text;
}

function recordOf(row: Row, { vault, column, form, metaColumns, name }: ImportRequest) {
  if (row.fault !== undefined) throw new AppError('SDS_ROW_UNREADABLE', { reason: row.fault });
  const value = row.cell(column);
  if (value === undefined) throw new AppError('SDS_COLUMN_MISSING', { file: name, column });
  const meta = metaColumns.flatMap((key) => {
    const cell = row.cell(key);
    return cell === undefined ? [] : [[key, cell] as const];
  });
  const data = storedForm(form, value);
  return { vault, data, ...(meta.length > 0 && { meta: Object.fromEntries(meta) }) };
}
