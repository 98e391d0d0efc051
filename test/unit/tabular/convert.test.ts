/** Conversion: the same rows, lines and faults as in the file itself, in chunks cut anywhere; bad text is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader } from '../../../main/tabular/csv-reader.ts';
import { conversionNeeded, convert } from '../../../main/tabular/index.ts';
import type { Rec } from '../../../main/tabular/record.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { LIMITS } from '../../../shared/domain/manifest.ts';

type Kind = Partial<Pick<FileFacts, 'format' | 'encoding' | 'delimiter'>>;

async function converted(bytes: Uint8Array, kind: Kind, chunkBytes?: number): Promise<Buffer> {
  const size = chunkBytes ?? (bytes.length || 1);
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) {
      yield await Promise.resolve(bytes.subarray(at, at + size));
    }
  }
  const facts = {
    name: 'a.csv',
    format: 'csv',
    encoding: 'utf-8',
    delimiter: ',',
    header: [],
    ...kind,
  } as const;
  const parts: Uint8Array[] = [];
  for await (const part of convert(source(), facts)) parts.push(part);
  return Buffer.concat(parts);
}

function records(bytes: Uint8Array, delimiter: FileFacts['delimiter']): Rec[] {
  const reader = new CsvReader({ fileName: 'a.csv', delimiter });
  return [...reader.push(bytes), ...reader.end()];
}

/** A faulty record is cut into cells somehow; what counts is that it stays faulty. */
const comparable = (record: Rec): unknown =>
  record.fault?.kind === 'quoting' ? { ...record, cells: [] } : record;

const delimiter = fc.constantFrom(';', '\t', '|');
const chunkBytes = fc.integer({ min: 1, max: 30 });

describe('other delimiters', () => {
  it('become commas: row for row, line for line, fault for fault', async () => {
    const mark = fc.constantFrom('a', 'é', '"', '""', ',', ';', '\t', '|', '\n', '\r', '\r\n', ' ');
    const text = fc.array(mark, { maxLength: 30 }).map((marks) => marks.join(''));
    let faulty = 0;
    const run = fc.asyncProperty(text, delimiter, chunkBytes, async (text, delimiter, chunk) => {
      const bytes = Buffer.from(text);
      const expected = records(bytes, delimiter);
      const commas = await converted(bytes, { delimiter }, chunk);
      expect(records(commas, ',').map(comparable)).toEqual(expected.map(comparable));
      if (expected.some(({ fault }) => fault?.kind === 'quoting')) faulty += 1;
    });
    await fc.assert(run, { numRuns: 2000 });
    expect(faulty).toBeGreaterThan(300);
    expect(faulty).toBeLessThan(1800);
  });

  it('are left alone in quotation marks; bare commas are put in them', async () => {
    const bytes = Buffer.from('a;b\r\n1,5;"x;""y"\r\n"1\n2";,\n');
    const commas = await converted(bytes, { delimiter: ';' });
    expect(commas.toString()).toBe('a,b\r\n"1,5","x;""y"\r\n"1\n2",","\n');
  });

  it('of JSON do not exist', async () => {
    const bytes = Buffer.from('[{"a;b":1}]');
    expect(await converted(bytes, { format: 'json', delimiter: ';' })).toEqual(bytes);
  });

  it('a line without end is refused instead of held in memory', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a;b\n1;'),
      Buffer.alloc(LIMITS.recordBytes + 1, 'x'),
    ]);
    const run = converted(bytes, { delimiter: ';' }, 1024 * 1024);
    await expect(run).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE', params: { line: 2 } });
  });
});

const utf16 = { 'utf-16le': (b: Buffer) => b, 'utf-16be': (b: Buffer) => b.swap16() } as const;

describe('other encodings', () => {
  it('UTF-16 becomes UTF-8, with and without a mark', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.replace(/^\uFEFF+/, ''));
    const encoding = fc.constantFrom('utf-16le', 'utf-16be');
    const run = fc.asyncProperty(
      text,
      encoding,
      fc.boolean(),
      chunkBytes,
      async (text, encoding, hasMark, chunk) => {
        const bytes = utf16[encoding](Buffer.from((hasMark ? '\uFEFF' : '') + text, 'utf16le'));
        expect((await converted(bytes, { encoding }, chunk)).toString()).toBe(text);
      },
    );
    await fc.assert(run, { numRuns: 500 });
  });

  it('Windows-1252 becomes UTF-8', async () => {
    const bytes = Buffer.from('a,b\nZo\xeb,\x80\x99\xff\n', 'latin1');
    const utf8 = await converted(bytes, { encoding: 'windows-1252' }, 3);
    expect(utf8.toString()).toBe('a,b\nZoë,€™ÿ\n');
  });

  it('together with another delimiter, and without the mark', async () => {
    const bytes = Buffer.from('\uFEFFa|b\nx,y|é\n', 'utf16le');
    const utf8 = await converted(bytes, { encoding: 'utf-16le', delimiter: '|' }, 5);
    expect(utf8.toString()).toBe('a,b\n"x,y",é\n');
    const marked = Buffer.from('\uFEFFa;b\n');
    expect((await converted(marked, { delimiter: ';' }, 1)).toString()).toBe('a,b\n');
  });

  it.each<[string, Uint8Array, FileFacts['encoding'], number]>([
    ['half of a pair', Buffer.from('ab\ud800c', 'utf16le'), 'utf-16le', 4],
    ['the other half', Buffer.from('ab\udc00', 'utf16le').swap16(), 'utf-16be', 4],
    ['half of a pair at the end', Buffer.from('😀\ud83d', 'utf16le'), 'utf-16le', 4],
    ['an odd byte', Buffer.from([0x61, 0, 0x62]), 'utf-16le', 2],
    ['a byte that is not UTF-8', Buffer.from([0x61, 0xc3, 0xa9, 0xff, 0x61]), 'utf-8', 3],
    ['a character cut off by the end', Buffer.from([0x61, 0xe6, 0xbc]), 'utf-8', 1],
  ])('%s is refused at its byte', async (_, bytes, encoding, offset) => {
    for (const chunk of [1, 2, 3, 100]) {
      const run = converted(bytes, { encoding, delimiter: ';' }, chunk);
      await expect(run).rejects.toMatchObject({ code: 'TEXT_UNREADABLE', params: { offset } });
    }
  });
});

describe('conversionNeeded', () => {
  it.each<[Kind, string | undefined]>([
    [{}, undefined],
    [{ format: 'json', delimiter: ';' }, undefined],
    [{ delimiter: '\t' }, 'separated by tabs'],
    [{ encoding: 'windows-1252' }, 'encoded as Windows-1252'],
    [
      { encoding: 'utf-16le', delimiter: ';' },
      'encoded as UTF-16 (little endian) and separated by semicolons',
    ],
  ])('%j', (kind, words) => {
    expect(conversionNeeded({ format: 'csv', encoding: 'utf-8', delimiter: ',', ...kind })).toBe(
      words,
    );
  });
});
