/** Rows that deflate as text does: the harder, the smaller. */
import { pseudoRandom } from './pseudo-random.ts';

const WORDS = 400;

/** Lines of five words each, `bytes` of them or a little more; the same every time. */
export function wordRows(bytes: number): string {
  const random = pseudoRandom(42);
  const vocabulary = Array.from({ length: WORDS }, () =>
    Array.from({ length: 3 + random(8) }, () => String.fromCharCode(97 + random(26))).join(''),
  );
  const rows: string[] = [];
  for (let length = 0; length < bytes; length += rows.at(-1)!.length) {
    const words = Array.from({ length: 5 }, () => vocabulary[random(WORDS)]);
    rows.push(`u${random(10_000)},Bought,${words.join(' ')}\n`);
  }
  return rows.join('');
}
