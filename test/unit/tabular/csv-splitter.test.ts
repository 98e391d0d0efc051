/** Where records end, found without looking at cells: the same places at which the reader's own scan ends them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beforeLineEnd, scanQuotedRecord } from '../../../main/tabular/csv-quoted.ts';
import { CsvSplitter } from '../../../main/tabular/csv-splitter.ts';

/** Cell by cell, as the reader does it. */
function recordsByCells(text: string): string[] {
  const records: string[] = [];
  for (let at = 0; at < text.length;) {
    const lineFeed = text.indexOf('\n', at);
    const lineEnd = lineFeed < 0 ? text.length : lineFeed;
    if (beforeLineEnd(text, at, lineEnd) === at) {
      at = lineEnd + 1;
      continue;
    }
    const next = scanQuotedRecord(text, at, ',', true)?.next ?? text.length;
    records.push(text.slice(at, next));
    at = next;
  }
  return records;
}

const marks = fc.string({
  unit: fc.constantFrom('a', 'ä', ',', '"', '""', '\n', '\r\n', '\r', ',"', '",', '"\n'),
  maxLength: 60,
});

test('records end where the reader ends them, stray and unclosed marks included', () => {
  fc.assert(
    fc.property(marks, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (text, cuts) => {
      const bytes = Buffer.from(text, 'latin1');
      const splitter = new CsvSplitter();
      const found: string[] = [];
      const whole: string[] = [];
      const take = (spans: ReturnType<CsvSplitter['end']>): void => {
        whole.push(spans.bytes.toString('latin1'));
        for (const [i, start] of spans.starts.entries()) {
          found.push(spans.bytes.toString('latin1', start, spans.ends[i]));
        }
      };
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = cuts[turn % cuts.length]!;
        // What was pushed may change at once: the splitter keeps nothing of it.
        const chunk = Uint8Array.from(bytes.subarray(at, at + size));
        take(splitter.push(chunk));
        chunk.fill(0);
        at += size;
      }
      take(splitter.end());
      expect(found).toEqual(recordsByCells(text));
      expect(whole.join('')).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
