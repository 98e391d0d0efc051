/**
 * JSON records by the rules (spec: "Data files"). Typed records say themselves what they are;
 * flat ones go through the manifest's columns, as a CSV row does.
 */
import type { ImportType } from '../../shared/domain/manifest.ts';
import type { PropertyValue } from '../store/stage.ts';
import { identityOf, planColumn, profileFieldOf, readRow } from './columns.ts';
import type { ColumnPlan } from './columns.ts';
import { parseJsonTree } from './json-tree.ts';
import type { ReadManifest } from './manifest.ts';
import { RowBuilder, namedColumn } from './row-builder.ts';
import type { RowReading } from './row-builder.ts';
import { TextError } from './text-tree.ts';
import type { TextEntry, TextNode } from './text-tree.ts';
import { trimCell } from './values.ts';

const MAX_DEPTH = 32;
/** Keys come from outside: their plans are remembered up to this many. */
const MAX_REMEMBERED_PLANS = 10_000;

type RecordKind = 'typed' | 'flat';

export class JsonRows {
  readonly #manifest: ReadManifest;
  readonly #receivedAtSeconds: number;
  readonly #plans = new Map<string, ColumnPlan>();
  #kind: RecordKind | undefined;

  constructor(manifest: ReadManifest, receivedAtSeconds: number) {
    this.#manifest = manifest;
    this.#receivedAtSeconds = receivedAtSeconds;
  }

  read(row: number, text: string): RowReading {
    const record = parseRecord(text);
    if (typeof record === 'string') return refused('555', record);
    const kind = kindOf(record);
    this.#kind ??= kind;
    if (kind !== this.#kind) {
      return refused('555', `the file mixes typed and flat records: this one is ${kind}`);
    }
    return kind === 'typed' ? this.#readTyped(row, record) : this.#readFlat(row, record);
  }

  #readFlat(row: number, record: readonly TextEntry[]): RowReading {
    const nested = record.find(({ value }) => value.kind === 'object' || value.kind === 'array');
    if (nested) return refused('555', 'a nested value cannot be read', nested.key);
    return readRow(
      this.#manifest.type,
      row,
      this.#receivedAtSeconds,
      record.map(({ key }) => this.#plan(key)),
      record.map(({ value }) => cellOf(value)),
    );
  }

  #readTyped(row: number, record: readonly TextEntry[]): RowReading {
    const { type } = this.#manifest;
    const builder = new RowBuilder(type, row, this.#receivedAtSeconds);
    const declared = cellOf(valueOf(record, 'type'));
    if (declared.toLowerCase() !== type) {
      return refused('524', `the record's type is not the manifest's, ${type}`, 'type', declared);
    }
    for (const { key, value } of record) {
      const cell = cellOf(value);
      if (trimCell(cell) === '') continue;
      const identity = identityOf(key);
      if (identity) builder.identity(identity, key, cell);
      else if (key === 'ts') builder.ts(key, cell);
      else if (key === 'evtName' && type === 'event') builder.eventName(key, cell);
    }
    readData(type, valueOf(record, type === 'event' ? 'evtData' : 'profileData'), builder);
    return builder.finish();
  }

  #plan(header: string): ColumnPlan {
    const known = this.#plans.get(header);
    if (known) return known;
    const plan = planColumn(header, this.#manifest);
    if (this.#plans.size < MAX_REMEMBERED_PLANS) this.#plans.set(header, plan);
    return plan;
  }
}

function readData(type: ImportType, data: TextNode | undefined, builder: RowBuilder): void {
  if (data?.kind !== 'object') {
    const name = type === 'event' ? 'evtData' : 'profileData';
    builder.refuse(type === 'event' ? '512' : '524', `${name} must be an object`, name);
    return;
  }
  for (const { key, value } of data.entries) {
    if (value.kind === 'object' || value.kind === 'array') {
      builder.refuse('555', 'a nested value cannot be read', key);
      continue;
    }
    const cell = cellOf(value);
    if (value.kind === 'null' || trimCell(cell) === '') continue;
    if (type === 'event') builder.property(namedColumn(key, key), scalarOf(value));
    else {
      const column = namedColumn(key, profileFieldOf(key) ?? key);
      builder.change(column, scalarOf(value), '$set', cell);
    }
  }
}

/** The record's entries, or why it is none. */
function parseRecord(text: string): readonly TextEntry[] | string {
  try {
    const node = parseJsonTree(text, MAX_DEPTH);
    return node.kind === 'object' ? node.entries : 'the record is not an object';
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return `the record is not valid JSON: ${error.message}`;
  }
}

function kindOf(record: readonly TextEntry[]): RecordKind {
  const has = (key: string) => record.some((entry) => entry.key === key);
  return has('type') && (has('evtData') || has('profileData')) ? 'typed' : 'flat';
}

function valueOf(record: readonly TextEntry[], key: string): TextNode | undefined {
  return record.find((entry) => entry.key === key)?.value;
}

/** Numbers and booleans by their JSON text; null and nested values are blank. */
function cellOf(node: TextNode | undefined): string {
  switch (node?.kind) {
    case 'string':
      return node.value;
    case 'number':
      return node.text;
    case 'boolean':
      return String(node.value);
    default:
      return '';
  }
}

/** A number that JavaScript cannot hold exactly stays text. */
function scalarOf(node: TextNode): PropertyValue {
  if (node.kind === 'boolean') return node.value;
  if (node.kind !== 'number') return cellOf(node);
  const number = Number(node.text);
  const isExact = Number.isSafeInteger(number) || !/^-?\d+$/.test(node.text);
  return isExact && Number.isFinite(number) ? number : node.text;
}

function refused(
  code: '512' | '524' | '555',
  message: string,
  column?: string,
  value?: string,
): RowReading {
  const problem = {
    code,
    message,
    ...(column !== undefined && { column }),
    ...(value !== undefined && { value }),
  };
  return { kind: 'refused', problems: [problem] };
}
