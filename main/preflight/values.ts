/**
 * The grammar of cells (spec: "Values"): pure tests of a text against a data type. A cell is trimmed
 * by the caller; nothing here knows rows or columns.
 */
import type { DataType, DateFormat } from '../../shared/domain/manifest.ts';
import { dateTest } from './dates.ts';

export type CellTest = (text: string) => boolean;

const SPACE = 0x20;
const TAB = 0x09;
const ZERO = 0x30;
const NINE = 0x39;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Cuts space and tab, and nothing else, from both ends. */
export function trimCell(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankCode(text.charCodeAt(start))) start += 1;
  while (end > start && isBlankCode(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isBlankCode(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isBlank(text: string): boolean {
  return text.length === 0 || trimCell(text).length === 0;
}

/** Whether `text` is nothing but decimal digits from `from` on, and at least one. */
function isDigits(text: string, from = 0): boolean {
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return text.length > from;
}

/**
 * A signed whole number whose size fits `greatest`, the largest positive value as digits. One more
 * is allowed below zero. Compared as text: numbers lose digits beyond 2^53, BigInt is slow.
 */
function isWholeNumber(text: string, greatest: string): boolean {
  const sign = text.charCodeAt(0);
  const from = sign === PLUS || sign === MINUS ? 1 : 0;
  if (!isDigits(text, from)) return false;
  if (text.length - from < greatest.length) return true;
  const digits = text.slice(from).replace(/^0+/, '');
  if (digits.length !== greatest.length) return digits.length < greatest.length;
  if (digits <= greatest) return true;
  // Both limits end in 7, so the one more below zero changes the last digit only.
  return sign === MINUS && digits === `${greatest.slice(0, -1)}8`;
}

/** −2,147,483,648 … 2,147,483,647. */
export function isInteger(text: string): boolean {
  return isWholeNumber(text, '2147483647');
}

/** −9,223,372,036,854,775,808 … 9,223,372,036,854,775,807. */
export function isLong(text: string): boolean {
  return isWholeNumber(text, '9223372036854775807');
}

/** Only one way to read a run of digits: two would take quadratic time for a long one. */
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

export function isFloat(text: string): boolean {
  return FLOAT.test(text) && Number.isFinite(Number(text));
}

const BOOLEAN = /^(?:true|false|1|0)$/i;

export function isBoolean(text: string): boolean {
  return BOOLEAN.test(text);
}

/** Epoch seconds as `ts` takes them: 1 to 10 digits, no sign. */
export function isEpochSeconds(text: string): boolean {
  return text.length <= 10 && isDigits(text);
}

/** 13 digits: a time in milliseconds where seconds are wanted. */
export function looksLikeMilliseconds(text: string): boolean {
  return text.length === 13 && isDigits(text);
}

/** One address `local@domain.tld`: no display name, no quoting, no spaces (a subset of RFC 5321). */
export function isEmail(text: string): boolean {
  return text.length <= 254 && EMAIL.test(text);
}

const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

/** `+`, country code and number: 8 to 15 digits in all, the first not 0 (E.164). */
export function isPhone(text: string): boolean {
  return /^\+[1-9]\d{7,14}$/.test(text);
}

const TEXT: CellTest = () => true;

/** The test for a column's type. DATE without a format accepts nothing: such a manifest is refused before. */
export function testOf(dataType: DataType, dateFormat?: DateFormat): CellTest {
  switch (dataType) {
    case 'STRING':
      return TEXT;
    case 'INTEGER':
      return isInteger;
    case 'LONG':
      return isLong;
    case 'FLOAT':
      return isFloat;
    case 'BOOLEAN':
      return isBoolean;
    case 'DATE':
      return dateFormat ? dateTest(dateFormat) : () => false;
  }
}
