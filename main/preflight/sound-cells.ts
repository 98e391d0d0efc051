/**
 * The grammar of cells on their bytes, for the cells that most files are full of. A test says yes only of what
 * the rules of rows.ts and values.ts take without a word; of what it does not know, wrong or not, it says no,
 * and those rules judge. Cells are not empty, and trimmed. Pure.
 */
import { DATE_FORMATS, type DataType, type DateFormat } from '../../shared/domain/manifest.ts';
import { daysOf, layoutOf, MONTH_NAMES, type Layout } from './dates.ts';

/** Of the cell in `bytes` from `from` to `to`. */
export type BytesTest = (bytes: Uint8Array, from: number, to: number) => boolean;

/** With which the Kelvin sign begins, the one character beyond ASCII of which lower case makes ASCII: a `k`. */
const KELVIN = 0xe2;
const LOWER = 0x20;
const [ZERO, ONE, TWO, NINE] = [0x30, 0x31, 0x32, 0x39] as const;
const [PLUS, MINUS, DOT, AT] = [0x2b, 0x2d, 0x2e, 0x40] as const;

/** The index behind the digits that begin at `from`. */
function endOfDigits(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (byte < 0x30 || byte > 0x39) return at;
  }
  return to;
}

function behindSign(bytes: Uint8Array, from: number): number {
  return bytes[from] === PLUS || bytes[from] === MINUS ? from + 1 : from;
}

/** From `least` to `most` digits and nothing else. */
export function digits(least: number, most: number): BytesTest {
  return (bytes, from, to) =>
    to - from >= least && to - from <= most && endOfDigits(bytes, from, to) === to;
}

/**
 * A signed whole number of at most `count` digits. One of `count` digits is known to be small enough when its
 * first digit is below `first`.
 */
function wholeNumber(count: number, first: number): BytesTest {
  return (bytes, from, to) => {
    const start = behindSign(bytes, from);
    const length = to - start;
    if (length === 0 || length > count || (length === count && bytes[start]! >= first)) {
      return false;
    }
    return endOfDigits(bytes, start, to) === to;
  };
}

/** Without an exponent, and too short to be infinite. */
const decimal: BytesTest = (bytes, from, to) => {
  const start = behindSign(bytes, from);
  const point = endOfDigits(bytes, start, to);
  if (to - from > 300 || (point === start && point + 1 >= to)) return false;
  if (point === to) return true;
  return bytes[point] === DOT && endOfDigits(bytes, point + 1, to) === to;
};

/** One of `words`, all of ASCII, in any case or as written. */
export function oneOf(words: readonly string[], isAnyCase: boolean): BytesTest {
  const known = words.map((word) => Buffer.from(isAnyCase ? word.toLowerCase() : word));
  return (bytes, from, to) =>
    known.some((word) => word.length === to - from && standsAt(bytes, from, word, isAnyCase));
}

/** Whether `word`, which is no longer than the bytes, stands at `from`. */
function standsAt(bytes: Uint8Array, from: number, word: Uint8Array, isAnyCase: boolean): boolean {
  for (let index = 0; index < word.length; index += 1) {
    const byte = bytes[from + index]!;
    if ((isAnyCase ? lowerCase(byte) : byte) !== word[index]) return false;
  }
  return true;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | LOWER : byte;
}

/** In no case one of `words`, which are of ASCII and lower case. */
export function noneOf(words: Iterable<string>): BytesTest {
  const byHead: Buffer[][] = Array.from({ length: 256 }, () => []);
  for (const word of words) byHead[word.charCodeAt(0)]?.push(Buffer.from(word));
  return (bytes, from, to) => {
    const head = bytes[from]!;
    if (head === KELVIN) return false;
    for (const word of byHead[lowerCase(head)]!) {
      if (!isOther(bytes, from, to, word)) return false;
    }
    return true;
  };
}

function isOther(bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean {
  const length = Math.min(to - from, word.length);
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[from + index]!;
    if (lowerCase(byte) !== word[index]) return byte !== KELVIN;
  }
  return to - from !== word.length;
}

/** `+` and 8 to 15 digits, the first not 0. */
export const phone: BytesTest = (bytes, from, to) =>
  bytes[from] === PLUS &&
  bytes[from + 1] !== ZERO &&
  to - from >= 9 &&
  to - from <= 16 &&
  endOfDigits(bytes, from + 1, to) === to;

/** 0 to 150. */
export const age: BytesTest = (bytes, from, to) => {
  if (to - from > 3 || endOfDigits(bytes, from, to) !== to) return false;
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + bytes[at]! - ZERO;
  return value <= 150;
};

const LOCAL = 1;
const LABEL = 2;
const LETTER = 4;

/** What a byte may be part of in an e-mail address: a name, a label of a domain, or its letters. */
const MAIL = new Uint8Array(256);
for (const mark of "!#$%&'*+/=?^_`{|}~-") MAIL[mark.charCodeAt(0)] = LOCAL;
for (const mark of '0123456789') MAIL[mark.charCodeAt(0)] = LOCAL | LABEL;
for (let code = 0x61; code <= 0x7a; code += 1) {
  MAIL[code] = LOCAL | LABEL | LETTER;
  MAIL[code - LOWER] = LOCAL | LABEL | LETTER;
}

/** `local@domain.tld`, the last label all letters. */
export const email: BytesTest = (bytes, from, to) => {
  if (to - from > 254) return false;
  let start = from;
  let at = from;
  for (; at < to && bytes[at] !== AT; at += 1) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (at === start) return false;
      start = at + 1;
    } else if ((MAIL[byte]! & LOCAL) === 0) return false;
  }
  return at > start && isDomain(bytes, at + 1, to);
};

/** Two labels at least, of up to 63 letters, digits, and `-` within. */
function isDomain(bytes: Uint8Array, from: number, to: number): boolean {
  let start = from;
  let isOfLetters = true;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (at === start || at - start > 63 || bytes[at - 1] === MINUS) return false;
      start = at + 1;
      isOfLetters = true;
    } else if (byte === MINUS) {
      if (at === start) return false;
      isOfLetters = false;
    } else if ((MAIL[byte]! & LABEL) === 0) return false;
    else if ((MAIL[byte]! & LETTER) === 0) isOfLetters = false;
  }
  return start > from && isOfLetters && to - start >= 2 && to - start <= 63;
}

function dateOf(format: DateFormat): BytesTest {
  if (format === 'UNIX') {
    const seconds = digits(1, 10);
    return (bytes, from, to) => seconds(bytes, bytes[from] === MINUS ? from + 1 : from, to);
  }
  const layout = layoutOf(format);
  const marks = Int32Array.from(layout.marks.flatMap(({ at, code }) => [at, code]));
  return (bytes, from, to) => {
    if (to - from !== layout.length) return false;
    for (let index = 0; index < marks.length; index += 2) {
      if (bytes[from + marks[index]!] !== marks[index + 1]) return false;
    }
    return isDay(bytes, from, layout) && (layout.hour < 0 || isTime(bytes, from + layout.hour));
  };
}

function isDay(bytes: Uint8Array, from: number, layout: Layout): boolean {
  const year = 100 * pairAt(bytes, from + layout.year) + pairAt(bytes, from + layout.year + 2);
  const month = layout.isMonthNamed
    ? monthAt(bytes, from + layout.month)
    : pairAt(bytes, from + layout.month);
  const day = pairAt(bytes, from + layout.day);
  // What is no pair of digits leaves no number in any of the three.
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function isTime(bytes: Uint8Array, at: number): boolean {
  return pairAt(bytes, at) < 24 && pairAt(bytes, at + 3) < 60 && pairAt(bytes, at + 6) < 60;
}

/** The number of two digits at `at`, or NaN, which is in no range. */
function pairAt(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN;
}

const MONTHS = MONTH_NAMES.map((name) => Buffer.from(name));

function monthAt(bytes: Uint8Array, at: number): number {
  return MONTHS.findIndex((name) => standsAt(bytes, at, name, true)) + 1;
}

const OF_TYPE: Readonly<Record<Exclude<DataType, 'STRING' | 'DATE'>, BytesTest>> = {
  INTEGER: wholeNumber(10, TWO),
  LONG: wholeNumber(19, NINE),
  FLOAT: decimal,
  BOOLEAN: (() => {
    const word = oneOf(['true', 'false'], true);
    return (bytes, from, to) =>
      to - from === 1 ? bytes[from] === ZERO || bytes[from] === ONE : word(bytes, from, to);
  })(),
};

const OF_FORMAT = new Map(DATE_FORMATS.map((format) => [format, dateOf(format)]));

/** The test for a column's type; undefined where anything goes. */
export function bytesTestOf(dataType: DataType, dateFormat?: DateFormat): BytesTest | undefined {
  if (dataType === 'STRING') return undefined;
  if (dataType !== 'DATE') return OF_TYPE[dataType];
  return (dateFormat && OF_FORMAT.get(dateFormat)) ?? (() => false);
}
