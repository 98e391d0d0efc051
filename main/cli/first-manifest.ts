/** A first manifest for a data file, as `manifest init` prints it and `send` uses it. */
import { basename } from 'node:path';
import type { ImportType } from '../../shared/domain/manifest.ts';
import {
  buildManifest,
  checkManifest,
  dataFileName,
  requireManifest,
  suggestMapping,
} from '../manifest/index.ts';
import { inspectFile } from '../tabular/index.ts';

export const IMPORT_TYPES: readonly ImportType[] = ['event', 'profile'];

export interface ManifestFacts {
  readonly type: ImportType;
  readonly email: string;
  readonly keyId?: string;
}

/**
 * A manifest for a data file, with the mapping that its names and values suggest.
 * @throws AppError MANIFEST_INVALID when e-mail or columns cannot be used, and those of tabular
 */
export async function makeManifest(
  data: string,
  facts: ManifestFacts,
): Promise<{ text: string; notices: string[] }> {
  const { type, email: clientEmail, keyId } = facts;
  const file = await inspectFile(data);
  const columns = suggestMapping(file, type);
  const fileName = dataFileName(basename(data), { keyId });
  const text = buildManifest({
    fileName,
    type,
    columns,
    clientEmail,
    ...(keyId !== undefined && { keyId }),
  });
  requireManifest(text);
  const guesses = columns.map(({ header, target, dataType, reason }) =>
    reason === undefined ? undefined : `${header} → ${target || header} (${dataType}): ${reason}`,
  );
  const problems = checkManifest(text, { header: file.header }).problems;
  return {
    text,
    notices: [
      ...file.notices.map(({ message }) => message),
      ...guesses.filter((guess) => guess !== undefined),
      ...problems.map(({ severity, message }) => `${severity}: ${message}`),
    ],
  };
}
