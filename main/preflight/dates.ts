/** Dates of the calendar in the manifest's date formats (spec: "Values"). Pure. */
import { DATE_FORMATS, type DateFormat } from '../../shared/domain/manifest.ts';

export const MONTH_NAMES = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Where the parts of a format stand, by index; a part of fixed width each. */
export interface Layout {
  readonly length: number;
  readonly year: number;
  readonly month: number;
  readonly isMonthNamed: boolean;
  readonly day: number;
  readonly hour: number;
  /** What stands between the parts. */
  readonly marks: readonly { readonly at: number; readonly code: number }[];
}

const LAYOUTS = new Map(DATE_FORMATS.map((format) => [format, layoutOf(format)]));

export function layoutOf(format: DateFormat): Layout {
  const marks = [...format].flatMap((mark, at) =>
    /[A-Za-z]/.test(mark) ? [] : [{ at, code: mark.charCodeAt(0) }],
  );
  return {
    length: format.length,
    year: format.indexOf('yyyy'),
    month: format.indexOf('MM'),
    isMonthNamed: format.includes('MMM'),
    day: format.indexOf('dd'),
    hour: format.indexOf('HH'),
    marks,
  };
}

/**
 * A test for dates in `format`: two digits for day and month, four for the year, English month
 * names of three letters in any case, 24 hours. Only days that the calendar has. `UNIX` is signed
 * epoch seconds of up to 10 digits.
 */
export function dateTest(format: DateFormat): (text: string) => boolean {
  if (format === 'UNIX') return (text) => /^-?\d{1,10}$/.test(text);
  const layout = LAYOUTS.get(format) ?? layoutOf(format);
  return (text) => isDate(text, layout);
}

function isDate(text: string, layout: Layout): boolean {
  if (text.length !== layout.length) return false;
  for (const { at, code } of layout.marks) if (text.charCodeAt(at) !== code) return false;
  const year = numberAt(text, layout.year, 4);
  const month = layout.isMonthNamed
    ? MONTH_NAMES.indexOf(text.slice(layout.month, layout.month + 3).toLowerCase()) + 1
    : numberAt(text, layout.month, 2);
  const day = numberAt(text, layout.day, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
  return layout.hour < 0 || isTime(text, layout.hour);
}

/** `HH:mm:ss` at `at`; a day has no 60th second here. */
function isTime(text: string, at: number): boolean {
  const hour = numberAt(text, at, 2);
  const minute = numberAt(text, at + 3, 2);
  const second = numberAt(text, at + 6, 2);
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
}

/** The decimal number of `width` digits at `at`, or -1. */
function numberAt(text: string, at: number, width: number): number {
  let value = 0;
  for (let index = at; index < at + width; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

export function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);
}
