/** Gathers the refused rows of an import into problems: one for each code, column and sentence. */
import type { ImportProblem } from '../../shared/domain/import.ts';
import type { RowProblem } from './row-builder.ts';

/** A problem with some of the rows it was seen in, for the mail. */
export interface GroupedProblem extends ImportProblem {
  readonly sampleRows: readonly number[];
}

const MAX_GROUPS = 500;
const SAMPLE_ROWS = 10;
const MAX_VALUE_CHARACTERS = 200;

interface Group {
  readonly first: RowProblem;
  readonly severity: ImportProblem['severity'];
  readonly row: number;
  readonly line: number;
  count: number;
  readonly sampleRows: number[];
}

export class ProblemList {
  readonly #groups = new Map<string, Group>();
  readonly #whole: GroupedProblem[] = [];

  /** A problem of the manifest or of the file as a whole. */
  addWhole(problem: Omit<ImportProblem, 'count'>): void {
    if (this.#whole.length < MAX_GROUPS) {
      this.#whole.push({ ...problem, count: 1, sampleRows: [] });
    }
  }

  add(problem: RowProblem, row: number, line: number): void {
    // A hostile file can name any number of columns: beyond the limit they share a group a code.
    const column = this.#groups.size < MAX_GROUPS ? problem.column : undefined;
    const key = `${problem.code}\0${column ?? ''}\0${column === undefined ? '' : problem.message}`;
    const group = this.#groups.get(key);
    if (!group) {
      this.#groups.set(key, {
        first: detached(problem),
        severity: 'error',
        row,
        line,
        count: 1,
        sampleRows: [row],
      });
      return;
    }
    group.count += 1;
    if (group.sampleRows.length < SAMPLE_ROWS) group.sampleRows.push(row);
  }

  list(): GroupedProblem[] {
    const rows = [...this.#groups.values()].map((group): GroupedProblem => ({
      code: group.first.code,
      severity: group.severity,
      ...(group.first.column !== undefined && { column: group.first.column }),
      row: group.row,
      line: group.line,
      ...(group.first.value !== undefined && { value: group.first.value }),
      count: group.count,
      message: group.first.message,
      sampleRows: group.sampleRows,
    }));
    return [...this.#whole, ...rows];
  }
}

/** A cell may be a piece of the text it was cut from, all of which it would keep in memory. */
function detached(problem: RowProblem): RowProblem {
  const { value } = problem;
  if (value === undefined) return problem;
  return { ...problem, value: Buffer.from(value.slice(0, MAX_VALUE_CHARACTERS)).toString() };
}

/** Without what only the mail needs. */
export function toImportProblem({ sampleRows: _, ...problem }: GroupedProblem): ImportProblem {
  return problem;
}
