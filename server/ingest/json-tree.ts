/** Strict JSON (RFC 8259) with offsets: no comments, no duplicate keys, bounded depth. */
import { TextError } from './text-tree.ts';
import type { TextEntry, TextNode } from './text-tree.ts';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids them inside quotes
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\r\n]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** @throws TextError */
export function parseJsonTree(text: string, maxDepth: number): TextNode {
  return new JsonParser(text, maxDepth).parse();
}

class JsonParser {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  parse(): TextNode {
    const node = this.#value(1);
    this.#skipBlank();
    if (this.#at < this.#text.length) this.#fail('There is text after the end of the JSON value.');
    return node;
  }

  #value(depth: number): TextNode {
    this.#skipBlank();
    const offset = this.#at;
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      if (depth > this.#maxDepth) this.#fail(`The nesting is deeper than ${this.#maxDepth}.`);
      return first === '{'
        ? { kind: 'object', entries: this.#object(depth), offset }
        : { kind: 'array', items: this.#array(depth), offset };
    }
    if (first === '"') return { kind: 'string', value: this.#string(), offset };
    if (this.#takeWord('true')) return { kind: 'boolean', value: true, offset };
    if (this.#takeWord('false')) return { kind: 'boolean', value: false, offset };
    if (this.#takeWord('null')) return { kind: 'null', offset };
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number === undefined) return this.#fail('A value is expected here.');
    this.#at += number.length;
    return { kind: 'number', text: number, offset };
  }

  #object(depth: number): TextEntry[] {
    const entries: TextEntry[] = [];
    const seen = new Set<string>();
    this.#at += 1;
    this.#skipBlank();
    if (this.#take('}')) return entries;
    for (;;) {
      this.#skipBlank();
      const keyOffset = this.#at;
      if (this.#text[this.#at] !== '"') this.#fail('A key in double quotes is expected here.');
      const key = this.#string();
      if (seen.has(key))
        throw new TextError('This key appears twice in the same object.', keyOffset);
      seen.add(key);
      this.#skipBlank();
      if (!this.#take(':')) this.#fail('A colon is expected after the key.');
      entries.push({ key, keyOffset, value: this.#value(depth + 1) });
      this.#skipBlank();
      if (this.#take('}')) return entries;
      if (!this.#take(',')) this.#fail('A comma or a closing brace is expected here.');
    }
  }

  #array(depth: number): TextNode[] {
    const items: TextNode[] = [];
    this.#at += 1;
    this.#skipBlank();
    if (this.#take(']')) return items;
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#skipBlank();
      if (this.#take(']')) return items;
      if (!this.#take(',')) this.#fail('A comma or a closing bracket is expected here.');
    }
  }

  #string(): string {
    let result = '';
    this.#at += 1;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? '';
      result += plain;
      this.#at += plain.length;
      const char = this.#text[this.#at];
      if (char === undefined) return this.#fail('The text in quotes does not end.');
      if (char < ' ') return this.#fail('A control character inside quotes must be escaped.');
      this.#at += 1;
      if (char === '"') return result;
      result += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 1;
      return simple;
    }
    const hex = this.#text.slice(this.#at + 1, this.#at + 5);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) {
      this.#fail('This escape after a backslash is not one of JSON.');
    }
    this.#at += 5;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #takeWord(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    this.#at += BLANK.exec(this.#text)?.[0].length ?? 0;
    if (this.#text[this.#at] === '/') this.#fail('JSON has no comments: remove this one.');
  }

  #fail(message: string): never {
    throw new TextError(message, this.#at);
  }
}
