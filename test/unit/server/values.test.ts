// The server's own grammar of cells (spec: "Values"): for each type what is taken, and as what.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCell } from '../../../server/ingest/values.ts';
import type { DataType, DateFormat } from '../../../shared/domain/manifest.ts';

type Case = readonly [type: DataType, format: DateFormat | undefined, cell: string, value: unknown];

const taken: readonly Case[] = [
  ['STRING', undefined, '  as is ', '  as is '],
  ['STRING', undefined, '$D_1700000000', '$D_1700000000'],
  ['INTEGER', undefined, ' -2147483648\t', -2147483648],
  ['INTEGER', undefined, '+2147483647', 2147483647],
  ['INTEGER', undefined, '007', 7],
  ['LONG', undefined, '9007199254740991', 9007199254740991],
  ['LONG', undefined, '9223372036854775807', '9223372036854775807'],
  ['LONG', undefined, '-9223372036854775808', '-9223372036854775808'],
  ['FLOAT', undefined, '12.5', 12.5],
  ['FLOAT', undefined, '.5e-3', 0.0005],
  ['BOOLEAN', undefined, 'TRUE', true],
  ['BOOLEAN', undefined, '0', false],
  ['DATE', 'dd/MM/yyyy', '29/02/2024', '$D_1709164801'],
  ['DATE', 'MM/dd/yyyy', '02/29/2024', '$D_1709164801'],
  ['DATE', 'yyyy/dd/MM', '2024/29/02', '$D_1709164801'],
  ['DATE', 'yyyy/MM/dd', '2024/02/29', '$D_1709164801'],
  ['DATE', 'dd MMM yyyy', '29 Feb 2024', '$D_1709164801'],
  ['DATE', 'yyyy/MM/dd HH:mm:ss', '2024/02/29 23:59:59', '$D_1709251199'],
  ['DATE', 'yyyy/MM/dd', '1969/12/31', '$D_-86399'],
  ['DATE', 'UNIX', '1700000000', '$D_1700000000'],
];

const refused: readonly (readonly [DataType, DateFormat | undefined, string])[] = [
  ['INTEGER', undefined, '2147483648'],
  ['INTEGER', undefined, '1.0'],
  ['INTEGER', undefined, '1e3'],
  ['INTEGER', undefined, '0x10'],
  ['INTEGER', undefined, '\u00a01'],
  ['LONG', undefined, '9223372036854775808'],
  ['LONG', undefined, '9'.repeat(60)],
  ['FLOAT', undefined, '1e999'],
  ['FLOAT', undefined, 'NaN'],
  ['FLOAT', undefined, 'Infinity'],
  ['FLOAT', undefined, '1,5'],
  ['FLOAT', undefined, '.'],
  ['BOOLEAN', undefined, 'yes'],
  ['DATE', 'dd/MM/yyyy', '30/02/2024'],
  ['DATE', 'dd/MM/yyyy', '29/02/2023'],
  ['DATE', 'dd/MM/yyyy', '1/2/2024'],
  ['DATE', 'MM/dd/yyyy', '29/02/2024'],
  ['DATE', 'dd MMM yyyy', '29 bfe 2024'],
  ['DATE', 'dd MMM yyyy', '29 anf 2024'],
  ['DATE', 'yyyy/MM/dd', '2024/02/29 10:00:00'],
  ['DATE', 'yyyy/MM/dd HH:mm:ss', '2024/02/29'],
  ['DATE', 'yyyy/MM/dd HH:mm:ss', '2024/02/29 24:00:00'],
  ['DATE', 'UNIX', '1700000000000'],
];

describe('readCell', () => {
  it.each(taken)('%s %s takes %j as %j', (type, format, cell, value) => {
    expect(readCell(cell, type, format)).toEqual({ ok: true, value });
  });

  it.each(refused)('%s %s refuses %j and does not repeat it', (type, format, cell) => {
    const reading = readCell(cell, type, format);
    expect(reading.ok).toBe(false);
    expect(JSON.stringify(reading)).not.toContain(cell);
  });

  it('reads back every whole number of 64 bits exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (number) => {
        const reading = readCell(String(number), 'LONG', undefined);
        expect(reading.ok && BigInt(reading.value as string)).toBe(number);
      }),
    );
  });

  it('reads every day of the calendar, and no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const pad = (value: number, width: number) => String(value).padStart(width, '0');
          const text = `${pad(year, 4)}/${pad(month, 2)}/${pad(day, 2)}`;
          const iso = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
          const date = new Date(`${iso}T00:00:01Z`);
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
          const expected = exists
            ? { ok: true, value: `$D_${date.getTime() / 1000}` }
            : { ok: false };
          expect(readCell(text, 'DATE', 'yyyy/MM/dd')).toMatchObject(expected);
        },
      ),
    );
  });
});
