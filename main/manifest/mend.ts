/** Mends what people commonly get wrong in a JSON manifest, by the text: all else stays as it was. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { isEmail } from '../preflight/index.ts';
import { isComment, tokensOf, tooDeepAt, trailingCommas } from './json-text.ts';
import { TextPlaces } from './tree.ts';

export interface MendedManifest {
  readonly text: string;
  /** What was changed and what is left to do, a sentence each; empty when nothing was. */
  readonly notes: readonly string[];
}

interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
  readonly note: string;
}

/**
 * Takes out a byte order mark, comments and trailing commas, and reads the address out of a mangled
 * `clientEmail`. An address that cannot be known for certain is left empty for the user to fill in.
 * Never throws; a text that is no JSON or too large comes back as it was.
 */
export function mendManifest(text: string): MendedManifest {
  const isJson = text.replace('\uFEFF', '').trimStart().startsWith('{');
  if (!isJson || text.length > LIMITS.manifestBytes || tooDeepAt(text) !== undefined) {
    return { text, notes: [] };
  }
  const places = new TextPlaces(text);
  const edits = [
    ...markEdits(text),
    ...commentEdits(text, places),
    ...commaEdits(text, places),
    ...emailEdits(text, places),
  ].toSorted((a, b) => a.offset - b.offset);
  return { text: applyAll(text, edits), notes: edits.map(({ note }) => note) };
}

/** In one pass over edits that are in order and do not overlap. */
function applyAll(text: string, edits: readonly Edit[]): string {
  let mended = '';
  let at = 0;
  for (const { offset, length, content } of edits) {
    mended += text.slice(at, offset) + content;
    at = offset + length;
  }
  return mended + text.slice(at);
}

function markEdits(text: string): Edit[] {
  if (!text.startsWith('\uFEFF')) return [];
  return [{ offset: 0, length: 1, content: '', note: 'The byte order mark was taken out.' }];
}

function commentEdits(text: string, places: TextPlaces): Edit[] {
  return [...tokensOf(text)]
    .filter((token) => isComment(token.text))
    .map((token) => {
      let offset = token.offset;
      while (' \t'.includes(text.charAt(offset - 1) || '.')) offset -= 1;
      const length = token.offset + token.text.length - offset;
      const { line } = places.of(token.offset);
      return { offset, length, content: '', note: `Line ${line}: the comment was taken out.` };
    });
}

function commaEdits(text: string, places: TextPlaces): Edit[] {
  return trailingCommas(text).map((offset) => {
    const { line } = places.of(offset);
    const note = `Line ${line}: the comma before a closing bracket was taken out.`;
    return { offset, length: 1, content: '', note };
  });
}

function emailEdits(text: string, places: TextPlaces): Edit[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, ['clientEmail']);
  if (!node || (node.type === 'string' && isEmail(String(node.value)))) return [];
  if (node.value === '') return [];
  const address = node.type === 'string' ? onlyAddressIn(String(node.value)) : undefined;
  const { line } = places.of(node.offset);
  const note = address
    ? `Line ${line}: the e-mail address was read out of the text around it.`
    : `Line ${line}: the e-mail address is not usable and was left empty. Fill in yours.`;
  const content = JSON.stringify(address ?? '');
  return [{ offset: node.offset, length: node.length, content, note }];
}

/** A link's text and target, or `Name <address>`, may name the same address more than once. */
function onlyAddressIn(value: string): string | undefined {
  const words = value.replace(/\bmailto:/gi, ' ').split(/[\s<>[\]()",;]+/);
  const addresses = new Set(words.filter(isEmail));
  const [only] = addresses;
  return addresses.size === 1 ? only : undefined;
}
