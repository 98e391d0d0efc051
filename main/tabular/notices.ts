/** What a look at a data file noticed, in plain sentences, and the words for encodings and delimiters. */
import type { Delimiter, FileNotice, TextEncoding } from '../../shared/domain/data-file.ts';
import type { FoundEncoding } from './encoding.ts';
import { FAILURE_HEADER } from './failure-column.ts';
import type { Rec } from './record.ts';
import { holdsReturnedRecords } from './returned-records.ts';

export interface Look {
  readonly found: FoundEncoding;
  readonly delimiter: Delimiter;
  readonly header: Rec | undefined;
  readonly rows: readonly Rec[];
  /** The last column says why rows failed. */
  readonly hasFailures: boolean;
}

export const DELIMITER_WORDS: Readonly<Record<Delimiter, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

export const ENCODING_WORDS: Readonly<Record<TextEncoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little endian)',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
};

/** In the order of the file: encoding, delimiter, header, rows. */
export function collectNotices(look: Look): FileNotice[] {
  return [
    ...encodingNotices(look.found),
    ...delimiterNotices(look.delimiter),
    ...(look.hasFailures ? [failureColumn(look.header?.cells ?? [])] : []),
    ...(look.header ? headerNotices(look.header.cells) : [EMPTY]),
    ...rowNotices(look.header ? [look.header, ...look.rows] : []),
  ];
}

const EMPTY: FileNotice = { code: 'EMPTY', message: 'The file is empty: it has no header line.' };

function failureColumn(header: readonly string[]): FileNotice {
  const message = holdsReturnedRecords(header)
    ? `Each row of this file holds a JSON record, and why it failed before. Sealift can take the records out, one a line, while it checks and seals; the file itself stays as it is.`
    : `The last column, “${FAILURE_HEADER}”, says why rows failed before. Sealift can leave it out while it checks and seals; the file itself stays as it is.`;
  return { code: 'FAILURE_COLUMN', message };
}

export function encodingNotices(found: FoundEncoding): FileNotice[] {
  if (found.encoding !== 'utf-8') {
    const message = `The text is ${ENCODING_WORDS[found.encoding]}; the platform reads UTF-8 only. Sealift can convert it to UTF-8 while it checks and seals; the file itself stays as it is.`;
    return [{ code: 'ENCODING_CONVERTIBLE', message }];
  }
  const notices: FileNotice[] = [];
  if (found.hasBom) {
    const message = 'The file begins with a byte order mark; it is left out of the data.';
    notices.push({ code: 'BOM_REMOVED', message });
  }
  if (found.invalidAt !== undefined) {
    const message = `Byte ${found.invalidAt} of the file is not UTF-8, though other parts of it are.`;
    notices.push({ code: 'INVALID_UTF8', message });
  }
  return notices;
}

function delimiterNotices(delimiter: Delimiter): FileNotice[] {
  if (delimiter === ',') return [];
  const message = `The cells are separated by ${DELIMITER_WORDS[delimiter]}; the platform reads commas only. Sealift can write commas while it checks and seals; the file itself stays as it is.`;
  return [{ code: 'DELIMITER_CONVERTIBLE', message }];
}

/** A header of a million faulty names tells no more than its first ten. */
const MAX_HEADER_NOTICES = 10;

function headerNotices(header: readonly string[]): FileNotice[] {
  const notices: FileNotice[] = [];
  const seen = new Map<string, number>();
  header.forEach((name, index) => {
    const column = index + 1;
    if (name.trim() === '') {
      notices.push({
        code: 'BLANK_HEADER',
        message: `Column ${column} has no name in the header.`,
      });
      return;
    }
    const first = seen.get(name);
    if (first === undefined) seen.set(name, column);
    else {
      const message = `Columns ${first} and ${column} have the same name, “${name}”.`;
      notices.push({ code: 'DUPLICATE_HEADER', message });
    }
  });
  return notices.slice(0, MAX_HEADER_NOTICES);
}

function rowNotices(records: readonly Rec[]): FileNotice[] {
  const notices: FileNotice[] = [];
  const ragged = records.find((record) => record.fault?.kind === 'ragged');
  if (ragged?.fault?.kind === 'ragged') {
    const { cells, columns } = ragged.fault;
    const message = `Line ${ragged.line} (row ${ragged.row}) has ${cells} cells where the header has ${columns}.`;
    notices.push({ code: 'RAGGED_ROW', message });
  }
  const nul = records.find((record) => record.fault?.kind === 'nul');
  if (nul) {
    const message = `Line ${nul.line} holds a NUL byte, which no text should.`;
    notices.push({ code: 'NUL_BYTE', message });
  }
  return notices;
}
