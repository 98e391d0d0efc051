/** The grammar of cells: for each type what it is and what it is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATE_FORMATS, type DataType, type DateFormat } from '../../../shared/domain/manifest.ts';
import { isEmail, isPhone, testOf, trimCell } from '../../../main/preflight/values.ts';

describe('data types', () => {
  it.each<[DataType, string[], string[]]>([
    ['STRING', ['', 'x', ' x ', '$D_1700000000'], []],
    [
      'INTEGER',
      ['0', '-0', '+7', '007', '2147483647', '-2147483648', `${'0'.repeat(30)}1`],
      [
        '',
        '-',
        '+',
        '1.0',
        '1e3',
        '2147483648',
        '-2147483649',
        '0x1',
        '１',
        '1 000',
        '99999999999',
      ],
    ],
    [
      'LONG',
      ['1', '9223372036854775807', '-9223372036854775808', '00009223372036854775807'],
      ['9223372036854775808', '-9223372036854775809', '+9223372036854775808', '1.0', ''],
    ],
    [
      'FLOAT',
      ['0', '-1.5', '+1.5', '.5', '5.', '1e10', '1.5E-7', '12'],
      ['', '.', '1,5', '1e', 'NaN', 'Infinity', '1e999', '0x1', '1_0', '--1', '1.2.3'],
    ],
    ['BOOLEAN', ['true', 'FALSE', 'True', '0', '1'], ['', 'yes', 'no', 't', '2', '01', 'true ']],
  ])('%s', (dataType, good, bad) => {
    const test = testOf(dataType);
    expect(good.filter((text) => !test(text))).toEqual([]);
    expect(bad.filter((text) => test(text))).toEqual([]);
  });

  it.each<[DateFormat, string[], string[]]>([
    [
      'dd/MM/yyyy',
      ['31/12/2025', '29/02/2024', '29/02/2000', '01/01/0001'],
      [
        '12/31/2025',
        '29/02/2025',
        '29/02/1900',
        '31/04/2025',
        '1/1/2025',
        '00/01/2025',
        '01/01/0000',
      ],
    ],
    ['MM/dd/yyyy', ['12/31/2025'], ['31/12/2025', '12-31-2025', '12/31/25', '12/31/2025 00:00:00']],
    ['yyyy/dd/MM', ['2025/31/12'], ['2025/12/31', '2025/00/01']],
    ['yyyy/MM/dd', ['2025/12/31'], ['2025/31/12', '2025-12-31', '2025/12/3a', '']],
    [
      'dd MMM yyyy',
      ['31 Dec 2025', '01 jan 2025'],
      ['31 Dez 2025', '31 December 2025', '31 an  2025'],
    ],
    [
      'yyyy/MM/dd HH:mm:ss',
      ['2025/12/31 23:59:59', '2025/12/31 00:00:00'],
      ['2025/12/31', '2025/12/31 24:00:00', '2025/12/31 23:60:00', '2025/12/31 23:59:60'],
    ],
    [
      'dd MMM yyyy HH:mm:ss',
      ['31 Dec 2025 08:00:01'],
      ['31 Dec 2025 8:00:01', '31 Dec 2025T08:00:01'],
    ],
    ['UNIX', ['0', '1700000000', '-86400'], ['1700000000000', '1.5', '', '2025/12/31']],
  ])('DATE %s', (format, good, bad) => {
    const test = testOf('DATE', format);
    expect(good.filter((text) => !test(text))).toEqual([]);
    expect(bad.filter((text) => test(text))).toEqual([]);
  });

  it('numbers agree with BigInt on both sides of every limit', () => {
    const around = fc
      .record({
        limit: fc.constantFrom(2n ** 31n, 2n ** 63n, 0n),
        sign: fc.constantFrom(1n, -1n),
        off: fc.bigInt(-3n, 3n),
      })
      .map(({ limit, sign, off }) => sign * limit + off);
    fc.assert(
      fc.property(around, fc.nat({ max: 3 }), (value, zeros) => {
        const digits = value.toString().replace('-', '');
        const text = `${value < 0n ? '-' : ''}${'0'.repeat(zeros)}${digits}`;
        expect(testOf('INTEGER')(text)).toBe(BigInt.asIntN(32, value) === value);
        expect(testOf('LONG')(text)).toBe(BigInt.asIntN(64, value) === value);
      }),
    );
  });

  it('dates agree with the calendar of Date', () => {
    const test = testOf('DATE', 'yyyy/MM/dd');
    const number = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(number(9999), number(13), number(32), (year, month, day) => {
        const two = (value: number): string => String(value).padStart(2, '0');
        const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
        const date = new Date(`${text}T00:00:00Z`);
        const isReal =
          year > 0 && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        expect(test(text.replaceAll('-', '/'))).toBe(isReal);
      }),
      { numRuns: 1000 },
    );
  });

  it('every date format has a test that takes what it writes', () => {
    for (const format of DATE_FORMATS.filter((name) => name !== 'UNIX')) {
      const text = format
        .replace('MMM', 'Feb')
        .replace('MM', '02')
        .replace('dd', '03')
        .replace('yyyy', '2024')
        .replace('HH:mm:ss', '04:05:06');
      expect(testOf('DATE', format)(text)).toBe(true);
    }
  });
});

describe('trimming', () => {
  it('takes space and tab, and nothing else', () => {
    expect(trimCell(' \t a b\t ')).toBe('a b');
    expect(trimCell('a')).toBe('a');
    expect(trimCell('\u00a0a\n')).toBe('\u00a0a\n');
    expect(trimCell(' \t')).toBe('');
  });
});

describe('contact data', () => {
  it.each([
    'a@example.com',
    'first.last+tag@sub.example.co',
    "o'hara@example.com",
    'a@xn--bcher-kva.de',
  ])('%s is an address', (text) => {
    expect(isEmail(text)).toBe(true);
  });
  it.each([
    '',
    'a',
    'a@b',
    '@example.com',
    'a@example.com ',
    'a b@example.com',
    '.a@example.com',
    'a..b@example.com',
    'a@-example.com',
    'a@example..com',
    'a@example.com,b@example.com',
    'A <a@example.com>',
    '[a@example.com](mailto:a@example.com)',
    `a@${'b'.repeat(250)}.com`,
  ])('%j is none', (text) => {
    expect(isEmail(text)).toBe(false);
  });
  it.each(['+12345678', '+4915112345678', '+123456789012345'])('%s is a phone number', (text) => {
    expect(isPhone(text)).toBe(true);
  });
  it.each([
    '',
    '4915112345678',
    '+049151123456',
    '+1234567',
    '+1234567890123456',
    '+49 151 1234567',
    '+49(0)1234567',
  ])('%j is none', (text) => {
    expect(isPhone(text)).toBe(false);
  });
});
