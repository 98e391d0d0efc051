/** The neutral form into which both JSON and YAML are read: values with the place where they stand. */
import type { Severity, TextProblem } from '../../shared/domain/problem.ts';

/** Offsets are UTF-16 units from the start of the text. */
export type ManifestNode =
  | { readonly kind: 'object'; readonly offset: number; readonly entries: readonly ManifestEntry[] }
  | { readonly kind: 'string'; readonly offset: number; readonly value: string }
  | { readonly kind: 'array' | 'number' | 'boolean' | 'null'; readonly offset: number };

export interface ManifestEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: ManifestNode;
}

export type ManifestProblemCode =
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  | 'ENCODING'
  | 'SYNTAX'
  | 'COMMENT'
  | 'TRAILING_COMMA'
  | 'YAML_FEATURE'
  | 'DUPLICATE_KEY'
  | 'UNKNOWN_KEY'
  | 'FILE_NAME'
  | 'TYPE'
  | 'CLIENT_EMAIL'
  | 'KEY_ID'
  | 'COLUMNS'
  | 'CT_NAME'
  | 'DATA_TYPE'
  | 'DATE_FORMAT'
  | 'COLUMN_MISSING'
  | 'TARGET_TWICE'
  | 'TARGET_CASE'
  | 'TS_TYPE'
  | 'IDENTITY_MISSING'
  | 'EVENT_NAME_MISSING'
  | 'NAME_CHARACTERS';

/** More than a reader will read; a hostile text could hold hundreds of thousands. */
const MAX_PROBLEMS = 200;

/** Takes problems as they are found; places them at the end. */
export class ProblemList {
  readonly #found: {
    code: ManifestProblemCode;
    severity: Severity;
    offset: number;
    message: string;
  }[] = [];

  error(code: ManifestProblemCode, offset: number, message: string): void {
    this.#found.push({ code, severity: 'error', offset, message });
  }

  warn(code: ManifestProblemCode, offset: number, message: string): void {
    this.#found.push({ code, severity: 'warning', offset, message });
  }

  get hasErrors(): boolean {
    return this.#found.some((problem) => problem.severity === 'error');
  }

  /** The first 200 in the order of the text, offsets turned into lines and columns. */
  placedIn(text: string): TextProblem[] {
    const places = new TextPlaces(text);
    return this.#found
      .toSorted((a, b) => a.offset - b.offset)
      .slice(0, MAX_PROBLEMS)
      .map(({ code, severity, offset, message }) => ({
        code,
        severity,
        ...places.of(offset),
        message,
      }));
  }
}

/** Lines and columns of a text's offsets, both from 1, columns in UTF-16 units. */
export class TextPlaces {
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    const ends = [...text.matchAll(/\r\n|\n|\r/g)];
    this.#lineStarts = [0, ...ends.map((end) => end.index + end[0].length)];
  }

  of(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}
