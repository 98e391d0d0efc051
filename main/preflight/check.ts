/** A whole data file against its manifest, streamed: the verdict that the platform would give. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { Manifest } from '../../shared/domain/manifest.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import {
  CsvRecords,
  JsonReader,
  readText,
  type JsonFault,
  type JsonRec,
  type Rec,
  type RecordFault,
} from '../tabular/index.ts';
import { JsonCheck } from './check-json.ts';
import { damageFault, FAULTS, syntaxFault, type Fault } from './faults.ts';
import { checkHeader } from './header.ts';
import { ProblemGroups, type RowProblem } from './report.ts';
import { compileRowCheck, type RowCheck } from './rows.ts';
import { compileBytesCheck } from './sound-rows.ts';

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

/** The check of one format. The chunks of its text are lent. */
interface TextCheck {
  push(chunk: Uint8Array): void;
  end(): Tally;
}

/**
 * Checks every row. Problems of the data are in the report; thrown is only what keeps the file from
 * being read: CONVERSION_NEEDED, TEXT_UNREADABLE, FILE_CHANGED, RECORD_TOO_LARGE, CANCELLED and the
 * file errors. When header and manifest do not fit, or encoding, quoting or the brackets around all
 * records are broken anywhere, the platform takes nothing and all rows count as rejected.
 */
export async function checkData(request: CheckRequest): Promise<CheckReport> {
  const { path, facts, convert, signal, rejected } = request;
  const check = new DataCheck(request);
  let bytes = 0;
  const onBytes = (done: number): void => {
    bytes = done;
    request.onProgress?.(done);
  };
  for await (const block of readText(path, facts, { convert, signal, onBytes })) {
    check.push(block);
    await rejected?.flush();
  }
  const report = check.end(bytes);
  await rejected?.flush();
  return report;
}

/** The same check for whoever reads the file for another purpose, too: its text is pushed, as `readText` gives it. */
export class DataCheck {
  readonly #groups: ProblemGroups;
  readonly #text: TextCheck;

  constructor(request: Pick<CheckRequest, 'facts' | 'manifest' | 'rejected'>) {
    this.#groups = new ProblemGroups({ keepsRow: request.rejected !== undefined });
    const Check = request.facts.format === 'csv' ? CsvCheck : JsonFileCheck;
    this.#text = new Check(request, this.#groups);
  }

  /** The chunk is lent. @throws AppError FILE_CHANGED when the header is not that of the facts, RECORD_TOO_LARGE */
  push(chunk: Uint8Array): void {
    this.#text.push(chunk);
  }

  /** @param bytes of the file that were read. @throws AppError as `push` */
  end(bytes: number): CheckReport {
    const { rows, accepted, isRefused } = this.#text.end();
    const taken = isRefused ? 0 : accepted;
    return { rows, accepted: taken, rejected: rows - taken, bytes, problems: this.#groups.list() };
  }
}

type RowsRequest = Pick<CheckRequest, 'facts' | 'manifest' | 'rejected'>;

class CsvCheck implements TextCheck {
  readonly #groups: ProblemGroups;
  readonly #rejected: RejectedRows | undefined;
  readonly #records: CsvRecords;
  readonly #checkRow: RowCheck;
  readonly #onFault: (fault: Fault, column: number, value: string) => void;
  #record: Rec = { row: 0, line: 0, cells: [] };
  /** Rows, and accepted ones, apart from those that passed on their bytes. */
  #rows = 0;
  #accepted = 0;
  #isRefused: boolean;

  constructor({ facts, manifest, rejected }: RowsRequest, groups: ProblemGroups) {
    const { header } = facts;
    this.#groups = groups;
    this.#rejected = rejected;
    const problems = checkHeader(header, manifest);
    for (const { fault, column } of problems) groups.addToFile(fault, column);
    this.#isRefused = problems.some(({ fault }) => fault.severity === 'error');
    this.#checkRow = compileRowCheck(header, manifest);
    this.#onFault = (fault, column, value) => {
      groups.add(fault, column < 0 ? undefined : header[column], this.#record, value);
    };
    // Rows that are written out again need all their cells.
    const wanted = rejected ? undefined : this.#checkRow.reads;
    const passes = compileBytesCheck(header, manifest);
    const onHeader = (found: Rec): void => this.#checkHeaderRecord(found);
    this.#records = new CsvRecords(facts, onHeader, { wanted, passes });
  }

  push(chunk: Uint8Array): void {
    this.#check(this.#records.push(chunk));
  }

  end(): Tally {
    this.#check(this.#records.end());
    const { passed } = this.#records;
    return {
      rows: this.#rows + passed,
      accepted: this.#accepted + passed,
      isRefused: this.#isRefused,
    };
  }

  #checkHeaderRecord(found: Rec): void {
    const { fault } = found;
    // A NUL byte is told of the name that holds it.
    if (fault?.kind !== 'encoding' && fault?.kind !== 'quoting') return;
    this.#isRefused = true;
    this.#groups.add(structureFault(fault), undefined, found, describe(fault));
  }

  #check(records: readonly Rec[]): void {
    this.#rows += records.length;
    for (const record of records) {
      this.#record = record;
      const { fault, cells } = record;
      if (fault) {
        this.#isRefused ||= fault.kind === 'encoding' || fault.kind === 'quoting';
        this.#groups.add(structureFault(fault), undefined, record, describe(fault));
        this.#rejected?.add(cells, this.#groups.takeRow());
      } else if (this.#checkRow(cells, this.#onFault)) this.#accepted += 1;
      else this.#rejected?.add(cells, this.#groups.takeRow());
    }
  }
}

class JsonFileCheck implements TextCheck {
  readonly #groups: ProblemGroups;
  readonly #rejected: RejectedRows | undefined;
  readonly #reader: JsonReader;
  readonly #records: JsonCheck;
  #rows = 0;
  #accepted = 0;
  #isRefused = false;

  constructor({ facts, manifest, rejected }: RowsRequest, groups: ProblemGroups) {
    this.#groups = groups;
    this.#rejected = rejected;
    this.#records = new JsonCheck(manifest, groups);
    const lines = facts.format === 'ndjson';
    this.#reader = new JsonReader({ fileName: facts.name, lines, keepText: !!rejected });
  }

  push(chunk: Uint8Array): void {
    // The reader keeps chunks whose records have not ended.
    this.#check(this.#reader.push(Buffer.from(chunk)));
  }

  end(): Tally {
    this.#check(this.#reader.end());
    this.#records.finish();
    return { rows: this.#rows, accepted: this.#accepted, isRefused: this.#isRefused };
  }

  #check(records: readonly JsonRec[]): void {
    for (const record of records) {
      this.#rows = record.row;
      const { fault } = record;
      if (fault) {
        this.#isRefused ||= fault.kind === 'encoding' || fault.kind === 'damaged';
        this.#groups.add(jsonFault(fault), undefined, record, describe(fault));
        this.#rejected?.add([record.text ?? ''], this.#groups.takeRow());
      } else if (this.#records.accepts(record)) this.#accepted += 1;
      else this.#rejected?.add([record.text ?? ''], this.#groups.takeRow());
    }
  }
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
