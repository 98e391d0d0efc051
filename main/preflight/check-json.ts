/**
 * JSON records by the rules (spec: "Data files"): typed ones say themselves what they are, flat ones
 * go through the manifest's columns as a CSV row does. Records with the same keys share one compiled
 * check.
 */
import { IDENTITY_TARGETS, type ImportType, type Manifest } from '../../shared/domain/manifest.ts';
import { isTyped, type JsonMember, type JsonRec } from '../tabular/index.ts';
import { profileField, resolveColumns, type ResolvedColumn } from './columns.ts';
import { FAULTS, type Fault } from './faults.ts';
import { nameWarning } from './header.ts';
import type { ProblemGroups } from './report.ts';
import { compileRules, type RowCheck } from './rows.ts';
import { isBlank } from './values.ts';

/** Keys come from outside: so many lists of them are remembered, and so many names warned about. */
const MAX_SHAPES = 1000;
const MAX_WARNED_NAMES = 100;

const IDENTITY_KEYS: ReadonlySet<string> = new Set(IDENTITY_TARGETS.map((k) => k.toLowerCase()));

/** What is compiled for records that have the same keys in the same order. */
interface Shape {
  readonly keys: readonly string[];
  /** So many of them are a typed record's own, the rest those of its data. */
  readonly own: number;
  readonly check: RowCheck;
}

export class JsonCheck {
  readonly #manifest: Pick<Manifest, 'type' | 'columns'>;
  readonly #groups: ProblemGroups;
  #isFileTyped: boolean | undefined;
  readonly #shapes = new Map<string, Shape>();
  /** Most records have the keys of the one before. */
  #lastShape: Shape | undefined;
  readonly #unseenColumns: Set<string>;
  readonly #warnedNames = new Set<string>();

  constructor(manifest: Pick<Manifest, 'type' | 'columns'>, groups: ProblemGroups) {
    this.#manifest = manifest;
    this.#groups = groups;
    this.#unseenColumns = new Set(Object.keys(manifest.columns ?? {}));
  }

  /** True when the platform would take the record, which has no fault of its own. */
  accepts(record: JsonRec): boolean {
    const isRecordTyped = isTyped(record.members);
    this.#isFileTyped ??= isRecordTyped;
    if (isRecordTyped !== this.#isFileTyped) {
      this.#groups.add(FAULTS.mixed, undefined, record, '');
      return false;
    }
    return isRecordTyped ? this.#acceptsTyped(record) : this.#acceptsFlat(record);
  }

  /** What only the whole file tells: columns of the manifest that no record has. A key may be left out of any record. */
  finish(): void {
    if (this.#isFileTyped !== false) return;
    const message = 'The manifest names this column, but no record of the file has it.';
    for (const column of [...this.#unseenColumns].slice(0, MAX_WARNED_NAMES)) {
      this.#groups.addToFile({ code: 'COLUMN_MISSING', severity: 'warning', message }, column);
    }
  }

  #acceptsFlat(record: JsonRec): boolean {
    if (this.#hasNested(record, record.members)) return false;
    const shape = this.#shapeOf(record.members, 0, (keys) => {
      for (const key of keys) this.#unseenColumns.delete(key);
      return resolveColumns(keys, this.#manifest);
    });
    return this.#acceptsCells(record, record.members, shape);
  }

  #acceptsTyped(record: JsonRec): boolean {
    const { type } = this.#manifest;
    const declared = textOf(record.members, 'type');
    if (declared.toLowerCase() !== type) {
      this.#groups.add(FAULTS.otherType, 'type', record, declared);
      return false;
    }
    const dataKey = type === 'event' ? 'evtData' : 'profileData';
    const data = record.members.find(({ key }) => key === dataKey)?.members;
    if (!data) this.#groups.add(FAULTS[dataKey], dataKey, record, '');
    const own = record.members.filter(({ key }) => ownRole(key, type) !== undefined);
    const hasNested = this.#hasNested(record, data ?? []);
    const members = [...own, ...(data ?? [])];
    const shape = this.#shapeOf(members, own.length, (keys) =>
      typedColumns(keys, own.length, type),
    );
    const isAccepted = this.#acceptsCells(record, members, shape);
    return isAccepted && !hasNested && data !== undefined;
  }

  #hasNested(record: JsonRec, members: readonly JsonMember[]): boolean {
    let hasNested = false;
    for (const { key, kind } of members) {
      if (kind !== 'object' && kind !== 'array') continue;
      hasNested = true;
      this.#groups.add(FAULTS.nested, key, record, kind === 'object' ? '{…}' : '[…]');
    }
    return hasNested;
  }

  #acceptsCells(record: JsonRec, members: readonly JsonMember[], { keys, check }: Shape): boolean {
    let isText = true;
    for (const { key, text, isNoText } of members) {
      if (!isNoText || isBlank(text)) continue;
      isText = false;
      this.#groups.add(FAULTS.noText, key, record, '');
    }
    const cells = members.map(({ text }) => text);
    const onFault = (fault: Fault, column: number, value: string): void => {
      this.#groups.add(fault, column < 0 ? undefined : keys[column], record, value);
    };
    return check(cells, onFault) && isText;
  }

  /** `resolve` is asked once for each new list of keys. */
  #shapeOf(
    members: readonly JsonMember[],
    own: number,
    resolve: (keys: readonly string[]) => ResolvedColumn[],
  ): Shape {
    const last = this.#lastShape;
    if (last?.own === own && hasKeys(members, last.keys)) return last;
    const keys = members.map(({ key }) => key);
    const name = `${own} ${JSON.stringify(keys)}`;
    let shape = this.#shapes.get(name);
    if (!shape) {
      const columns = resolve(keys);
      this.#warnOfNames(columns);
      shape = { keys, own, check: compileRules(columns, this.#manifest.type) };
      if (this.#shapes.size < MAX_SHAPES) this.#shapes.set(name, shape);
    }
    this.#lastShape = shape;
    return shape;
  }

  #warnOfNames(columns: readonly ResolvedColumn[]): void {
    for (const column of columns) {
      const warning = nameWarning(column);
      if (!warning || this.#warnedNames.size >= MAX_WARNED_NAMES) continue;
      if (this.#warnedNames.has(column.header)) continue;
      this.#warnedNames.add(column.header);
      this.#groups.addToFile(warning.fault, column.header);
    }
  }
}

function hasKeys(members: readonly JsonMember[], keys: readonly string[]): boolean {
  if (members.length !== keys.length) return false;
  for (let index = 0; index < keys.length; index += 1) {
    if (members[index]?.key !== keys[index]) return false;
  }
  return true;
}

function textOf(members: readonly JsonMember[], wanted: string): string {
  return members.find(({ key }) => key === wanted)?.text ?? '';
}

/** What a key beside `evtData` and `profileData` means; most mean nothing. */
function ownRole(key: string, type: ImportType): ResolvedColumn['role'] | undefined {
  if (IDENTITY_KEYS.has(key.toLowerCase())) return 'identity';
  if (key === 'ts') return 'ts';
  return key === 'evtName' && type === 'event' ? 'event-name' : undefined;
}

/** The first `own` keys are the record's, the rest those of its data: there, `identity` is but a name. */
function typedColumns(keys: readonly string[], own: number, type: ImportType): ResolvedColumn[] {
  return keys.map((key, index) => ({
    index,
    header: key,
    target: key,
    role: (index < own ? ownRole(key, type) : dataRole(key, type)) ?? 'property',
    dataType: 'STRING',
  }));
}

function dataRole(key: string, type: ImportType): ResolvedColumn['role'] {
  return type === 'profile' && profileField(key) !== undefined ? 'field' : 'property';
}
