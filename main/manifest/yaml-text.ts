/**
 * A manifest's YAML text as a tree with positions: YAML 1.2 core schema, one document, and none of
 * the features with which a small text can mean a large or a strange thing.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  parseAllDocuments,
  visit,
  type Node,
  type YAMLMap,
} from 'yaml';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { ManifestEntry, ManifestNode, ProblemList } from './tree.ts';

/** Undefined when the text is broken: its rules would only be guessed at then. */
export function readYaml(text: string, problems: ProblemList): ManifestNode | undefined {
  if (isTooDeep(text)) {
    problems.error('TOO_DEEP', 0, TOO_DEEP);
    return undefined;
  }
  return parse(text, problems);
}

const TOO_DEEP = `The manifest is nested more than ${LIMITS.manifestDepth} levels deep.`;

function parse(text: string, problems: ProblemList): ManifestNode | undefined {
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    // Checked below: the library compares each key with all before it, slow in a hostile text.
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, second] = 'empty' in documents ? [] : documents;
  if (!document?.contents) {
    problems.error(
      'SYNTAX',
      0,
      'The manifest is empty. It must be an object such as { "fileName": … }.',
    );
    return undefined;
  }
  for (const fault of document.errors) {
    problems.error('SYNTAX', fault.pos[0], `This is not YAML 1.2: ${sentence(fault.message)}`);
  }
  if (second) {
    const offset = second.contents?.range?.[0] ?? second.range[0];
    problems.error(
      'YAML_FEATURE',
      offset,
      'A second document begins here; a manifest is one document.',
    );
  }
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    problems.error('YAML_FEATURE', 0, 'The manifest must be YAML 1.2.');
  }
  refuseFeatures(document.contents, problems);
  return document.errors.length === 0 ? toNode(document.contents, 1, problems) : undefined;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/**
 * Asked before parsing: the composer recurses. Brackets nest, so do indicators on one line, and so
 * does indentation outside brackets.
 */
function isTooDeep(text: string): boolean {
  const limit = LIMITS.manifestDepth;
  const indents: number[] = [];
  let brackets = 0;
  let indicators = 0;
  let indent: number | undefined = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '\n' || token === '\r\n') {
      indicators = 0;
      indent = 0;
    } else if (indent !== undefined && /^ +$/.test(token)) {
      indent = token.length;
    } else if (!token.startsWith('#')) {
      if (indent !== undefined && brackets === 0) enterIndent(indents, indent);
      indent = undefined;
      if (token === '[' || token === '{') brackets += 1;
      if (token === ']' || token === '}') brackets -= 1;
      if (token === '-' || token === '?') indicators += 1;
    }
    if (brackets > limit || indicators > limit || indents.length > limit) return true;
  }
  return false;
}

/** Keeps the indents that enclose the line which begins at `indent`, itself last. */
function enterIndent(indents: number[], indent: number): void {
  while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
  indents.push(indent);
}

function refuseFeatures(root: Node, problems: ProblemList): void {
  const refuse = (node: Node, message: string): void => {
    problems.error('YAML_FEATURE', node.range?.[0] ?? 0, message);
  };
  visit(root, {
    Alias: (_, node) => {
      refuse(node, 'An alias (*name) is not allowed; write the value out.');
    },
    Value: (_, node) => {
      if (node.anchor) refuse(node, 'An anchor (&name) is not allowed; write the value plainly.');
      if (node.tag) refuse(node, 'A tag (!name) is not allowed; write the value plainly.');
    },
  });
}

function toNode(node: Node, depth: number, problems: ProblemList): ManifestNode {
  const offset = node.range?.[0] ?? 0;
  if (depth > LIMITS.manifestDepth) {
    problems.error('TOO_DEEP', offset, TOO_DEEP);
    return { kind: 'null', offset };
  }
  if (isMap(node)) return { kind: 'object', offset, entries: toEntries(node, depth, problems) };
  if (isSeq(node)) {
    for (const item of node.items) if (isNode(item)) toNode(item, depth + 1, problems);
    return { kind: 'array', offset };
  }
  return scalarNode(isScalar(node) ? node.value : null, offset);
}

function toEntries(map: YAMLMap, depth: number, problems: ProblemList): ManifestEntry[] {
  const seen = new Set<string>();
  return map.items.flatMap((pair) => {
    if (!isScalar(pair.key)) return [];
    const key = String(pair.key.value);
    const keyOffset = pair.key.range?.[0] ?? 0;
    if (seen.has(key)) {
      problems.error('DUPLICATE_KEY', keyOffset, `The key “${key}” is there twice; keep one.`);
      return [];
    }
    seen.add(key);
    const value: ManifestNode = isNode(pair.value)
      ? toNode(pair.value, depth + 1, problems)
      : { kind: 'null', offset: keyOffset };
    return [{ key, keyOffset, value }];
  });
}

function scalarNode(value: unknown, offset: number): ManifestNode {
  if (typeof value === 'string') return { kind: 'string', offset, value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', offset };
  return { kind: typeof value === 'boolean' ? 'boolean' : 'null', offset };
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}
