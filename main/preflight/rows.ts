/** The rules of rows (spec: "Rows"): a header and a manifest become one check to run on each row. Pure. */
import {
  LIMITS,
  PROFILE_OPERATIONS,
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
  type ImportType,
  type Manifest,
} from '../../shared/domain/manifest.ts';
import { profileField, resolveColumns, specialTarget, type ResolvedColumn } from './columns.ts';
import { FAULTS, typeFault, type Fault } from './faults.ts';
import {
  isBlank,
  isEmail,
  isEpochSeconds,
  isPhone,
  looksLikeMilliseconds,
  testOf,
  trimCell,
} from './values.ts';

/** Told for each fault of a row; `column` is the index in the header, -1 for the row as a whole. */
export type OnFault = (fault: Fault, column: number, value: string) => void;

/** True when the platform would take the row. `cells` are as many as the header's. */
export interface RowCheck {
  (cells: readonly string[], onFault: OnFault): boolean;
  /** The columns that it looks at. */
  readonly reads: readonly number[];
}

/** What a cell breaks, if anything. */
type CellRule = (text: string) => Fault | undefined;

const REFUSED: ReadonlySet<string> = new Set(REFUSED_IDENTITIES);
const LONGEST_REFUSED = Math.max(...REFUSED_IDENTITIES.map((word) => word.length));
const SYSTEM_EVENT_NAMES: ReadonlySet<string> = new Set(
  SYSTEM_EVENTS.map((name) => name.toLowerCase()),
);
const OPERATIONS: ReadonlySet<string> = new Set(PROFILE_OPERATIONS);
export const MAX_EVENT_NAME_CHARACTERS = 512;
/** In lower case: the event whose items no file may bring. */
export const CHARGED = 'charged';
const GENDER = /^(?:m|f|o|u|male|female|other|unknown)$/i;

/** The check of rows under a header, read by a manifest. */
export function compileRowCheck(
  header: readonly string[],
  manifest: Pick<Manifest, 'type' | 'columns'>,
): RowCheck {
  return compileRules(resolveColumns(header, manifest), manifest.type);
}

/** Resolves types and rules once; the check itself makes no objects for a sound row. */
export function compileRules(columns: readonly ResolvedColumn[], type: ImportType): RowCheck {
  const rules = columns.flatMap((column) => {
    const rule = cellRule(column);
    return rule ? [{ index: column.index, rule }] : [];
  });
  const { rowRules, reads } = rulesOfRows(columns, type);
  const check = (cells: readonly string[], onFault: OnFault): boolean => {
    let isAccepted = true;
    const report: OnFault = (fault, column, value) => {
      if (fault.severity === 'error') isAccepted = false;
      onFault(fault, column, value);
    };
    for (const { index, rule } of rules) {
      const cell = cells[index] ?? '';
      if (cell.length === 0) continue;
      const fault = rule(cell);
      if (fault) report(fault, index, cell);
    }
    for (const rule of rowRules) rule(cells, report);
    return isAccepted;
  };
  const read = new Set([...rules.map(({ index }) => index), ...reads]);
  return Object.assign(check, { reads: [...read].sort((a, b) => a - b) });
}

/** The columns at which the rules of the row as a whole look. */
export interface RuledColumns {
  readonly identities: readonly number[];
  readonly names: readonly number[];
  readonly items: readonly number[];
  /** Properties, where there may be too many. */
  readonly counted: readonly number[];
}

export function ruledColumns(columns: readonly ResolvedColumn[], type: ImportType): RuledColumns {
  const identities = indexesOf(columns, 'identity');
  if (type === 'profile') return { identities, names: [], items: [], counted: [] };
  const properties = indexesOf(columns, 'property');
  return {
    identities,
    names: indexesOf(columns, 'event-name'),
    items: properties.filter((index) => isItems(columns[index])),
    counted: properties.length > LIMITS.eventProperties ? properties : [],
  };
}

/** The rules of the row as a whole, and the columns at which they look. */
function rulesOfRows(
  columns: readonly ResolvedColumn[],
  type: ImportType,
): { readonly rowRules: readonly RowRule[]; readonly reads: readonly number[] } {
  const ruled = ruledColumns(columns, type);
  const { identities, names, items, counted } = ruled;
  const rules = type === 'event' ? eventRules(ruled) : [];
  return {
    rowRules: [identityRule(identities), ...rules],
    reads: [...identities, ...names, ...items, ...counted],
  };
}

/**
 * Type and role of one column in one function of the raw cell; undefined where anything goes. Rules judge the cell without the
 * blanks around it, of a STRING too, though that is stored as it is.
 */
function cellRule(column: ResolvedColumn): CellRule | undefined {
  const roleRule = ROLE_RULES[column.role](column);
  if (column.dataType === 'STRING' && !roleRule) return undefined;
  // A time has one grammar whatever its type: 1 to 10 digits may well be more than 32 bits.
  const isOfType = column.role === 'ts' ? () => true : testOf(column.dataType, column.dateFormat);
  const wrongType = typeFault(column.dataType, column.dateFormat);
  return (cell) => {
    const text = trimCell(cell);
    if (text === '') return undefined;
    return isOfType(text) ? roleRule?.(text) : wrongType;
  };
}

const ROLE_RULES: Readonly<
  Record<ResolvedColumn['role'], (column: ResolvedColumn) => CellRule | undefined>
> = {
  identity: ({ target }) =>
    specialTarget(target) === 'objectId' ? objectIdRule : identityCellRule,
  'event-name': () => eventNameRule,
  ts: () => tsRule,
  operation: () => (text) => (OPERATIONS.has(text) ? undefined : FAULTS.operation),
  field: ({ target }) => FIELD_RULES[profileField(target) ?? 'Name'],
  property: () => undefined,
};

function isRefusedIdentity(text: string): boolean {
  return text.length <= LONGEST_REFUSED && REFUSED.has(text.toLowerCase());
}

const identityCellRule: CellRule = (text) => {
  if (text.length >= LIMITS.identityCharacters) return FAULTS.identityTooLong;
  return isRefusedIdentity(text) ? FAULTS.identityRefused : undefined;
};

const objectIdRule: CellRule = (text) => {
  if (text.length >= LIMITS.identityCharacters) return FAULTS.objectIdTooLong;
  return isRefusedIdentity(text) ? FAULTS.objectIdRefused : undefined;
};

const eventNameRule: CellRule = (text) => {
  if (text.length > MAX_EVENT_NAME_CHARACTERS) return FAULTS.eventNameTooLong;
  return SYSTEM_EVENT_NAMES.has(text.toLowerCase()) ? FAULTS.systemEvent : undefined;
};

const tsRule: CellRule = (text) => {
  if (isEpochSeconds(text)) return undefined;
  return looksLikeMilliseconds(text) ? FAULTS.tsMilliseconds : FAULTS.ts;
};

/** Reserved profile fields that have a rule of their own; the others hold to their column's type alone. */
const FIELD_RULES: Readonly<Partial<Record<string, CellRule>>> = {
  Email: (text) => (isEmail(text) ? undefined : FAULTS.email),
  Phone: (text) => (isPhone(text) ? undefined : FAULTS.phone),
  Gender: (text) => (GENDER.test(text) ? undefined : FAULTS.gender),
  Age: (text) => (/^\d{1,3}$/.test(text) && Number(text) <= 150 ? undefined : FAULTS.age),
};

type RowRule = (cells: readonly string[], onFault: OnFault) => void;

/** At least one identity column is not blank. */
function identityRule(identities: readonly number[]): RowRule {
  const blamed = identities.length === 1 ? (identities[0] ?? -1) : -1;
  return (cells, onFault) => {
    for (const index of identities) if (!isBlank(cells[index] ?? '')) return;
    onFault(FAULTS.identityMissing, blamed, '');
  };
}

function eventRules({ names, items, counted }: RuledColumns): RowRule[] {
  const [nameColumn = -1] = names;
  // A JSON record may hold the name twice, in another case; the platform takes the last.
  const eventName = (cells: readonly string[]): string =>
    cells[names.findLast((index) => !isBlank(cells[index] ?? '')) ?? -1] ?? '';

  const named: RowRule = (cells, onFault) => {
    if (isBlank(eventName(cells))) onFault(FAULTS.eventNameMissing, nameColumn, '');
  };
  const chargedItems: RowRule = (cells, onFault) => {
    for (const index of items) {
      const value = cells[index] ?? '';
      if (isBlank(value) || trimCell(eventName(cells)).toLowerCase() !== CHARGED) continue;
      onFault(FAULTS.chargedItems, index, value);
    }
  };
  const limited: RowRule = (cells, onFault) => {
    let count = 0;
    for (const index of counted) if (!isBlank(cells[index] ?? '')) count += 1;
    if (count > LIMITS.eventProperties)
      onFault(FAULTS.tooManyProperties, -1, `${count} properties`);
  };
  return [
    named,
    ...(items.length > 0 ? [chargedItems] : []),
    ...(counted.length > 0 ? [limited] : []),
  ];
}

function isItems(column: ResolvedColumn | undefined): boolean {
  return column?.target.trim().toLowerCase() === 'items';
}

function indexesOf(columns: readonly ResolvedColumn[], role: ResolvedColumn['role']): number[] {
  return columns.filter((column) => column.role === role).map((column) => column.index);
}
