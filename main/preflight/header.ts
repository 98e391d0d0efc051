/** What a header and a manifest break together, before any row is read. Pure. */
import type { Manifest } from '../../shared/domain/manifest.ts';
import {
  discouragedCharacters,
  isOperationHeader,
  operandOf,
  resolveColumns,
  type ResolvedColumn,
} from './columns.ts';
import type { Fault } from './faults.ts';

export interface HeaderProblem {
  readonly fault: Fault;
  readonly column?: string;
}

/** A header of a million faulty names tells no more than its first hundred. */
const MAX_PROBLEMS = 100;

/** With an error among them the platform takes no row of the file. */
export function checkHeader(
  header: readonly string[],
  manifest: Pick<Manifest, 'type' | 'columns'>,
): HeaderProblem[] {
  if (header.length === 0) {
    return [error('HEADER_MISSING', 'The file is empty: its first line must name the columns.')];
  }
  const problems = [
    ...unnamedColumns(header),
    ...missingColumns(header, manifest),
    ...(manifest.type === 'profile' ? strayOperations(header) : []),
    ...poorNames(header, manifest),
  ];
  return problems.slice(0, MAX_PROBLEMS);
}

function unnamedColumns(header: readonly string[]): HeaderProblem[] {
  const places = new Map<string, number>();
  return header.flatMap((name, index) => {
    if (name.trim() === '') {
      return [error('HEADER_MISSING', `Column ${index + 1} has no name in the header.`)];
    }
    if (name.includes('\0')) {
      const message = `The name of column ${index + 1} holds a NUL byte.`;
      return [error('HEADER_MISSING', message)];
    }
    const first = places.get(name);
    if (first === undefined) {
      places.set(name, index);
      return [];
    }
    const message = `Columns ${first + 1} and ${index + 1} have the same name; each needs its own.`;
    return [error('HEADER_MISSING', message, name)];
  });
}

function missingColumns(
  header: readonly string[],
  manifest: Pick<Manifest, 'columns'>,
): HeaderProblem[] {
  const names = new Set(header);
  return Object.keys(manifest.columns ?? {})
    .filter((name) => !names.has(name))
    .map((name) =>
      error(
        'COLUMN_MISSING',
        'The manifest names this column, but the header does not have it.',
        name,
      ),
    );
}

function strayOperations(header: readonly string[]): HeaderProblem[] {
  const names = new Set(header);
  return header
    .filter((name) => isOperationHeader(name) && !names.has(operandOf(name)))
    .map((name) =>
      error('COLUMN_MISSING', 'There is no column to which this operation belongs.', name),
    );
}

function poorNames(
  header: readonly string[],
  manifest: Pick<Manifest, 'type' | 'columns'>,
): HeaderProblem[] {
  return resolveColumns(header, manifest).flatMap((column) => nameWarning(column) ?? []);
}

/** The warning about a property name that the platform advises against, if it is one. */
export function nameWarning({ role, target, header }: ResolvedColumn): HeaderProblem | undefined {
  const marks = role === 'property' ? discouragedCharacters(target) : '';
  if (marks === '') return undefined;
  const message = `The property name holds ${marks}, which the platform advises against.`;
  return { fault: { code: 'NAME_CHARACTERS', severity: 'warning', message }, column: header };
}

function error(
  code: 'HEADER_MISSING' | 'COLUMN_MISSING',
  message: string,
  column?: string,
): HeaderProblem {
  const fault: Fault = { code, severity: 'error', message };
  return column === undefined ? { fault } : { fault, column };
}
