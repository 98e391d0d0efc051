/** The data type that a column's sampled values show, with the reason in words. Pure. */
import type { DataType, DateFormat } from '../../shared/domain/manifest.ts';
import {
  dateTest,
  isBoolean,
  isEpochSeconds,
  isFloat,
  isInteger,
  isLong,
  looksLikeMilliseconds,
  trimCell,
} from '../preflight/index.ts';

export interface GuessedType {
  readonly dataType: DataType;
  readonly dateFormat?: DateFormat;
  readonly reason: string;
}

const COUNT = new Intl.NumberFormat('en');

/** Dates that people write and the platform has no format for. */
const OTHER_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)|^\d{1,2}[.-]\d{1,2}[.-]\d{2,4}$/;
const WHOLE_NUMBER = /^[+-]?\d+$/;
const LEADING_ZERO = /^[+-]?0\d/;

/** Where values fit several, the one that is commonest is guessed. */
const DATES_BY_LIKELIHOOD = [
  'yyyy/MM/dd',
  'dd/MM/yyyy',
  'MM/dd/yyyy',
  'dd MMM yyyy',
  'yyyy/dd/MM',
] as const satisfies readonly DateFormat[];
const DATE_TESTS = DATES_BY_LIKELIHOOD.flatMap((day) => [day, `${day} HH:mm:ss` as const]).map(
  (format) => ({ format, test: dateTest(format) }),
);

/** `values`: sampled cells of one column, blanks among them. */
export function guessType(values: readonly string[]): GuessedType {
  const filled = values.map(trimCell).filter((value) => value !== '');
  if (filled.length === 0) return { dataType: 'STRING', reason: 'All sampled values are blank.' };
  const all = (test: (value: string) => boolean): boolean => filled.every(test);
  const told = (what: string): string => `${countedValues(filled.length)} ${what}.`;

  if (all((value) => /^(?:true|false)$/i.test(value))) {
    return { dataType: 'BOOLEAN', reason: told('true or false') };
  }
  if (all((value) => WHOLE_NUMBER.test(value))) return guessWholeNumber(filled, told);
  if (all(isFloat)) return { dataType: 'FLOAT', reason: told('decimal numbers') };
  return guessDate(filled, told) ?? { dataType: 'STRING', reason: textReason(filled) };
}

/** A few values that are no numbers make a column text: as a number they would be refused. */
function textReason(filled: readonly string[]): string {
  const numbers = filled.filter(isFloat).length;
  return numbers > filled.length / 2
    ? `${countedOf(numbers, filled.length)} numbers; the others could not be read as such.`
    : `${countedValues(filled.length)} text.`;
}

function guessWholeNumber(filled: readonly string[], told: (what: string) => string): GuessedType {
  if (filled.some((value) => LEADING_ZERO.test(value))) {
    const reason = `${told('digits')} Some begin with 0, which a number would lose.`;
    return { dataType: 'STRING', reason };
  }
  if (filled.every(isInteger)) return { dataType: 'INTEGER', reason: told('whole numbers') };
  if (filled.every(isLong)) {
    return { dataType: 'LONG', reason: told('whole numbers, some beyond 32 bits') };
  }
  const reason = `${told('digits')} Some are too many for a number.`;
  return { dataType: 'STRING', reason };
}

function guessDate(
  filled: readonly string[],
  told: (what: string) => string,
): GuessedType | undefined {
  const [format, other] = DATE_TESTS.filter(({ test }) => filled.every(test)).map(
    (candidate) => candidate.format,
  );
  if (format) {
    const doubt = other ? ` They fit ${other} as well: check which is meant.` : '';
    return { dataType: 'DATE', dateFormat: format, reason: told(`dates as ${format}`) + doubt };
  }
  if (!filled.every((value) => OTHER_DATE.test(value))) return undefined;
  const reason = `${told('dates in a form for which the platform has no format')} They are kept as text.`;
  return { dataType: 'STRING', reason };
}

/**
 * How a column named as a time may become `ts`; undefined when its values are no epoch seconds. A
 * few that are not leave it the time, for the check to tell.
 */
export function guessTime(values: readonly string[]): GuessedType | undefined {
  const filled = values.map(trimCell).filter((value) => value !== '');
  const seconds = filled.filter(isEpochSeconds);
  if (seconds.length > filled.length / 2) {
    const dataType = seconds.every(isInteger) ? 'INTEGER' : 'LONG';
    const counted =
      seconds.length === filled.length
        ? countedValues(filled.length)
        : countedOf(seconds.length, filled.length);
    return { dataType, reason: `${counted} epoch seconds.` };
  }
  if (filled.length === 0 || !filled.every(looksLikeMilliseconds)) return undefined;
  const reason = `${countedValues(filled.length)} milliseconds, it seems; the platform takes epoch seconds only.`;
  return { dataType: 'LONG', reason };
}

/** Whether a flag written as 1 and 0 would read as one. */
export function isFlags(values: readonly string[]): boolean {
  const filled = values.map(trimCell).filter((value) => value !== '');
  return filled.length > 0 && filled.every(isBoolean);
}

function countedOf(count: number, all: number): string {
  return `${COUNT.format(count)} of ${COUNT.format(all)} sampled values are`;
}

function countedValues(count: number): string {
  return count === 1 ? 'The one sampled value is' : `All ${COUNT.format(count)} sampled values are`;
}
