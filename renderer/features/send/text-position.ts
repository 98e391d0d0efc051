/** Places in a text, counted from 1 as in `TextProblem`. Pure. */

/** The offset of a place; a column past its line's end is the end of that line. */
export function offsetAt(
  text: string,
  place: { readonly line: number; readonly column: number },
): number {
  let start = 0;
  for (let line = 1; line < place.line; line += 1) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + Math.max(0, place.column - 1), end === -1 ? text.length : end);
}

export function lineCount(text: string): number {
  return text.split('\n').length;
}
