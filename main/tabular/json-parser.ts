/**
 * One JSON record, strictly (RFC 8259), with what `JSON.parse` throws away: numbers as they are
 * written, keys that are there twice, and the place of a fault. Pure.
 */

/** Brackets within brackets: more is a record that nobody meant. */
const MAX_DEPTH = 32;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON wants them escaped
const SPECIAL = /[\\\u0000-\u001f]/;
// eslint-disable-next-line no-control-regex -- JSON wants them escaped
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** Only an escape can make these: no database and no UTF-8 file holds them. */
// eslint-disable-next-line no-control-regex -- finding NUL is the purpose
const NO_TEXT = /\u0000|\p{Surrogate}/u;
/** So many keys are compared one by one, which is faster than a set. */
const FEW_KEYS = 12;

export interface JsonMember {
  readonly key: string;
  readonly kind: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
  /** A string's content, a number or boolean as written; empty for all else. */
  readonly text: string;
  /** Of an object. */
  readonly members?: readonly JsonMember[];
  /** Key or text hold NUL or half of a surrogate pair. */
  readonly isNoText: boolean;
}

export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** In the text, in UTF-16 units. */
  readonly offset: number;

  /** `message`: a whole sentence without values from the text. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The members of the object that stands in `text` from `start` on, with nothing behind it. @throws JsonSyntaxError */
export function parseJsonRecord(text: string, start: number): readonly JsonMember[] {
  return new RecordParser(text, start).record();
}

class RecordParser {
  readonly #text: string;
  /** No string in the text needs a closer look. */
  readonly #isPlain: boolean;
  #at: number;
  #isNoText = false;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#isPlain = !SPECIAL.test(text);
    this.#at = start;
  }

  record(): readonly JsonMember[] {
    this.#skipBlanks();
    const start = this.#at;
    const { kind, members } = this.#value('', 1);
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('Nothing may follow the end of the record.');
    if (kind === 'object' && members) return members;
    throw new JsonSyntaxError('A record must be an object in braces.', start);
  }

  #value(key: string, depth: number): JsonMember {
    switch (this.#text.charAt(this.#at)) {
      case '"': {
        const text = this.#string();
        return { key, kind: 'string', text, isNoText: this.#isNoText };
      }
      case '{': {
        const members = this.#object(depth);
        return { key, kind: 'object', text: '', members, isNoText: false };
      }
      case '[':
        this.#array(depth);
        return { key, kind: 'array', text: '', isNoText: false };
      case 't':
        return this.#word(key, 'boolean', 'true');
      case 'f':
        return this.#word(key, 'boolean', 'false');
      case 'n':
        return this.#word(key, 'null', 'null');
      default:
        return this.#number(key);
    }
  }

  #word(key: string, kind: 'boolean' | 'null', word: string): JsonMember {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('A value must stand here.');
    this.#at += word.length;
    return { key, kind, text: kind === 'null' ? '' : word, isNoText: this.#isNoText };
  }

  #number(key: string): JsonMember {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) this.#fail('A value must stand here.');
    const text = this.#text.slice(this.#at, NUMBER.lastIndex);
    this.#at = NUMBER.lastIndex;
    return { key, kind: 'number', text, isNoText: this.#isNoText };
  }

  #object(depth: number): JsonMember[] {
    this.#enter(depth);
    const members: JsonMember[] = [];
    const keys = new KeysSeen(members);
    if (this.#takeIf('}')) return members;
    for (;;) {
      const keyAt = this.#at;
      if (this.#text.charAt(keyAt) !== '"') this.#fail('A key in double quotes must stand here.');
      this.#isNoText = false;
      const key = this.#string();
      if (keys.has(key)) throw new JsonSyntaxError('The key is there twice.', keyAt);
      this.#skipBlanks();
      if (!this.#takeIf(':')) this.#fail('A colon must stand between the key and its value.');
      members.push(this.#value(key, depth + 1));
      this.#isNoText = false;
      this.#skipBlanks();
      if (this.#takeIf('}')) return members;
      if (!this.#takeIf(',')) this.#fail('A comma or a closing brace must stand here.');
    }
  }

  /** Its items are nobody's business: they must be JSON. */
  #array(depth: number): void {
    this.#enter(depth);
    if (this.#takeIf(']')) return;
    for (;;) {
      this.#value('', depth + 1);
      this.#skipBlanks();
      if (this.#takeIf(']')) return;
      if (!this.#takeIf(',')) this.#fail('A comma or a closing bracket must stand here.');
    }
  }

  #enter(depth: number): void {
    if (depth > MAX_DEPTH) this.#fail(`The record is nested more than ${MAX_DEPTH} levels deep.`);
    this.#at += 1;
    this.#skipBlanks();
  }

  #string(): string {
    const start = this.#at + 1;
    const end = this.#text.indexOf('"', start);
    if (end < 0) this.#fail('The text in quotes is never closed.');
    const text = this.#text.slice(start, end);
    if (!this.#isPlain && SPECIAL.test(text)) return this.#escapedString(start);
    this.#at = end + 1;
    return text;
  }

  #escapedString(start: number): string {
    let value = '';
    for (let at = start; ;) {
      PLAIN.lastIndex = at;
      PLAIN.test(this.#text);
      const stop = PLAIN.lastIndex;
      value += this.#text.slice(at, stop);
      if (stop >= this.#text.length) this.#fail('The text in quotes is never closed.');
      if (this.#text.charAt(stop) === '"') {
        this.#at = stop + 1;
        if (NO_TEXT.test(value)) this.#isNoText = true;
        return value;
      }
      ESCAPE.lastIndex = stop;
      const escape = ESCAPE.exec(this.#text)?.[0];
      if (escape === undefined) {
        const isEscape = this.#text.charAt(stop) === '\\';
        throw new JsonSyntaxError(
          isEscape
            ? 'After a backslash only " \\ / b f n r t or u with four hexadecimal digits may follow.'
            : 'A control character in quotes must be written as an escape such as \\n.',
          stop,
        );
      }
      value += JSON.parse(`"${escape}"`) as string;
      at = stop + escape.length;
    }
  }

  /** Also skips the blanks behind an opening bracket, a comma and a colon, so that a value can follow. */
  #takeIf(mark: string): boolean {
    if (this.#text.charAt(this.#at) !== mark) return false;
    this.#at += 1;
    if (mark === ',' || mark === ':') this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    for (; ; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0x0a) return;
    }
  }

  #fail(message: string): never {
    throw new JsonSyntaxError(message, this.#at);
  }
}

/** Tells whether a key is there already, without a set for the few keys that most objects have. */
class KeysSeen {
  readonly #members: readonly JsonMember[];
  #set: Set<string> | undefined;

  /** `members` grows while it is asked. */
  constructor(members: readonly JsonMember[]) {
    this.#members = members;
  }

  /** Asked once for each key, in order. */
  has(key: string): boolean {
    const members = this.#members;
    if (members.length <= FEW_KEYS) return members.some((member) => member.key === key);
    this.#set ??= new Set(members.map((member) => member.key));
    if (this.#set.has(key)) return true;
    this.#set.add(key);
    return false;
  }
}
