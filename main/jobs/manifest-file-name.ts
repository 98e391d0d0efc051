/** Puts the settled name of the data file into a manifest, leaving the rest of its text as the user wrote it. */
import { applyEdits, modify } from 'jsonc-parser';
import { parseDocument } from 'yaml';

/** `text` is a manifest without errors, JSON or YAML; comments and order of a YAML one are kept. */
export function withFileName(text: string, fileName: string): string {
  if (text.trimStart().startsWith('{')) {
    return applyEdits(text, modify(text, ['fileName'], fileName, {}));
  }
  const document = parseDocument(text);
  document.set('fileName', fileName);
  return document.toString({ lineWidth: 0 });
}
