/** Problems gathered into groups by code and column, each with a count and its first rows. */
import type { CheckReport, ProblemGroup, ProblemSample } from '../../shared/domain/problem.ts';
import { FILE_CODES } from '../../shared/domain/problem.ts';
import type { Fault } from './faults.ts';

const SAMPLES_OF_GROUP = 5;
/** A sample shows what is wrong; a cell of megabytes would only burden the window. */
const SAMPLE_CHARACTERS = 200;

interface OpenGroup {
  readonly fault: Fault;
  readonly column: string | undefined;
  readonly sentences: Set<string>;
  readonly samples: ProblemSample[];
  count: number;
}

/** A hostile file has any number of columns and faults: beyond this, the rest share a group a code. */
const MAX_GROUPS = 500;
/** More are not read, and each is kept for the whole check. */
const MAX_SENTENCES = 20;

/** What is wrong with one row. */
export interface RowProblem {
  readonly code: string;
  readonly column?: string | undefined;
  readonly message: string;
}

export class ProblemGroups {
  readonly #groups = new Map<string, OpenGroup>();
  readonly #ofRow: RowProblem[] | undefined;

  /** `keepsRow`: for `takeRow`. */
  constructor(options: { readonly keepsRow: boolean } = { keepsRow: false }) {
    if (options.keepsRow) this.#ofRow = [];
  }

  /** The errors added since the last call. */
  takeRow(): readonly RowProblem[] {
    return this.#ofRow?.splice(0) ?? [];
  }

  /** `column`: its name in the file; left out, the row as a whole is meant. */
  add(
    fault: Fault,
    column: string | undefined,
    place: { row: number; line: number },
    value: string,
  ): void {
    const group = this.#groupOf(fault, column);
    group.count += 1;
    if (fault.severity === 'error') {
      this.#ofRow?.push({ code: fault.code, column, message: fault.message });
    }
    if (group.samples.length >= SAMPLES_OF_GROUP) return;
    group.samples.push({ row: place.row, line: place.line, value: shortened(value) });
  }

  /** A problem of the file or its header rather than of a row. */
  addToFile(fault: Fault, column?: string): void {
    const key = `file ${fault.code} ${column ?? ''} ${fault.message}`;
    const group = { fault, column, sentences: new Set([fault.message]), samples: [], count: 1 };
    this.#groups.set(key, group);
  }

  /** Errors first, then by how many rows they touch. */
  list(): CheckReport['problems'] {
    const rank = { error: 0, warning: 1 } as const;
    return [...this.#groups.values()]
      .sort((a, b) => rank[a.fault.severity] - rank[b.fault.severity] || b.count - a.count)
      .map((group): ProblemGroup => ({
        code: group.fault.code,
        severity: group.fault.severity,
        ...(group.column === undefined ? {} : { column: group.column }),
        message: [...group.sentences].join(' '),
        count: group.count,
        samples: group.samples,
      }));
  }

  #groupOf(fault: Fault, column: string | undefined): OpenGroup {
    const name = this.#groups.size < MAX_GROUPS ? column : undefined;
    const key = groupKey(fault, column);
    const group = this.#groups.get(key) ?? this.#groups.get(groupKey(fault, name));
    if (group) {
      if (group.sentences.size < MAX_SENTENCES) group.sentences.add(fault.message);
      return group;
    }
    const sentences = new Set([fault.message]);
    const opened: OpenGroup = { fault, column: name, sentences, samples: [], count: 0 };
    this.#groups.set(groupKey(fault, name), opened);
    return opened;
  }
}

/** Why the platform takes no row of the file, if that is so: then its rows cannot be told apart. */
export function refusalOfFile(report: Pick<CheckReport, 'problems'>): ProblemGroup | undefined {
  return report.problems.find(
    ({ severity, code }) => severity === 'error' && WHOLE_FILE_CODES.has(code),
  );
}

const WHOLE_FILE_CODES: ReadonlySet<string> = new Set([...FILE_CODES, 'ENCODING', 'QUOTING']);

function groupKey({ code, severity }: Fault, column: string | undefined): string {
  return `${code} ${severity} ${column === undefined ? '' : `:${column}`}`;
}

/** A copy, and not a slice that would keep a block of the file in memory. */
function shortened(value: string): string {
  const cut = value.length > SAMPLE_CHARACTERS ? `${value.slice(0, SAMPLE_CHARACTERS)}…` : value;
  return Buffer.from(cut, 'utf8').toString('utf8');
}
