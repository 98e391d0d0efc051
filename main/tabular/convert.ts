/**
 * A data file as the platform reads it: UTF-8, and commas between the cells of a CSV. Check and
 * sealing read through this one transform, so that what was checked is what is sealed; the file on
 * disk is never written to.
 */
import type { Delimiter, FileFacts } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { decodeWindows1252 } from './encoding.ts';
import { LastCellCutter } from './failure-column.ts';
import type { LineRewriter } from './lines.ts';
import { closingQuote, endOfContent, QUOTE, rewriteLines } from './lines.ts';
import { DELIMITER_WORDS, ENCODING_WORDS } from './notices.ts';
import { recordLines } from './returned-records.ts';
import { invalidUtf8Offset, wholeUtf8Length } from './utf8.ts';

/** Only the halves that have no other half match: a proper pair is one character here. */
const LONE_SURROGATE = /\p{Surrogate}/u;

type Bytes = AsyncIterable<Uint8Array>;
type ConvertedFacts = Pick<
  FileFacts,
  'name' | 'format' | 'encoding' | 'delimiter' | 'header' | 'failureColumn' | 'returnedRecords'
>;

/** What keeps the platform from reading the file as it is, in words; undefined when nothing does. */
export function conversionNeeded(
  facts: Pick<FileFacts, 'format' | 'encoding' | 'delimiter' | 'failureColumn' | 'returnedRecords'>,
): string | undefined {
  const found = [
    ...(facts.encoding === 'utf-8' ? [] : [`encoded as ${ENCODING_WORDS[facts.encoding]}`]),
    ...(hasOtherDelimiter(facts) ? [`separated by ${DELIMITER_WORDS[facts.delimiter]}`] : []),
    ...(facts.failureColumn === 'left-out' ? ['marked with why its rows failed'] : []),
  ];
  return found.length === 0 ? undefined : found.join(' and ');
}

function hasOtherDelimiter({
  format,
  delimiter,
  returnedRecords,
}: Pick<FileFacts, 'format' | 'delimiter' | 'returnedRecords'>): boolean {
  return (format === 'csv' || returnedRecords === 'taken-out') && delimiter !== ',';
}

/**
 * The file's bytes as UTF-8 with commas, without a BOM, and without the last column where the user
 * agreed to leave out why rows failed; records that came back in a CSV as they were, one a line. Rows, line ends and quoting stay as they are, faulty quoting
 * too; a bare cell that holds a comma is put in quotation marks.
 *
 * @throws AppError TEXT_UNREADABLE for bytes that are not of the encoding, RECORD_TOO_LARGE,
 *   RETURNED_ROW_BROKEN, and what `source` throws
 */
export function convert(source: Bytes, facts: ConvertedFacts): AsyncGenerator<Uint8Array> {
  const { name, delimiter, header, failureColumn, returnedRecords } = facts;
  let text = decode(source, facts);
  if (hasOtherDelimiter(facts)) text = rewriteLines(text, name, new CommaRewriter(delimiter));
  if (returnedRecords === 'taken-out') return recordLines(text, name);
  if (failureColumn === 'left-out') {
    text = rewriteLines(text, name, new LastCellCutter(name, header.length));
  }
  return text;
}

async function* decode(source: Bytes, facts: ConvertedFacts): AsyncGenerator<Buffer> {
  const toUtf8 = DECODERS[facts.encoding];
  const unreadable = (offset: number): AppError =>
    new AppError('TEXT_UNREADABLE', {
      file: facts.name,
      encoding: ENCODING_WORDS[facts.encoding],
      offset,
    });
  let carried: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of source) {
    const bytes = carried.length > 0 ? Buffer.concat([carried, chunk]) : Buffer.from(chunk);
    const { utf8, used, wrongAt } = toUtf8(bytes);
    if (wrongAt !== undefined) throw unreadable(offset + wrongAt);
    const isStart = offset === 0 && utf8.length > 0;
    if (used > 0) yield isStart ? withoutBom(utf8) : utf8;
    offset += used;
    carried = bytes.subarray(used);
  }
  if (carried.length > 0) throw unreadable(offset);
}

interface Decoded {
  readonly utf8: Buffer;
  /** Bytes decoded; the rest is the beginning of a character. */
  readonly used: number;
  /** The first byte that is not of the encoding. */
  readonly wrongAt?: number;
}

const DECODERS: Readonly<Record<FileFacts['encoding'], (bytes: Buffer) => Decoded>> = {
  'utf-8': (bytes) => {
    const wrongAt = invalidUtf8Offset(bytes, true);
    if (wrongAt >= 0) return { utf8: bytes, used: 0, wrongAt };
    const used = wholeUtf8Length(bytes);
    return { utf8: bytes.subarray(0, used), used };
  },
  'utf-16le': decodeUtf16,
  'utf-16be': (bytes) => decodeUtf16(Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16()),
  'windows-1252': (bytes) => ({
    utf8: Buffer.from(decodeWindows1252(bytes), 'utf8'),
    used: bytes.length,
  }),
};

/** Little endian. */
function decodeUtf16(bytes: Buffer): Decoded {
  let used = bytes.length & ~1;
  const isHalf = used > 0 && ((bytes[used - 1] ?? 0) & 0xfc) === 0xd8;
  if (isHalf) used -= 2;
  const text = bytes.toString('utf16le', 0, used);
  const lone = LONE_SURROGATE.exec(text);
  const utf8 = Buffer.from(text, 'utf8');
  return lone ? { utf8, used, wrongAt: 2 * lone.index } : { utf8, used };
}

function withoutBom(utf8: Buffer): Buffer {
  return utf8[0] === 0xef && utf8[1] === 0xbb && utf8[2] === 0xbf ? utf8.subarray(3) : utf8;
}

class CommaRewriter implements LineRewriter {
  line = 1;
  readonly #delimiter: Delimiter;
  #isInQuotes = false;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  rewrite(text: string): string {
    let out = '';
    for (let at = 0; at < text.length;) {
      const lineFeed = text.indexOf('\n', at);
      const next = lineFeed < 0 ? text.length : lineFeed + 1;
      const line = text.slice(at, next);
      out +=
        this.#isInQuotes || line.includes(QUOTE) ? this.#quotedLine(line) : this.#bareLine(line);
      at = next;
      this.line += 1;
    }
    return out;
  }

  end(): string {
    return '';
  }

  #bareLine(line: string): string {
    if (!line.includes(',')) return line.replaceAll(this.#delimiter, ',');
    const end = endOfContent(line);
    const cells = line.slice(0, end).split(this.#delimiter);
    return cells.map(inQuotesIfNeeded).join(',') + line.slice(end);
  }

  #quotedLine(line: string): string {
    const end = endOfContent(line);
    let out = '';
    for (let at = 0; ; at += 1) {
      const isQuoted = this.#isInQuotes || line.startsWith(QUOTE, at);
      if (isQuoted) {
        const from = this.#isInQuotes ? at : at + 1;
        const close = closingQuote(line, from);
        this.#isInQuotes = close < 0;
        if (close < 0) return out + line.slice(at);
        out += line.slice(at, close + 1);
        at = close + 1;
      }
      const delimiter = line.indexOf(this.#delimiter, at);
      const cellEnd = delimiter < 0 ? end : delimiter;
      const bare = line.slice(at, cellEnd);
      // A stray mark is a fault that must stay one: a comma set free here could hide it.
      const isStray = isQuoted || bare.includes(QUOTE);
      out += isStray ? bare.replaceAll(',', this.#delimiter) : inQuotesIfNeeded(bare);
      if (delimiter < 0) return out + line.slice(end);
      out += ',';
      at = cellEnd;
    }
  }
}

function inQuotesIfNeeded(bare: string): string {
  return bare.includes(',') ? `"${bare}"` : bare;
}
