/**
 * JSON records that came back because they failed: a CSV whose rows hold each record's text, and why it
 * failed behind it. They are sent again as what they were, one a line.
 */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { CsvReader } from './csv-reader.ts';
import { FAILURE_HEADER } from './failure-column.ts';
import type { Rec } from './record.ts';

/** As the platform names it. */
export const RECORD_HEADER = 'Record';

export function holdsReturnedRecords(header: readonly string[]): boolean {
  const [record, failure, ...others] = header.map((name) => name.trim());
  return record === RECORD_HEADER && failure === FAILURE_HEADER && others.length === 0;
}

/** The name under which such a file is sent: the format is told by the name. */
export function sentName(
  sourceName: string,
  { returnedRecords }: Pick<FileFacts, 'returnedRecords'>,
): string {
  return returnedRecords === 'taken-out'
    ? `${sourceName.replace(/\.csv$/i, '')}.ndjson`
    : sourceName;
}

/** @throws AppError RETURNED_ROW_BROKEN, RECORD_TOO_LARGE, and what `text` throws */
export async function* recordLines(
  text: AsyncIterable<Uint8Array>,
  fileName: string,
): AsyncGenerator<Buffer> {
  const reader = new CsvReader({ fileName });
  for await (const chunk of text) {
    const lines = linesOf(reader.push(Buffer.from(chunk)), fileName);
    if (lines !== '') yield Buffer.from(lines, 'utf8');
  }
  const last = linesOf(reader.end(), fileName);
  if (last !== '') yield Buffer.from(last, 'utf8');
}

/** The header is row 0 and no record. */
export function linesOf(rows: readonly Rec[], file: string): string {
  return rows
    .filter(({ row }) => row > 0)
    .map(({ line, cells: [record = ''], fault }) => {
      if (fault && fault.kind !== 'nul') throw new AppError('RETURNED_ROW_BROKEN', { file, line });
      // Between values a tab is a blank as a line end is, and within quotes as wrong; a line that is blank
      // would be no record at all.
      return record.trim() === '' ? 'null\n' : `${record.replace(/[\r\n]/g, '\t')}\n`;
    })
    .join('');
}
