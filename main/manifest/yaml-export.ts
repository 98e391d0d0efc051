/** A manifest's text as YAML, which the platform reads as well (spec: "Manifest"). */
import { Document } from 'yaml';
import { requireManifest } from './check.ts';

/**
 * The same manifest as YAML 1.2: one document, no anchors, tags or folded lines, a key a line in the order of
 * the text. Unknown keys, which the platform ignores, are left out.
 *
 * @throws AppError MANIFEST_INVALID
 */
export function manifestYaml(text: string): string {
  const { fileName, type, columns, clientEmail, keyId } = requireManifest(text);
  const manifest = {
    fileName,
    type,
    ...(columns === undefined ? {} : { columns }),
    clientEmail,
    ...(keyId === undefined ? {} : { keyId }),
  };
  const document = new Document(manifest, {
    version: '1.2',
    schema: 'core',
    aliasDuplicateObjects: false,
  });
  return document.toString({
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'QUOTE_DOUBLE',
  });
}
