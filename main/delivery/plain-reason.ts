/** Words of a server or a library, made fit to stand inside a sentence of ours. */

const MAX_CHARACTERS = 160;

/** One line without control characters, bounded in length, without a closing stop. */
export function plainReason(words: string): string {
  const line = words
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_CHARACTERS)
    .replace(/[. ]+$/, '');
  return line === '' ? 'no reason given' : line;
}
