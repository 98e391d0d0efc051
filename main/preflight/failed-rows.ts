/**
 * The rows that the platform would reject as CSV in its own form: as they are in the file, with a last
 * column that says why. Streamed in one pass of the check; cells are never changed, formulas included,
 * since the rows are mended and sent again.
 */
import type { CheckReport } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { FAILURE_HEADER, RECORD_HEADER } from '../tabular/index.ts';
import { checkData, type CheckRequest, type RejectedRows } from './check.ts';
import { refusalOfFile, type RowProblem } from './report.ts';

interface Sink {
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Checks the file and writes its failing rows into `sink`: UTF-8, commas, CR LF.
 *
 * @throws AppError FAILED_ROWS_NONE when the platform would reject no row, FAILED_ROWS_UNTOLD when it would
 *   refuse the file as a whole, and what `checkData` throws; what was written is of no use then
 */
export async function writeFailedRows(
  request: Omit<CheckRequest, 'rejected'>,
  sink: Sink,
): Promise<CheckReport> {
  const { facts } = request;
  // JSON records stand in one column, as the platform returns them.
  const header = facts.format === 'csv' ? facts.header : [RECORD_HEADER];
  const rows = new FailedRows(header, sink);
  const report = await checkData({ ...request, rejected: rows });
  const file = facts.name;
  const refusal = refusalOfFile(report);
  if (refusal) throw new AppError('FAILED_ROWS_UNTOLD', { file, problem: refusal.message });
  if (report.rejected === 0) throw new AppError('FAILED_ROWS_NONE', { file });
  await rows.flush();
  return report;
}

class FailedRows implements RejectedRows {
  readonly #columns: number;
  readonly #sink: Sink;
  #lines: string[];

  constructor(header: readonly string[], sink: Sink) {
    this.#columns = header.length;
    this.#sink = sink;
    this.#lines = [csvLine([...header, FAILURE_HEADER])];
  }

  add(cells: readonly string[], problems: readonly RowProblem[]): void {
    const padding = Array.from({ length: Math.max(0, this.#columns - cells.length) }, () => '');
    this.#lines.push(csvLine([...cells, ...padding, reasons(problems)]));
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    await this.#sink.write(Buffer.from(text, 'utf8'));
  }
}

/** `515 email: The e-mail address is not valid.; 523: The row has no identity…` */
function reasons(problems: readonly RowProblem[]): string {
  return problems
    .map(
      ({ code, column, message }) =>
        `${code}${column === undefined ? '' : ` ${column}`}: ${message}`,
    )
    .join('; ');
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** `users.csv` → `users-failed-rows.csv`; of JSON a CSV, too. */
export function failedRowsName(dataName: string): string {
  const stem = dataName.replace(/(\.asc)?$/i, '').replace(/\.[a-z]+$/i, '');
  return `${stem.replace(/-failed-rows$/, '')}-failed-rows.csv`;
}
