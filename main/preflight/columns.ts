/** A manifest laid over a header: what each column of the file is for. Resolved once, before any row. */
import {
  DISCOURAGED_NAME_CHARACTERS,
  IDENTITY_TARGETS,
  PROFILE_FIELDS,
  type DataType,
  type DateFormat,
  type ImportType,
  type Manifest,
  type ManifestColumn,
} from '../../shared/domain/manifest.ts';

/** What a column's target means to the platform; `property`: nothing beyond its name. */
export type ColumnRole = 'identity' | 'event-name' | 'ts' | 'operation' | 'field' | 'property';

export interface ResolvedColumn {
  readonly index: number;
  readonly header: string;
  readonly target: string;
  readonly role: ColumnRole;
  readonly dataType: DataType;
  readonly dateFormat?: DateFormat;
}

const OPERATION_SUFFIX = '.operation';
const MEANT_BY_LOWER_CASE = new Map<string, string>(
  [...IDENTITY_TARGETS, 'ts', 'evtName'].map((name) => [name.toLowerCase(), name]),
);
const FIELD_BY_LOWER_CASE = new Map(PROFILE_FIELDS.map((name) => [name.toLowerCase(), name]));

/** Columns that the manifest does not list come under their own name as STRING, as all do without a list. */
export function resolveColumns(
  header: readonly string[],
  manifest: Pick<Manifest, 'type' | 'columns'>,
): ResolvedColumn[] {
  return header.map((name, index) => {
    const listed = listedColumn(manifest, name);
    const target = listed?.ctName ?? name;
    return {
      index,
      header: name,
      target,
      role: roleOf(target, name, manifest.type),
      dataType: listed?.dataType ?? 'STRING',
      ...(listed?.dateFormat === undefined ? {} : { dateFormat: listed.dateFormat }),
    };
  });
}

/** Headers are foreign words: `constructor` must not find what every object has. */
function listedColumn(
  manifest: Pick<Manifest, 'columns'>,
  header: string,
): ManifestColumn | undefined {
  const { columns } = manifest;
  return columns && Object.hasOwn(columns, header) ? columns[header] : undefined;
}

function roleOf(target: string, header: string, type: ImportType): ColumnRole {
  if (type === 'profile' && isOperationHeader(header)) return 'operation';
  switch (specialTarget(target)) {
    case undefined:
      return type === 'profile' && profileField(target) ? 'field' : 'property';
    case 'ts':
      return 'ts';
    case 'evtName':
      return type === 'event' ? 'event-name' : 'property';
    default:
      return 'identity';
  }
}

/**
 * The identity, `ts` or `evtName` that a target means, written as the platform writes it. Read in any
 * case and with blanks around it, so that a row is never held to less than the platform might.
 */
export function specialTarget(target: string): string | undefined {
  return MEANT_BY_LOWER_CASE.get(target.trim().toLowerCase());
}

/** `<source header>.operation`: says what to do with the source column's value. */
export function isOperationHeader(header: string): boolean {
  return header.length > OPERATION_SUFFIX.length && header.endsWith(OPERATION_SUFFIX);
}

/** The header to which an operation column belongs. */
export function operandOf(header: string): string {
  return header.slice(0, -OPERATION_SUFFIX.length);
}

/** The reserved profile field that a name means, however it is written; written as returned. */
export function profileField(name: string): (typeof PROFILE_FIELDS)[number] | undefined {
  return FIELD_BY_LOWER_CASE.get(name.trim().toLowerCase());
}

/** The characters in a property name that the platform advises against; empty when there are none. */
export function discouragedCharacters(name: string): string {
  return [...new Set(name)].filter((mark) => DISCOURAGED_NAME_CHARACTERS.includes(mark)).join(' ');
}
