/**
 * A manifest's JSON text as a tree with positions: strict JSON (RFC 8259), every fault at its place.
 * The tolerant scanner finds the places; `JSON.parse` has the last word on whether it is JSON.
 */
import {
  createScanner,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { ManifestEntry, ManifestNode, ProblemList } from './tree.ts';

type SyntaxFault = ReturnType<typeof printParseErrorCode>;

const SENTENCES: Readonly<Partial<Record<SyntaxFault, string>>> = {
  InvalidSymbol:
    'This is no JSON value: write text in double quotes, a number, true, false, null, { } or [ ].',
  InvalidNumberFormat: 'This number is not written as JSON writes numbers.',
  PropertyNameExpected: 'A key in double quotes must stand here.',
  ValueExpected: 'A value must stand here.',
  ColonExpected: 'A colon must stand between the key and its value.',
  CommaExpected: 'A comma must stand between this entry and the one before.',
  CloseBraceExpected: 'The closing } is missing.',
  CloseBracketExpected: 'The closing ] is missing.',
  EndOfFileExpected: 'The manifest has ended before this; nothing may follow its closing }.',
  UnexpectedEndOfString: 'The text is not closed: a double quote is missing on this line.',
  UnexpectedEndOfNumber: 'The number is not complete.',
  InvalidUnicode: 'After \\u four hexadecimal digits must follow.',
  InvalidEscapeCharacter: 'After a backslash only " \\ / b f n r t or u may follow.',
  InvalidCharacter: 'This character may not stand in a text; write it as an escape such as \\t.',
};

/**
 * Undefined when the text is broken: its rules would only be guessed at then. Comments and trailing
 * commas leave the meaning clear, so the tree is given beside their problems.
 */
export function readJson(text: string, problems: ProblemList): ManifestNode | undefined {
  const deepOffset = tooDeepAt(text);
  if (deepOffset !== undefined) {
    const message = `The manifest is nested more than ${LIMITS.manifestDepth} levels deep.`;
    problems.error('TOO_DEEP', deepOffset, message);
    return undefined;
  }
  reportExtras(text, problems);
  const faults: ParseError[] = [];
  const root = parseTree(text, faults, { disallowComments: false, allowTrailingComma: true });
  for (const fault of firstOfEachPlace(faults)) {
    const sentence = SENTENCES[printParseErrorCode(fault.error)] ?? 'This is not JSON.';
    problems.error('SYNTAX', fault.offset, sentence);
  }
  if (!problems.hasErrors && !isJson(text)) {
    problems.error('SYNTAX', 0, 'The text is not strict JSON.');
  }
  return root && faults.length === 0 ? toNode(root, problems) : undefined;
}

/** The parser reports a place several times as it recovers; the first tells what is wrong. */
function firstOfEachPlace(faults: readonly ParseError[]): ParseError[] {
  const seen = new Set<number>();
  return faults.filter(({ offset }) => !seen.has(offset) && seen.add(offset));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** Tokens but blanks and line ends. The scanner does not recurse, so hostile nesting is harmless here. */
export function* tokensOf(text: string): Generator<Token> {
  const scanner = createScanner(text, false);
  for (;;) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    if (offset >= text.length) return;
    const token = text.slice(offset, offset + scanner.getTokenLength());
    if (token.trim() !== '') yield { text: token, offset };
  }
}

/** The bracket that nests deeper than a manifest may. Asked before parsing: the parser recurses. */
export function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (const token of tokensOf(text)) {
    if (token.text === '{' || token.text === '[') depth += 1;
    if (token.text === '}' || token.text === ']') depth -= 1;
    if (depth > LIMITS.manifestDepth) return token.offset;
  }
  return undefined;
}

export function isComment(token: string): boolean {
  return token.startsWith('//') || token.startsWith('/*');
}

/** Offsets of commas with nothing behind them but a closing bracket. */
export function trailingCommas(text: string): number[] {
  const offsets: number[] = [];
  let comma: number | undefined;
  for (const token of tokensOf(text)) {
    if (isComment(token.text)) continue;
    if (comma !== undefined && (token.text === '}' || token.text === ']')) offsets.push(comma);
    comma = token.text === ',' ? token.offset : undefined;
  }
  return offsets;
}

/** What editors and JavaScript forgive and JSON does not. */
function reportExtras(text: string, problems: ProblemList): void {
  for (const token of tokensOf(text)) {
    if (isComment(token.text)) {
      problems.error('COMMENT', token.offset, 'JSON has no comments; take this one out.');
    }
  }
  for (const offset of trailingCommas(text)) {
    problems.error('TRAILING_COMMA', offset, 'No comma may stand before a closing bracket.');
  }
}

function toNode(node: Node, problems: ProblemList): ManifestNode {
  const { offset } = node;
  if (node.type === 'string') return { kind: 'string', offset, value: String(node.value) };
  if (node.type !== 'object') {
    return { kind: node.type === 'property' ? 'null' : node.type, offset };
  }
  const entries: ManifestEntry[] = [];
  const seen = new Set<string>();
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? [];
    if (!name) continue;
    const key = String(name.value);
    if (seen.has(key)) {
      problems.error('DUPLICATE_KEY', name.offset, `The key “${key}” is there twice; keep one.`);
    } else if (value) {
      entries.push({ key, keyOffset: name.offset, value: toNode(value, problems) });
    }
    seen.add(key);
  }
  return { kind: 'object', offset, entries };
}
