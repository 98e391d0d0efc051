/** Which character separates the cells: the one with which most of the first records agree in width. */
import type { Delimiter } from '../../shared/domain/data-file.ts';
import { CsvReader } from './csv-reader.ts';
import type { Rec } from './record.ts';

/** The comma first: it wins a tie. */
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];
const LOOKED_RECORDS = 50;
const LOOKED_BYTES = 64 * 1024;

/** `utf8`: the file's beginning. A file of one column counts as separated by commas. */
export function detectDelimiter(utf8: Uint8Array): Delimiter {
  const looked = utf8.subarray(0, LOOKED_BYTES);
  let best: { delimiter: Delimiter; agreement: number; width: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const reader = new CsvReader({ fileName: '', delimiter });
    const records = reader.push(looked);
    if (looked.length === utf8.length || records.length === 0) records.push(...reader.end());
    const { agreement, width } = measure(records.slice(0, LOOKED_RECORDS));
    const isBetter =
      !best || agreement > best.agreement || (agreement === best.agreement && width > best.width);
    if (width > 1 && isBetter) best = { delimiter, agreement, width };
  }
  return best?.delimiter ?? ',';
}

/** `agreement`: the share of sound records as wide as the header. */
function measure(records: readonly Rec[]): { agreement: number; width: number } {
  const sound = records.filter((record) => record.fault === undefined).length;
  return { agreement: sound / Math.max(records.length, 1), width: records[0]?.cells.length ?? 0 };
}
