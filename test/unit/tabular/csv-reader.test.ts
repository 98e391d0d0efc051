/** The CSV reader: against csv-parse over generated files cut at every byte, and each fault by hand. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, type CsvReaderOptions } from '../../../main/tabular/csv-reader.ts';
import type { Rec } from '../../../main/tabular/record.ts';

function read(
  data: string | Uint8Array,
  options: { chunkBytes?: number } & Partial<CsvReaderOptions> = {},
): Rec[] {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data);
  const reader = new CsvReader({ fileName: 'data.csv', ...options });
  const chunkBytes = options.chunkBytes ?? (bytes.length || 1);
  const records: Rec[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    records.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  }
  return [...records, ...reader.end()];
}

const cellsOf = (records: readonly Rec[]): (readonly string[])[] => records.map((r) => r.cells);

const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** A cell as written, bare where RFC 4180 allows it. */
const writtenCell = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom('a', 'é', '漢', '😀', '"', ',', '\n', '\r', '\r\n', ' ', ';', '1'),
      maxLength: 6,
    }),
    fc.boolean(),
  )
  .map(([cell, always]) => (always || /[",\r\n]/.test(cell) ? quote(cell) : cell));

const writtenFile = fc
  .record({
    rows: fc.array(fc.array(writtenCell, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    hasLastLineEnd: fc.boolean(),
    bom: fc.boolean(),
  })
  .map(({ rows, lineEnd, hasLastLineEnd, bom }) => {
    const lines = rows.map((row) => row.join(',')).join(lineEnd);
    return (bom ? '\uFEFF' : '') + lines + (hasLastLineEnd ? lineEnd : '');
  });

describe('wanted columns', () => {
  /** Rows that are sound and rows that are not, in one file: bad bytes, NUL, stray marks, blank and ragged lines. */
  const anyFile = fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('ab,"c, d",é,12') },
        { weight: 2, arbitrary: fc.constant('漢字,,"x\ny", 7') },
        fc.constantFrom(
          '',
          '\r',
          'a,b',
          '"a""b",c,d,e',
          '"",,,',
          'a"b,c,d,e',
          '"a"b,c,d,e',
          'a,\0,c,d',
        ),
        fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\r', ' '), maxLength: 12 }),
      ),
      { maxLength: 12 },
    )
    .chain((lines) =>
      fc.record({
        text: fc.constantFrom('\n', '\r\n').map((end) => ['h1,h2,h3,h4', ...lines].join(end)),
        end: fc.constantFrom('', '\n', '\r\n', '"'),
        badAt: fc.option(fc.nat({ max: 80 }), { freq: 3 }),
      }),
    )
    .map(({ text, end, badAt }) => {
      const bytes = Buffer.from(text + end);
      if (badAt !== undefined && badAt !== null && badAt < bytes.length) bytes[badAt] = 0xff;
      return bytes;
    });

  it('are read as without the wish, faults and places included; the others of a sound row are empty', () => {
    let sound = 0;
    fc.assert(
      fc.property(anyFile, fc.integer({ min: 1, max: 60 }), (bytes, chunkBytes) => {
        const all = read(bytes, { chunkBytes });
        const some = read(bytes, { chunkBytes, wanted: [0, 2] });
        expect(some.map(({ cells: _, ...rest }) => rest)).toEqual(
          all.map(({ cells: _, ...rest }) => rest),
        );
        for (const [index, { cells, fault }] of all.entries()) {
          const found = some[index]!.cells;
          expect(found).toHaveLength(cells.length);
          const isSound = found[1] === '' && cells[1] !== '';
          if (isSound) sound += 1;
          if (fault) expect(found).toEqual(cells);
          else expect([found[0], found[2]]).toEqual([cells[0], cells[2]]);
        }
      }),
      { numRuns: 500 },
    );
    expect(sound).toBeGreaterThan(100);
  });
});

describe('the CSV reader and csv-parse', () => {
  it('agree on every generated file, whole or in chunks of any size', () => {
    fc.assert(
      fc.property(writtenFile, fc.integer({ min: 1, max: 40 }), (text, chunkBytes) => {
        const expected: unknown = parse(text, {
          bom: true,
          relax_column_count: true,
          skip_empty_lines: true,
          record_delimiter: ['\n', '\r\n'],
        });
        expect(cellsOf(read(text))).toEqual(expected);
        expect(read(text, { chunkBytes })).toEqual(read(text));
      }),
      { numRuns: 1500 },
    );
  });

  it('agree on line numbers', () => {
    fc.assert(
      fc.property(writtenFile, (text) => {
        const content = text.replace(/^\uFEFF/, '');
        for (const record of read(text)) {
          const before = content
            .split('\n')
            .slice(0, record.line - 1)
            .join('\n');
          const from = record.line === 1 ? content : content.slice(before.length + 1);
          const [first] = read(from);
          expect(first?.cells).toEqual(record.cells);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agree at every single chunk boundary of a file with everything in it', () => {
    const text =
      '\uFEFFid,"na""me",note\r\n1,"Zoë\r\nB","x,y"\r\n\r\n2,漢字,\n"3","","😀"\n4,a,"last"';
    const bytes = Buffer.from(text, 'utf8');
    const whole = read(text);
    expect(cellsOf(whole)).toEqual([
      ['id', 'na"me', 'note'],
      ['1', 'Zoë\r\nB', 'x,y'],
      ['2', '漢字', ''],
      ['3', '', '😀'],
      ['4', 'a', 'last'],
    ]);
    expect(whole.map((record) => record.line)).toEqual([1, 2, 5, 6, 7]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = new CsvReader({ fileName: 'data.csv' });
      const first = reader.push(bytes.subarray(0, cut));
      const rest = reader.push(bytes.subarray(cut));
      expect([...first, ...rest, ...reader.end()]).toEqual(whole);
    }
  });
});

describe('random bytes', () => {
  it('never throw, and read alike in chunks of any size', () => {
    const byte = fc.constantFrom(0x22, 0x2c, 0x0a, 0x0d, 0x61, 0x00, 0xc3, 0xa9, 0xff, 0xef, 0xbb);
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const bytes = Uint8Array.from(all);
          expect(read(bytes, { chunkBytes: size })).toEqual(read(bytes));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('faults of structure', () => {
  const faultsOf = (data: string | Uint8Array): unknown[] =>
    read(data)
      .filter((record) => record.fault)
      .map((record) => ({ row: record.row, line: record.line, ...record.fault }));

  it.each<[string, string | Uint8Array, unknown[]]>([
    ['none', 'a,b\n1,2\n', []],
    ['too few cells', 'a,b\n1,2\n3\n', [{ row: 2, line: 3, kind: 'ragged', cells: 1, columns: 2 }]],
    ['too many cells', 'a,b\n1,2,3', [{ row: 1, line: 2, kind: 'ragged', cells: 3, columns: 2 }]],
    [
      'a quotation mark in a bare cell',
      'a,b\n1,2"3\n4,5\n',
      [{ row: 1, line: 2, kind: 'quoting', unterminated: false }],
    ],
    [
      'text behind a closing mark',
      'a,b\n"1"x,2\n',
      [{ row: 1, line: 2, kind: 'quoting', unterminated: false }],
    ],
    [
      'a mark that never closes',
      'a,b\n1,2\n3,"4\n5,6\n',
      [{ row: 2, line: 3, kind: 'quoting', unterminated: true }],
    ],
    ['a NUL byte', 'a,b\n1,\0\n', [{ row: 1, line: 2, kind: 'nul' }]],
    [
      'bytes that are not UTF-8',
      Buffer.from('a,b\n1,é\n2,\xff\n3,4\n5,\xfe', 'latin1'),
      [
        { row: 1, line: 2, kind: 'encoding', byteOffset: 6 },
        { row: 2, line: 3, kind: 'encoding', byteOffset: 10 },
        { row: 4, line: 5, kind: 'encoding', byteOffset: 18 },
      ],
    ],
    [
      'a wrong byte within a record of several lines',
      Buffer.concat([Buffer.from('\uFEFFa\n"1\n2'), Buffer.of(0x80), Buffer.from('\n3"\n4\n')]),
      [{ row: 1, line: 2, kind: 'encoding', byteOffset: 9 }],
    ],
  ])('%s', (_, data, expected) => {
    expect(faultsOf(data)).toEqual(expected);
  });

  it('goes on behind a faulty record', () => {
    expect(cellsOf(read('a,b\n"1"x,2\n3,4"4\n5,6'))).toEqual([
      ['a', 'b'],
      ['1x', '2'],
      ['3', '4"4'],
      ['5', '6'],
    ]);
  });

  it('stops at a record beyond the limit and names its line', () => {
    const tooLong = `a\nb\n"${'x'.repeat(100)}"\n`;
    expect(() => read(tooLong, { maxRecordBytes: 102 })).not.toThrow();
    for (const chunkBytes of [1, 7, 1000]) {
      expect(() => read(tooLong, { maxRecordBytes: 101, chunkBytes })).toThrow(
        expect.objectContaining({
          code: 'RECORD_TOO_LARGE',
          params: expect.objectContaining({ line: 3 }),
        }),
      );
    }
  });

  it('does not swallow a large file behind a mark that never closes', () => {
    const endless = `a,b\n1,"2\n${'3,4\n'.repeat(1000)}`;
    expect(() => read(endless, { maxRecordBytes: 1000, chunkBytes: 64 })).toThrow(/line 2/);
  });
});
