/** The check and the bundled server have rules of their own; here they are held against each other, row by row. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildManifest, requireManifest } from '../../../main/manifest/index.ts';
import { compileRowCheck } from '../../../main/preflight/rows.ts';
import { planColumn, readRow } from '../../../server/ingest/columns.ts';
import { readManifest } from '../../../server/ingest/manifest.ts';
import type { MappingColumn } from '../../../shared/domain/data-file.ts';
import { DATA_TYPES, DATE_FORMATS } from '../../../shared/domain/manifest.ts';

const pad = fc.constantFrom('', ' ', '\t', '\u00a0');
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 });
const cell = fc
  .tuple(
    pad,
    fc.oneof(
      fc.constantFrom(
        '',
        'x',
        'null',
        'N/A',
        '0',
        '-1',
        'true',
        'FALSE',
        '1e3',
        '.5',
        '5.',
        '$add',
      ),
      fc.constantFrom(
        'App Launched',
        'charged',
        'Bought',
        'M',
        'female',
        '150',
        '151',
        'a@b.io',
        'a@b',
      ),
      fc.constantFrom('2147483647', '2147483648', '-9223372036854775808', '9223372036854775808'),
      fc.constantFrom('1767225909', '1767225909000', '31/12/2025', '2024/02/29', '29 Feb 2025'),
      fc.constantFrom(
        '2024/29/02 23:59:59',
        '12/31/2025 24:00:00',
        '+4915112345678',
        '+0151123456',
      ),
      digits,
      digits.map((text) => `-${text}`),
      digits.map((text) => `+${text}`),
      fc.constantFrom(1023, 1024).map((length) => 'i'.repeat(length)),
    ),
    pad,
  )
  .map((parts) => parts.join(''));

const often = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const type = fc.constantFrom('event', 'profile');
const mapped = fc.record({
  target: fc.constantFrom('', 'items', 'Email', 'Phone', 'Gender', 'Age', 'DOB', 'colour'),
  dataType: fc.constantFrom(...DATA_TYPES),
  dateFormat: fc.constantFrom(...DATE_FORMATS),
});

describe('the check and the server', () => {
  it('give the same verdict on any row', () => {
    const file = fc.record({
      type,
      mapped: fc.uniqueArray(mapped, { selector: ({ target }) => target, maxLength: 5 }),
      identities: fc.tuple(often('u1', cell), often('', cell)),
      event: fc.tuple(often('Bought', cell), often('', cell)),
      cells: fc.array(often('', cell), { minLength: 6, maxLength: 6 }),
    });
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(file, ({ type, mapped, identities, event, cells }) => {
        const columns: MappingColumn[] = [
          { header: 'id', target: 'identity', dataType: 'STRING' },
          { header: 'device', target: 'objectId', dataType: 'STRING' },
          ...(type === 'event'
            ? ([
                { header: 'what', target: 'evtName', dataType: 'STRING' },
                { header: 'when', target: 'ts', dataType: 'LONG' },
              ] as const)
            : []),
          ...mapped.map((column, index) => ({ header: `c${index}`, ...column })),
          ...(mapped.length > 0 ? [operationColumn('c0.operation')] : []),
        ];
        const header = columns.map((column) => column.header);
        const row = [...identities, ...(type === 'event' ? event : []), ...cells].slice(
          0,
          header.length,
        );
        const parts = { fileName: 'a.csv', type, columns, clientEmail: 'a@b.io' } as const;
        const text = buildManifest(parts);

        const ours = compileRowCheck(header, requireManifest(text, { header }));
        const theirs = readManifest(Buffer.from(text)).manifest;
        if (!theirs) throw new Error('the server refuses a manifest that Sealift made');
        const plans = header.map((name) => planColumn(name, theirs));
        const codes: string[] = [];
        const isAccepted = ours(row, (fault) => codes.push(fault.code));
        const reading = readRow(type, 1, 0, plans, row);
        expect(isAccepted).toBe(reading.kind !== 'refused');
        // Ours may tell more: the server stops at a cell's first fault.
        if (reading.kind === 'refused') {
          expect(codes).toEqual(expect.arrayContaining(reading.problems.map(({ code }) => code)));
        }
        verdicts[isAccepted ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: 3000 },
    );
    // A test in which hardly a row passes, or fails, would prove little.
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(300);
  });
});

function operationColumn(header: string): MappingColumn {
  return { header, target: '', dataType: 'STRING' };
}
