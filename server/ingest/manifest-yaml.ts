/** YAML 1.2 core for manifests: one document, no anchors, aliases or tags, no duplicate keys. */
import { Lexer, Parser, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';
import { TextError } from './text-tree.ts';
import type { TextEntry, TextNode } from './text-tree.ts';

/** Far above what a manifest needs, far below what exhausts a stack. */
const MAX_OPEN_TOKENS = 64;

/** @throws TextError */
export function parseYamlTree(text: string, maxDepth: number): TextNode {
  refuseDeepNesting(text);
  const document = onlyDocument(text);
  if (document.contents === null) throw new TextError('The manifest is empty.', 0);
  return convert(document.contents, 1, maxDepth);
}

function convert(node: Node, depth: number, maxDepth: number): TextNode {
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node)) throw new TextError('YAML aliases are not allowed.', offset);
  if ('anchor' in node && node.anchor) throw new TextError('YAML anchors are not allowed.', offset);
  if ('tag' in node && node.tag) throw new TextError('YAML tags are not allowed.', offset);
  if (!isScalar(node) && depth > maxDepth) {
    throw new TextError(`The nesting is deeper than ${maxDepth}.`, offset);
  }
  if (isMap(node)) {
    const seen = new Set<string>();
    const entries = node.items.map((pair): TextEntry => {
      if (!isScalar(pair.key)) throw new TextError('A key must be plain text.', offset);
      const key = convert(pair.key, depth, maxDepth);
      const name = String(pair.key.value);
      if (seen.has(name))
        throw new TextError('This key appears twice in the same map.', key.offset);
      seen.add(name);
      const value = pair.value as Node | null;
      return {
        key: name,
        keyOffset: key.offset,
        value: value ? convert(value, depth + 1, maxDepth) : { kind: 'null', offset: key.offset },
      };
    });
    return { kind: 'object', entries, offset };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item as Node, depth + 1, maxDepth));
    return { kind: 'array', items, offset };
  }
  return convertScalar(isScalar(node) ? node.value : null, offset);
}

function convertScalar(value: unknown, offset: number): TextNode {
  if (typeof value === 'string') return { kind: 'string', value, offset };
  if (typeof value === 'boolean') return { kind: 'boolean', value, offset };
  if (typeof value === 'number') return { kind: 'number', text: String(value), offset };
  return { kind: 'null', offset };
}

/**
 * The composer recurses, and V8 ends the process when a regular expression is compiled at the end
 * of the stack: text that is nested too deep must not reach it. Lexer and parser use no recursion.
 */
function refuseDeepNesting(text: string): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    // The parser works as its tokens are taken; the tokens themselves are of no use here.
    for (const _ of parser.next(lexeme)) continue;
    if (parser.stack.length > MAX_OPEN_TOKENS) {
      throw new TextError('The nesting is too deep.', parser.offset);
    }
  }
}

function onlyDocument(text: string): Document {
  const documents = [
    ...parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      // Checked in `convert`: the library compares each key with all before it.
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
      logLevel: 'silent',
    }),
  ] as Document[];
  const [first, second] = documents;
  if (!first) throw new TextError('The manifest is empty.', 0);
  if (second) throw new TextError('A manifest is one YAML document only.', second.range?.[0] ?? 0);
  const [problem] = [...first.errors, ...first.warnings];
  if (problem) throw new TextError(`This is not valid YAML (${problem.code}).`, problem.pos[0]);
  return first;
}
