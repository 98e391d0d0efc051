/** A first manifest for a data file, as `manifest init` prints it and `send` uses it. */
import { basename } from 'node:path';
import type { ImportType } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import {
  buildManifest,
  checkManifest,
  dataFileName,
  requireManifest,
  suggestMapping,
} from '../manifest/index.ts';
import { fixedHeader, inspectFile, sentName } from '../tabular/index.ts';

export const IMPORT_TYPES: readonly ImportType[] = ['event', 'profile'];

/** What `--convert` says, wherever it is an option. */
export const CONVERT_HELP =
  'take UTF-16, Windows-1252 and other delimiters, converted to UTF-8 with commas; leave out a last column “Failure Description”';

export interface ManifestFacts {
  readonly type: ImportType;
  readonly email: string;
  readonly keyId?: string;
  /** Conversion is agreed to, so that nothing need be said about it. */
  readonly convert?: boolean | undefined;
}

const CONVERSION_NOTICES: ReadonlySet<string> = new Set([
  'ENCODING_CONVERTIBLE',
  'DELIMITER_CONVERTIBLE',
  'FAILURE_COLUMN',
]);

/** Rows are read before they are sealed. @throws AppError ALREADY_SEALED */
export function refuseSealed(data: string): void {
  if (/\.(asc|gpg|pgp)$/i.test(data)) throw new AppError('ALREADY_SEALED', { file: data });
}

/**
 * A manifest for a data file, with the mapping that its names and values suggest.
 * @throws AppError ALREADY_SEALED, MANIFEST_INVALID when e-mail or columns cannot be used, and those of tabular
 */
export async function makeManifest(
  data: string,
  facts: ManifestFacts,
): Promise<{ text: string; notices: string[] }> {
  const { type, email: clientEmail, keyId, convert = false } = facts;
  refuseSealed(data);
  const file = await inspectFile(data, undefined, { convert });
  const columns = suggestMapping(file, type);
  const fileName = dataFileName(sentName(basename(data), file), { keyId });
  const text = buildManifest({
    fileName,
    type,
    // Records that say their own types have no columns to map.
    ...(columns.length > 0 && { columns }),
    clientEmail,
    ...(keyId !== undefined && { keyId }),
  });
  requireManifest(text);
  const guesses = columns.map(({ header, target, dataType, reason }) =>
    reason === undefined ? undefined : `${header} → ${target || header} (${dataType}): ${reason}`,
  );
  const problems = checkManifest(text, { header: fixedHeader(file) }).problems;
  return {
    text,
    notices: [
      ...file.notices
        .filter(({ code }) => !(convert && CONVERSION_NOTICES.has(code)))
        .map(({ message }) => message),
      ...guesses.filter((guess) => guess !== undefined),
      ...problems.map(({ severity, message }) => `${severity}: ${message}`),
    ],
  };
}
