/**
 * Which files of a folder are meant: `*` stands for any text, `?` for one character, and `{yyyy-MM-dd}` for a
 * date, `{yyyyMMdd -1d}` for that of the day before. Letters in braces: yyyy, MM, dd, HH, mm.
 */
import { AppError } from '../../shared/errors/index.ts';

/** The moment whose date is meant, and where. */
export interface PatternMoment {
  readonly at: Date;
  /** IANA name. */
  readonly timeZone: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DATE_FORM = /^((?:yyyy|MM|dd|HH|mm|[-_.T ])+?)(?: -(\d{1,3})d)?$/;
const LETTERS = /yyyy|MM|dd|HH|mm/g;

/** @throws AppError SCHEDULE_PATTERN_INVALID */
export function requirePattern(pattern: string): void {
  namePattern(pattern);
}

/**
 * @param moment absent: any date fits
 * @throws AppError SCHEDULE_PATTERN_INVALID
 */
export function namePattern(pattern: string, moment?: PatternMoment): RegExp {
  if (pattern === '' || /[/\\]/.test(pattern)) throw invalid(pattern);
  const parts = pattern.split(/(\{[^{}]*\}|[*?])/);
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.startsWith('{')) return dateSource(part.slice(1, -1), pattern, moment);
    if (/[{}]/.test(part)) throw invalid(pattern);
    return escaped(part);
  });
  return new RegExp(`^${source.join('')}$`, 'su');
}

function dateSource(form: string, pattern: string, moment: PatternMoment | undefined): string {
  const [, letters, days] = DATE_FORM.exec(form) ?? [];
  if (letters === undefined || !/[yMdHm]/.test(letters)) throw invalid(pattern);
  if (!moment) return escaped(letters).replace(LETTERS, (one) => `\\d{${one.length}}`);
  const fields = fieldsOf(moment, Number(days ?? 0));
  return escaped(letters.replace(LETTERS, (one) => fields[one as keyof typeof fields]));
}

/** Days are counted on the calendar: a day of 23 or 25 hours is a day. */
function fieldsOf({ at, timeZone }: PatternMoment, daysBefore: number) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((part) => part.type === type)?.value ?? '';
  const midnight = Date.UTC(Number(of('year')), Number(of('month')) - 1, Number(of('day')));
  const day = new Date(midnight - daysBefore * DAY_MS).toISOString();
  return {
    yyyy: day.slice(0, 4),
    MM: day.slice(5, 7),
    dd: day.slice(8, 10),
    HH: of('hour'),
    mm: of('minute'),
  };
}

function escaped(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

function invalid(pattern: string): AppError {
  return new AppError('SCHEDULE_PATTERN_INVALID', { pattern });
}
