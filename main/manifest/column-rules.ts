/** The rules of the manifest's `columns`: each column's own keys. Pure. */
import {
  DATA_TYPES,
  DATE_FORMATS,
  type DataType,
  type DateFormat,
} from '../../shared/domain/manifest.ts';
import type { ManifestEntry, ManifestNode, ProblemList } from './tree.ts';

/** A column as listed, with the places of its name and of its target. */
export interface ListedColumn {
  readonly header: string;
  readonly ctName?: string;
  readonly dataType?: DataType;
  readonly dateFormat?: DateFormat;
  readonly offset: number;
  readonly targetOffset: number;
}

// eslint-disable-next-line no-control-regex -- a control character is just what must not be there
const NO_NAME = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;
const COLUMN_KEYS: readonly string[] = ['ctName', 'dataType', 'dateFormat'];

/** What other tools call the types. */
const TYPE_SYNONYMS: Readonly<Record<string, DataType>> = {
  int: 'INTEGER',
  int32: 'INTEGER',
  number: 'FLOAT',
  numeric: 'FLOAT',
  decimal: 'FLOAT',
  double: 'FLOAT',
  bigint: 'LONG',
  int64: 'LONG',
  bool: 'BOOLEAN',
  text: 'STRING',
  str: 'STRING',
  varchar: 'STRING',
  datetime: 'DATE',
  timestamp: 'DATE',
};

export function readColumns(
  entry: ManifestEntry | undefined,
  problems: ProblemList,
): ListedColumn[] | undefined {
  if (!entry) return undefined;
  if (entry.value.kind !== 'object') {
    const message = 'The columns must be an object: column name of the file → how it is read.';
    problems.error('COLUMNS', entry.value.offset, message);
    return undefined;
  }
  return entry.value.entries.map((column) => readColumn(column, problems));
}

function readColumn(column: ManifestEntry, problems: ProblemList): ListedColumn {
  const base = { header: column.key, offset: column.keyOffset, targetOffset: column.keyOffset };
  if (column.value.kind !== 'object') {
    const message =
      'A column is described by an object such as { "ctName": "ts", "dataType": "INTEGER" }.';
    problems.error('COLUMNS', column.value.offset, message);
    return base;
  }
  const values = new Map<string, ManifestNode>();
  for (const { key, keyOffset, value } of column.value.entries) {
    if (COLUMN_KEYS.includes(key)) values.set(key, value);
    else {
      const meant = COLUMN_KEYS.find((name) => name.toLowerCase() === key.toLowerCase());
      const hint = meant ? `Did you mean “${meant}”?` : `Known are ${COLUMN_KEYS.join(', ')}.`;
      problems.warn('UNKNOWN_KEY', keyOffset, `The key “${key}” is not known. ${hint}`);
    }
  }
  const target = values.get('ctName');
  const ctName = readName(target, problems);
  const dataType = readDataType(values.get('dataType'), problems);
  const dateFormat = readDateFormat(values.get('dateFormat'), problems);
  checkFormatNeeded(column, values, dataType, problems);
  return {
    ...base,
    ...(ctName === undefined ? {} : { ctName }),
    ...(dataType === undefined ? {} : { dataType }),
    ...(dateFormat === undefined ? {} : { dateFormat }),
    targetOffset: target?.offset ?? column.keyOffset,
  };
}

function readName(node: ManifestNode | undefined, problems: ProblemList): string | undefined {
  if (!node) return undefined;
  const isNamed = node.kind === 'string' && node.value.trim() !== '';
  if (isNamed && !NO_NAME.test(node.value)) return node.value;
  const message = isNamed
    ? 'The target’s name must be without control characters and halves of characters.'
    : 'The target’s name must be text. Leave “ctName” out to keep the column’s own name.';
  problems.error('CT_NAME', node.offset, message);
  return undefined;
}

function readDataType(node: ManifestNode | undefined, problems: ProblemList): DataType | undefined {
  if (!node) return undefined;
  const text = node.kind === 'string' ? node.value : '';
  const dataType = DATA_TYPES.find((name) => name === text.toUpperCase());
  if (dataType) return dataType;
  const lower = text.toLowerCase();
  const meant = Object.hasOwn(TYPE_SYNONYMS, lower) ? TYPE_SYNONYMS[lower] : undefined;
  const hint = meant ? ` Did you mean ${meant}?` : '';
  problems.error(
    'DATA_TYPE',
    node.offset,
    `The type must be one of ${DATA_TYPES.join(', ')}.${hint}`,
  );
  return undefined;
}

function readDateFormat(
  node: ManifestNode | undefined,
  problems: ProblemList,
): DateFormat | undefined {
  if (!node) return undefined;
  const text = node.kind === 'string' ? node.value : '';
  const format = DATE_FORMATS.find((name) => name === text);
  if (format) return format;
  const meant = DATE_FORMATS.find((name) => name.toLowerCase() === text.toLowerCase());
  const hint = meant ? ` Did you mean ${meant}?` : '';
  const message = `The date format must be one of ${DATE_FORMATS.join(', ')}.${hint}`;
  problems.error('DATE_FORMAT', node.offset, message);
  return undefined;
}

function checkFormatNeeded(
  column: ManifestEntry,
  values: ReadonlyMap<string, ManifestNode>,
  dataType: DataType | undefined,
  problems: ProblemList,
): void {
  const format = values.get('dateFormat');
  if (dataType === 'DATE' && !format) {
    const offset = values.get('dataType')?.offset ?? column.keyOffset;
    const message = 'A DATE needs a “dateFormat”, such as yyyy/MM/dd, or UNIX for epoch seconds.';
    problems.error('DATE_FORMAT', offset, message);
  }
  const isOtherType = dataType !== 'DATE' && (dataType !== undefined || !values.has('dataType'));
  if (format && isOtherType) {
    problems.warn(
      'DATE_FORMAT',
      format.offset,
      'A date format has a meaning for the type DATE only.',
    );
  }
}
