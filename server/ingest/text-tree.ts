/**
 * A parsed JSON or YAML text before any rule is applied: values with their offsets. Both languages
 * are read into this one form, so that rules are written once and can point at line and column.
 */

export type TextNode = {
  /** Where the value starts in the text, in UTF-16 units. */
  readonly offset: number;
} & (
  | { readonly kind: 'object'; readonly entries: readonly TextEntry[] }
  | { readonly kind: 'array'; readonly items: readonly TextNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | {
      readonly kind: 'number';
      /** As written: a 64-bit number stays exact. */ readonly text: string;
    }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
);

export interface TextEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: TextNode;
}

/** The text cannot be read at all. `message` is a whole sentence without values from the text. */
export class TextError extends Error {
  override readonly name = 'TextError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Line and column count from 1; columns in UTF-16 units. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
