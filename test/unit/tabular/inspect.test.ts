/** The first look at a file, and the stream of its records. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { inspectFile, readRecords, type Rec } from '../../../main/tabular/index.ts';
import { invalidUtf8Offset } from '../../../main/tabular/utf8.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-tabular-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(content: string | Uint8Array, name = 'data.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function inspect(content: string | Uint8Array): Promise<FileFacts> {
  return inspectFile(await write(content));
}

async function readAll(path: string): Promise<Rec[]> {
  const records: Rec[] = [];
  for await (const batch of readRecords(path, await inspectFile(path))) records.push(...batch);
  return records;
}

const codes = (facts: FileFacts): string[] => facts.notices.map(({ code }) => code);

/** As UTF-16BE. */
const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('inspectFile', () => {
  it('tells all of a small file exactly', async () => {
    const facts = await inspect('id,"na,me"\r\n1,"a\r\nb"\r\n2,c\r\n');
    expect(facts).toEqual({
      name: 'data.csv',
      sizeBytes: 27,
      format: 'csv',
      encoding: 'utf-8',
      delimiter: ',',
      header: ['id', 'na,me'],
      sample: [
        ['1', 'a\r\nb'],
        ['2', 'c'],
      ],
      rows: 2,
      rowsExact: true,
      notices: [],
    });
  });

  it('samples a thousand rows, each as long as the header', async () => {
    const facts = await inspect(`a,b\n1\n1,2,3\n${'x,y\n'.repeat(1_030)}`);
    expect(facts.sample).toHaveLength(1_000);
    expect(facts.sample.slice(0, 3)).toEqual([
      ['1', ''],
      ['1', '2'],
      ['x', 'y'],
    ]);
    expect(facts.rows).toBe(1_032);
    expect(facts.notices).toEqual([
      {
        code: 'RAGGED_ROW',
        message: 'Line 2 (row 1) has 1 cells where the header has 2.',
      },
    ]);
  });

  it('counts the rows behind the sample, and tells of a fault there', async () => {
    const rows = `${'x,y\n'.repeat(1_500)}"two\nlines",y\n\n1,2,3\nx,y`;
    const facts = await inspect(`a,b\n${rows}`);
    expect(facts).toMatchObject({ rows: 1_503, rowsExact: true });
    expect(facts.sample).toHaveLength(1_000);
    expect(facts.notices).toMatchObject([
      { message: 'Line 1505 (row 1502) has 3 cells where the header has 2.' },
    ]);
  });

  it('shows no more than the beginning of a long cell', async () => {
    const facts = await inspect(`a\n${'x'.repeat(501)}\n`);
    expect(facts.sample).toEqual([['x'.repeat(500)]]);
  });

  it('takes the name it is given for the format and for errors', async () => {
    const path = await write('a\n1\n', 'upload.tmp');
    expect((await inspectFile(path, 'users.CSV')).name).toBe('users.CSV');
    await expect(inspectFile(path)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    await expect(inspectFile(path, 'settings.ini')).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      params: { file: 'settings.ini' },
    });
    expect(await inspectFile(path, 'a.json')).toMatchObject({ name: 'a.json', format: 'json' });
  });

  it.each<[string, string | Uint8Array, Partial<FileFacts>, string[]]>([
    [
      'a byte order mark',
      '\uFEFFa,b\n',
      { encoding: 'utf-8', header: ['a', 'b'] },
      ['BOM_REMOVED'],
    ],
    [
      'UTF-16 with a mark',
      Buffer.from('\uFEFFa,é\n1,漢\n', 'utf16le'),
      { encoding: 'utf-16le', header: ['a', 'é'], sample: [['1', '漢']] },
      ['ENCODING_CONVERTIBLE'],
    ],
    [
      'big-endian UTF-16 with a mark',
      bigEndian('\uFEFFa,é\n1,2\n'),
      { encoding: 'utf-16be', header: ['a', 'é'] },
      ['ENCODING_CONVERTIBLE'],
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('name,city\nAda,London\n', 'utf16le'),
      { encoding: 'utf-16le', header: ['name', 'city'] },
      ['ENCODING_CONVERTIBLE'],
    ],
    [
      'big-endian UTF-16 without a mark',
      bigEndian('name,city\nAda,London\n'),
      { encoding: 'utf-16be', header: ['name', 'city'] },
      ['ENCODING_CONVERTIBLE'],
    ],
    [
      'Windows-1252',
      Buffer.from('name\nZo\xeb \x80\n', 'latin1'),
      { encoding: 'windows-1252', sample: [['Zoë €']] },
      ['ENCODING_CONVERTIBLE'],
    ],
    [
      'UTF-8 with a damaged byte',
      Buffer.concat([Buffer.from('name\nZoë\n'), Buffer.of(0xff, 0x0a)]),
      { encoding: 'utf-8' },
      ['INVALID_UTF8'],
    ],
    [
      'semicolons',
      'a;b\n1,5;2\n',
      { delimiter: ';', header: ['a', 'b'] },
      ['DELIMITER_CONVERTIBLE'],
    ],
    [
      'tabs',
      'a\tb\n"x,\ty"\t2\n',
      { delimiter: '\t', sample: [['x,\ty', '2']] },
      ['DELIMITER_CONVERTIBLE'],
    ],
    ['bars', 'a|b|c\n1|2|3\n', { delimiter: '|' }, ['DELIMITER_CONVERTIBLE']],
    ['commas with other marks in cells', 'a,b\n"x;y;z",1|2|3\n', { delimiter: ',' }, []],
    ['one column', 'identity\nu1\n', { delimiter: ',', header: ['identity'] }, []],
    ['names twice', 'a,b,a\n', { rows: 0 }, ['DUPLICATE_HEADER']],
    ['a blank name', 'a,,b\n', { rows: 0 }, ['BLANK_HEADER']],
    ['a NUL byte', 'a,b\n1,\0\n', {}, ['NUL_BYTE']],
    ['nothing', '', { header: [], rows: 0, rowsExact: true }, ['EMPTY']],
    ['a byte order mark alone', '\uFEFF', { header: [] }, ['BOM_REMOVED', 'EMPTY']],
    ['a header alone, not ended', 'a,b', { header: ['a', 'b'], rows: 0 }, []],
  ])('%s', async (_, content, expected, notices) => {
    const facts = await inspect(content);
    expect(facts).toMatchObject(expected);
    expect(codes(facts)).toEqual(notices);
  });

  it('estimates the rows of a large file from its first part', async () => {
    const facts = await inspect(`id,text\n${'12345,some text here\n'.repeat(500_000)}`);
    expect(facts.rowsExact).toBe(false);
    expect(Math.abs(facts.rows - 500_000)).toBeLessThan(5_000);
    expect(facts.notices).toEqual([]);
  });

  it('is not misled by a character cut in two at the end of the look', async () => {
    const facts = await inspect(`a\n${'é漢\n'.repeat(2_000_000)}`);
    expect(facts).toMatchObject({ encoding: 'utf-8', rowsExact: false, notices: [] });
  });

  it('refuses a large file without a line end', async () => {
    await expect(inspect('x'.repeat(9 * 1024 * 1024))).rejects.toMatchObject({
      code: 'HEADER_TOO_LONG',
    });
  });
});

describe('inspectFile on JSON', () => {
  const inspectJson = async (content: string | Uint8Array, name = 'data.json') =>
    inspectFile(await write(content, name));

  it('takes the keys of all records as columns, in the order in which they are first seen', async () => {
    const facts = await inspectJson(
      '{"d":[{"id":1,"b":"x\\ny"},{"c":null,"id":1.0},\n{"b":true}]}',
    );
    expect(facts).toEqual({
      name: 'data.json',
      sizeBytes: 59,
      format: 'json',
      encoding: 'utf-8',
      delimiter: ',',
      header: ['id', 'b', 'c'],
      sample: [
        ['1', 'x\ny', ''],
        ['1.0', '', ''],
        ['', 'true', ''],
      ],
      rows: 3,
      rowsExact: true,
      notices: [],
    });
  });

  it.each<[string, string | Uint8Array, Partial<FileFacts>, string[]]>([
    ['an array', '[{"a":1}]', { header: ['a'], rows: 1 }, []],
    ['lines in a .json', '{"a":1}\n\n{"a":2}', { rows: 2 }, []],
    ['a mark', '\uFEFF[{"a":1}]', { header: ['a'] }, ['BOM_REMOVED']],
    ['nothing', '', { header: [], rows: 0 }, ['EMPTY']],
    ['no record', '{"d":[]}', { header: [], rows: 0 }, ['EMPTY']],
    ['a broken record', '{"a":1}\n{"a":1,}\n', { header: ['a'], rows: 2 }, ['BAD_RECORD']],
    ['an array never closed', '[{"a":1}', { rows: 1 }, ['BAD_RECORD']],
    ['a nested value', '[{"a":{"b":1}}]', { header: ['a'], sample: [['']] }, ['NESTED_VALUE']],
    [
      'typed records',
      '[{"type":"event","evtData":{"price":1}}]',
      { header: [], sample: [], rows: 1 },
      ['TYPED_RECORDS'],
    ],
    [
      'both kinds of record',
      '[{"a":1},{"type":"event","evtData":{}}]',
      { header: ['a'] },
      ['MIXED_RECORDS'],
    ],
    [
      'UTF-16',
      Buffer.from('\uFEFF[{"é":1}]', 'utf16le'),
      { encoding: 'utf-16le', header: ['é'] },
      ['ENCODING_CONVERTIBLE'],
    ],
    ['a NUL byte', '{"a":1}\n{"a":"\0"}\n', { rows: 2 }, ['NUL_BYTE']],
  ])('%s', async (_, content, expected, notices) => {
    const facts = await inspectJson(content);
    expect(facts).toMatchObject(expected);
    expect(codes(facts)).toEqual(notices);
  });

  it('says where the first broken record is broken', async () => {
    const { notices } = await inspectJson('[\n  {"a": 1},\n  {"é": 1, "a" 2}\n]');
    expect(notices.map(({ message }) => message)).toEqual([
      'Line 3, column 16: A colon must stand between the key and its value.',
    ]);
  });

  it('estimates the rows of a large file from its first part', async () => {
    const facts = await inspectJson('{"id":"12345","text":"text"}\n'.repeat(400_000), 'a.ndjson');
    expect(facts.rowsExact).toBe(false);
    expect(Math.abs(facts.rows - 400_000)).toBeLessThan(4_000);
  });

  it('refuses a large file in which no record ends', async () => {
    const run = inspectJson(`[{"a":"${'x'.repeat(9 * 1024 * 1024)}`);
    await expect(run).rejects.toMatchObject({ code: 'HEADER_TOO_LONG' });
  });
});

describe('files that cannot be read', () => {
  it('have each their own error', async () => {
    await mkdir(join(folder, 'folder.csv'));
    execFileSync('mkfifo', [join(folder, 'pipe.csv')]);
    await symlink(join(folder, 'nowhere'), join(folder, 'link.csv'));
    const cases = [
      ['none.csv', 'FILE_NOT_FOUND'],
      ['link.csv', 'FILE_NOT_FOUND'],
      ['folder.csv', 'FILE_IS_FOLDER'],
      ['pipe.csv', 'FILE_NOT_REGULAR'],
    ] as const;
    for (const [name, code] of cases) {
      await expect(inspectFile(join(folder, name))).rejects.toMatchObject({
        code,
        params: { file: name },
      });
    }
  });

  // The superuser reads everything, so there is nothing to refuse.
  it.skipIf(process.getuid?.() === 0)('without permission (skipped for root)', async () => {
    const path = await write('a\n', 'secret.csv');
    await chmod(path, 0);
    await expect(inspectFile(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });
});

describe('readRecords', () => {
  it('gives every record behind the header with row and line, over many blocks', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => `${i},"line one\nline two of ${i}"`);
    const path = await write(`id,text\n${rows.join('\n')}\n`);
    const records = await readAll(path);
    expect(records).toHaveLength(40_000);
    records.forEach((record, i) => {
      if (record.row !== i + 1 || record.line !== 2 * i + 2 || record.cells[0] !== String(i)) {
        expect(record).toEqual({ row: i + 1, line: 2 * i + 2 });
      }
    });
  });

  it('stops at once when it was cancelled before', async () => {
    const path = await write('a\n1\n');
    const facts = await inspectFile(path);
    const batches = readRecords(path, facts, { signal: AbortSignal.abort() });
    await expect(batches.next()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('notices a file that grew since the look', async () => {
    const path = await write('a\n1\n');
    const facts = await inspectFile(path);
    await write('a\n1\n2\n');
    await expect(readRecords(path, facts).next()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });
});

describe('invalidUtf8Offset', () => {
  it.each<[string, number[], number, number]>([
    ['ASCII', [0x41], -1, -1],
    ['all lengths', [...Buffer.from('aé漢😀')], -1, -1],
    ['a stray continuation', [0x41, 0x80], 1, 1],
    ['an overlong slash', [0xc0, 0xaf], 0, 0],
    ['an overlong form of three', [0x41, 0xe0, 0x80, 0x80], 1, 1],
    ['a surrogate', [0xed, 0xa0, 0x80], 0, 0],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0, 0],
    ['a character cut off', [0x41, 0xe6, 0xbc], 1, -1],
    ['a wrong byte before the end', [0xe6, 0x41], 0, 0],
    ['cut off, and wrong already', [0x41, 0xe0, 0x80], 1, 1],
  ])('%s', (_, bytes, whole, truncated) => {
    expect(invalidUtf8Offset(Uint8Array.from(bytes))).toBe(whole);
    expect(invalidUtf8Offset(Uint8Array.from(bytes), true)).toBe(truncated);
  });
});
