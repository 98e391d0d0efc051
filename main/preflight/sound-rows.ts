/**
 * The check of rows on their bytes: a header and a manifest become one test that says yes only of rows which
 * the check of rows.ts accepts without a word. Those need no strings; all others go to that check. Pure.
 */
import {
  LIMITS,
  PROFILE_OPERATIONS,
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
  type Manifest,
} from '../../shared/domain/manifest.ts';
import type { PassesRow } from '../tabular/index.ts';
import { profileField, resolveColumns, type ResolvedColumn } from './columns.ts';
import { CHARGED, MAX_EVENT_NAME_CHARACTERS, ruledColumns } from './rows.ts';
import {
  age,
  bytesTestOf,
  digits,
  email,
  noneOf,
  oneOf,
  phone,
  type BytesTest,
} from './sound-cells.ts';

/** What a row needs a cell that is not blank for. */
const IDENTITY = 1;
const EVENT_NAME = 2;

interface BytesRule {
  readonly index: number;
  /** Undefined: anything goes. */
  readonly test: BytesTest | undefined;
  /** IDENTITY, EVENT_NAME, or 0. */
  readonly need: number;
  /** It counts among the properties of an event. */
  readonly isCounted: boolean;
}

/** The test is that of rows under this header, whose cells are as many as the header's. */
export function compileBytesCheck(
  header: readonly string[],
  manifest: Pick<Manifest, 'type' | 'columns'>,
): PassesRow {
  const columns = resolveColumns(header, manifest);
  const { identities, names, items, counted } = ruledColumns(columns, manifest.type);
  const rules = columns.flatMap((column): BytesRule[] => {
    const { index } = column;
    const test = testOf(column, items.length > 0);
    const need =
      (identities.includes(index) ? IDENTITY : 0) | (names.includes(index) ? EVENT_NAME : 0);
    const isCounted = counted.includes(index);
    return test || need > 0 || isCounted ? [{ index, test, need, isCounted }] : [];
  });
  return rowTest(rules, manifest.type === 'event' ? IDENTITY | EVENT_NAME : IDENTITY);
}

function rowTest(rules: readonly BytesRule[], needed: number): PassesRow {
  const indexes = Int32Array.from(rules, ({ index }) => index);
  const needs = Int32Array.from(rules, ({ need }) => need);
  const counts = Int32Array.from(rules, ({ isCounted }) => Number(isCounted));
  const tests = rules.map(({ test }) => test);
  return (bytes, starts, ends) => {
    let found = 0;
    let count = 0;
    for (let at = 0; at < indexes.length; at += 1) {
      let from = starts[indexes[at]!]!;
      let to = ends[indexes[at]!]!;
      while (from < to && isBlankByte(bytes[from]!)) from += 1;
      if (from === to) continue;
      while (isBlankByte(bytes[to - 1]!)) to -= 1;
      const test = tests[at];
      if (test && !test(bytes, from, to)) return false;
      found |= needs[at]!;
      count += counts[at]!;
    }
    return found === needed && count <= LIMITS.eventProperties;
  };
}

function isBlankByte(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Type and role of one column in one test, as `cellRule` has them. */
function testOf(column: ResolvedColumn, hasItems: boolean): BytesTest | undefined {
  const { role, dataType, dateFormat } = column;
  const ofType = role === 'ts' ? undefined : bytesTestOf(dataType, dateFormat);
  const ofRole = roleTest(column, hasItems);
  if (!ofType || !ofRole) return ofType ?? ofRole;
  return (bytes, from, to) => ofType(bytes, from, to) && ofRole(bytes, from, to);
}

const SYSTEM_EVENT_NAMES = SYSTEM_EVENTS.map((name) => name.toLowerCase());

function roleTest({ role, target }: ResolvedColumn, hasItems: boolean): BytesTest | undefined {
  switch (role) {
    case 'identity':
      return shorter(LIMITS.identityCharacters, noneOf(REFUSED_IDENTITIES));
    case 'event-name': {
      const names = hasItems ? [...SYSTEM_EVENT_NAMES, CHARGED] : SYSTEM_EVENT_NAMES;
      return shorter(MAX_EVENT_NAME_CHARACTERS + 1, noneOf(names));
    }
    case 'ts':
      return digits(1, 10);
    case 'operation':
      return oneOf(PROFILE_OPERATIONS, false);
    case 'field':
      return FIELD_TESTS[profileField(target) ?? 'Name'];
    case 'property':
      return undefined;
  }
}

const FIELD_TESTS: Readonly<Partial<Record<string, BytesTest>>> = {
  Email: email,
  Phone: phone,
  Gender: oneOf(['m', 'f', 'o', 'u', 'male', 'female', 'other', 'unknown'], true),
  Age: age,
};

/** A character has one byte at least. */
function shorter(characters: number, test: BytesTest): BytesTest {
  return (bytes, from, to) => to - from < characters && test(bytes, from, to);
}
