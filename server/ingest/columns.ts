/** From source headers to targets: what each column of a file means under its manifest. */
import {
  DISCOURAGED_NAME_CHARACTERS,
  IDENTITY_TARGETS,
  PROFILE_FIELDS,
  PROFILE_OPERATIONS,
} from '../../shared/domain/manifest.ts';
import type { ImportType } from '../../shared/domain/manifest.ts';
import type { IdentityKind, ProfileOperation } from '../store/stage.ts';
import type { ColumnRule, ReadManifest } from './manifest.ts';
import { RowBuilder, namedColumn } from './row-builder.ts';
import type { NamedColumn, RowReading } from './row-builder.ts';
import { isBlankCell, readCell, trimCell } from './values.ts';

export type ColumnRole =
  | { readonly kind: 'identity'; readonly target: IdentityKind }
  | { readonly kind: 'event-name' }
  | { readonly kind: 'ts' }
  | { readonly kind: 'value'; readonly name: string; readonly column: NamedColumn }
  | {
      readonly kind: 'operation';
      /** Source header of the column it acts upon. */ readonly of: string;
    };

export interface ColumnPlan {
  readonly header: string;
  readonly rule: ColumnRule;
  readonly role: ColumnRole;
}

const STRING_RULE: ColumnRule = { target: undefined, dataType: 'STRING', dateFormat: undefined };
const OPERATION_SUFFIX = '.operation';

// Reversed, so that of two spellings the first in the list is the one that stays.
const IDENTITY_BY_NAME = new Map<string, IdentityKind>(
  [...IDENTITY_TARGETS].reverse().map((target) => [target.toLowerCase(), target]),
);
const FIELD_BY_NAME = new Map<string, string>(
  PROFILE_FIELDS.map((field) => [field.toLowerCase(), field]),
);

export function planColumn(header: string, manifest: ReadManifest): ColumnPlan {
  const rule = manifest.columns.get(header) ?? STRING_RULE;
  return { header, rule, role: roleOf(header, rule.target ?? header, manifest.type) };
}

function roleOf(header: string, target: string, type: ImportType): ColumnRole {
  const name = target.trim();
  const lower = name.toLowerCase();
  if (type === 'profile' && header.length > OPERATION_SUFFIX.length) {
    if (header.endsWith(OPERATION_SUFFIX)) {
      return { kind: 'operation', of: header.slice(0, -OPERATION_SUFFIX.length) };
    }
  }
  const identity = identityOf(name);
  if (identity) return { kind: 'identity', target: identity };
  if (type === 'event' && lower === 'evtname') return { kind: 'event-name' };
  if (lower === 'ts') return { kind: 'ts' };
  const field = type === 'profile' ? profileFieldOf(name) : undefined;
  return { kind: 'value', name: field ?? name, column: namedColumn(header, field ?? name) };
}

/** The identity that a name means, in any case. */
export function identityOf(name: string): IdentityKind | undefined {
  return IDENTITY_BY_NAME.get(name.toLowerCase());
}

/** The reserved profile field that a name means, as the platform writes it. */
export function profileFieldOf(name: string): string | undefined {
  return FIELD_BY_NAME.get(name.trim().toLowerCase());
}

/** True when the platform would warn of this column's property name. */
export function hasDiscouragedName(plan: ColumnPlan): boolean {
  if (plan.role.kind !== 'value') return false;
  return [...plan.role.name].some((char) => DISCOURAGED_NAME_CHARACTERS.includes(char));
}

/** Reads one row. `cells[i]` belongs to `plans[i]`; blank cells say nothing. */
export function readRow(
  type: ImportType,
  row: number,
  receivedAtSeconds: number,
  plans: readonly ColumnPlan[],
  cells: readonly string[],
): RowReading {
  const builder = new RowBuilder(type, row, receivedAtSeconds);
  const operations = readOperations(plans, cells, builder);
  for (let index = 0; index < plans.length; index += 1) {
    const cell = cells[index]!;
    if (!isBlankCell(cell)) readOne(type, plans[index]!, cell, operations, builder);
  }
  return builder.finish();
}

function readOne(
  type: ImportType,
  { header, rule, role }: ColumnPlan,
  cell: string,
  operations: ReadonlyMap<string, ProfileOperation>,
  builder: RowBuilder,
): void {
  const reading = role.kind === 'ts' ? undefined : readCell(cell, rule.dataType, rule.dateFormat);
  if (reading?.ok === false) {
    const text = trimCell(cell);
    if (role.kind === 'identity' || role.kind === 'event-name') {
      builder.refuseType(role.kind, reading.message, header, text);
    } else builder.refuse('DATA_TYPE', reading.message, header, text);
    return;
  }
  switch (role.kind) {
    case 'identity':
      builder.identity(role.target, header, cell);
      return;
    case 'event-name':
      builder.eventName(header, cell);
      return;
    case 'ts':
      builder.ts(header, cell);
      return;
    case 'operation':
      return;
    case 'value': {
      const { value } = reading!;
      if (type === 'event') builder.property(role.column, value);
      else {
        const operation = operations.get(header) ?? '$set';
        builder.change(role.column, value, operation, cell);
      }
    }
  }
}

function readOperations(
  plans: readonly ColumnPlan[],
  cells: readonly string[],
  builder: RowBuilder,
): Map<string, ProfileOperation> {
  const operations = new Map<string, ProfileOperation>();
  for (let index = 0; index < plans.length; index += 1) {
    const { header, role } = plans[index]!;
    if (role.kind !== 'operation') continue;
    const text = trimCell(cells[index]!);
    if (text === '') continue;
    if (isOperation(text)) operations.set(role.of, text);
    else builder.refuse('555', `must be one of ${PROFILE_OPERATIONS.join(', ')}`, header, text);
  }
  return operations;
}

function isOperation(text: string): text is ProfileOperation {
  return (PROFILE_OPERATIONS as readonly string[]).includes(text);
}
