/** A manifest's JSON text from a mapping. */
import type { MappingColumn } from '../../shared/domain/data-file.ts';
import type { ImportType, ManifestColumn } from '../../shared/domain/manifest.ts';

export interface ManifestParts {
  readonly fileName: string;
  readonly type: ImportType;
  readonly clientEmail: string;
  readonly keyId?: string | undefined;
  /** Left out: every column under its own name as STRING. */
  readonly columns?: readonly MappingColumn[] | undefined;
}

/** Indented by two, with a line end at the end, keys in the order of the platform's own sample. */
export function buildManifest(parts: ManifestParts): string {
  const { fileName, type, columns, clientEmail, keyId } = parts;
  const manifest = {
    fileName,
    type,
    ...(columns === undefined ? {} : { columns: toRecord(columns) }),
    clientEmail,
    ...(keyId === undefined ? {} : { keyId }),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** `fromEntries` makes own properties even of names such as `__proto__`. */
function toRecord(columns: readonly MappingColumn[]): Record<string, ManifestColumn> {
  return Object.fromEntries(
    columns.map(({ header, target, dataType, dateFormat }) => [
      header,
      {
        ...(target === '' || target === header ? {} : { ctName: target }),
        dataType,
        ...(dataType === 'DATE' && dateFormat ? { dateFormat } : {}),
      },
    ]),
  );
}
