/** Cells to values by data type (spec: "Values"). */
import type { DataType, DateFormat } from '../../shared/domain/manifest.ts';
import type { PropertyValue } from '../store/stage.ts';

/** A value, or why the cell is not one; the sentence holds no part of the cell. */
export type CellReading =
  | { readonly ok: true; readonly value: PropertyValue }
  | { readonly ok: false; readonly message: string };

/** Sign and digits without leading zeros; more than 19 digits are beyond 64 bits. */
const INTEGER = /^([+-]?)0*(\d{1,19})$/;
/** So many digits a JavaScript number holds exactly. */
const EXACT_DIGITS = 15;
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const EPOCH_SECONDS = /^-?\d{1,10}$/;
const SPACE = 0x20;
const TAB = 0x09;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';
const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
/** What a date without a time of day is read as, on the platform: one second past midnight. */
const DEFAULT_TIME_SECONDS = 1;

interface DatePattern {
  readonly regex: RegExp;
  /** Which capture group holds day, month and year. */
  readonly order: { readonly day: number; readonly month: number; readonly year: number };
}

const DATE_PATTERNS: Readonly<Record<string, DatePattern>> = {
  'dd/MM/yyyy': { regex: /^(\d{2})\/(\d{2})\/(\d{4})/, order: { day: 1, month: 2, year: 3 } },
  'MM/dd/yyyy': { regex: /^(\d{2})\/(\d{2})\/(\d{4})/, order: { day: 2, month: 1, year: 3 } },
  'yyyy/dd/MM': { regex: /^(\d{4})\/(\d{2})\/(\d{2})/, order: { day: 2, month: 3, year: 1 } },
  'yyyy/MM/dd': { regex: /^(\d{4})\/(\d{2})\/(\d{2})/, order: { day: 3, month: 2, year: 1 } },
  'dd MMM yyyy': { regex: /^(\d{2}) ([A-Za-z]{3}) (\d{4})/, order: { day: 1, month: 2, year: 3 } },
};

/** Only space and tab are blanks; a no-break space is data. */
export function trimCell(cell: string): string {
  let start = 0;
  let end = cell.length;
  // Not by a regular expression: those take quadratic time for blanks that are not at the end.
  while (start < end && isBlank(cell.charCodeAt(start))) start += 1;
  while (end > start && isBlank(cell.charCodeAt(end - 1))) end -= 1;
  return end - start === cell.length ? cell : cell.slice(start, end);
}

export function isBlankCell(cell: string): boolean {
  let at = 0;
  while (at < cell.length && isBlank(cell.charCodeAt(at))) at += 1;
  return at === cell.length;
}

function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}

/**
 * Reads a cell that is not blank. DATE values become `$D_<epoch seconds>`, the platform's form.
 * Integers that a JSON number cannot hold exactly are kept as decimal text.
 */
export function readCell(
  cell: string,
  dataType: DataType,
  dateFormat: DateFormat | undefined,
): CellReading {
  switch (dataType) {
    case 'STRING':
      return { ok: true, value: cell };
    case 'INTEGER':
      return readInteger(trimCell(cell), INT_MIN, INT_MAX, 'a whole number of 32 bits');
    case 'LONG':
      return readInteger(trimCell(cell), LONG_MIN, LONG_MAX, 'a whole number of 64 bits');
    case 'FLOAT':
      return readFloat(trimCell(cell));
    case 'BOOLEAN':
      return readBoolean(trimCell(cell));
    case 'DATE':
      return readDate(trimCell(cell), dateFormat!);
  }
}

function readInteger(text: string, min: bigint, max: bigint, what: string): CellReading {
  const parts = INTEGER.exec(text);
  if (!parts) return refuse(what);
  if (parts[2]!.length <= EXACT_DIGITS) {
    const number = Number(parts[1] === '-' ? `-${parts[2]!}` : parts[2]!);
    if (number < Number(min) || number > Number(max)) return refuse(what);
    // Adding zero makes 0 of -0.
    return { ok: true, value: number + 0 };
  }
  const value = BigInt(`${parts[1] === '-' ? '-' : ''}${parts[2]}`);
  if (value < min || value > max) return refuse(what);
  const number = Number(value);
  return { ok: true, value: Number.isSafeInteger(number) ? number : value.toString() };
}

function readFloat(text: string): CellReading {
  const value = FLOAT.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? { ok: true, value } : refuse('a finite decimal number');
}

function readBoolean(text: string): CellReading {
  switch (text.toLowerCase()) {
    case 'true':
    case '1':
      return { ok: true, value: true };
    case 'false':
    case '0':
      return { ok: true, value: false };
    default:
      return refuse('true, false, 1 or 0');
  }
}

function readDate(text: string, format: DateFormat): CellReading {
  const seconds = format === 'UNIX' ? unixSeconds(text) : calendarSeconds(text, format);
  return seconds === undefined
    ? refuse(`a date of the form ${format}`)
    : { ok: true, value: `$D_${seconds}` };
}

function unixSeconds(text: string): number | undefined {
  return EPOCH_SECONDS.test(text) ? Number(text) : undefined;
}

function calendarSeconds(text: string, format: DateFormat): number | undefined {
  const withTime = format.endsWith(' HH:mm:ss');
  const { regex, order } = DATE_PATTERNS[withTime ? format.slice(0, -9) : format]!;
  const parts = regex.exec(text);
  if (!parts) return undefined;
  const seconds = timeSeconds(text.slice(parts[0].length), withTime);
  const year = Number(parts[order.year]);
  const month = monthNumber(parts[order.month]!);
  const day = Number(parts[order.day]);
  if (seconds === undefined || year < 1 || month < 1 || month > 12) return undefined;
  // setUTCFullYear, since Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 1000 + seconds;
}

function timeSeconds(text: string, expected: boolean): number | undefined {
  if (!expected) return text === '' ? DEFAULT_TIME_SECONDS : undefined;
  const parts = /^ (\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (!parts) return undefined;
  const [hours, minutes, seconds] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return hours * 3600 + minutes * 60 + seconds;
}

function monthNumber(text: string): number {
  if (/^\d/.test(text)) return Number(text);
  const at = MONTHS.indexOf(text.toLowerCase());
  return at % 3 === 0 ? at / 3 + 1 : 0;
}

function refuse(what: string): CellReading {
  return { ok: false, message: `is not ${what}` };
}
