/** How values and metadata are written down while they are edited. Pure. */

/** What is wrong with metadata as it stands in its field; empty is none. */
export function metaProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'This is not JSON. Write a value such as {"region": "north"}, or "a text" in quotes.';
  }
}

/** JSON with two blanks a level, where its numbers survive that; else as it stands. */
export function prettyMeta(text: string): string {
  if (text === '') return '';
  try {
    const value: unknown = JSON.parse(text);
    // A number that JavaScript cannot hold would be shown, and saved, as another.
    return JSON.stringify(value) === text ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function base64Problem(text: string): string | undefined {
  return BASE64.test(text.trim()) ? undefined : 'This is not padded base64 in one line.';
}

/** Bytes written as hex, in base64. */
export function hexToBase64(hex: string): string {
  const digits = hex.replace(/[^0-9a-f]/gi, '');
  const bytes = digits.match(/../g) ?? [];
  return btoa(bytes.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(''));
}
