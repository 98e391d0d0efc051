// @ts-check
// The demo's own judgement of what must arrive: it can tell a difference.
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../scripts/lib/csv.mjs';
import { expectedRows, firstDifference } from '../../../scripts/lib/expected-rows.mjs';

describe('parseCsv', () => {
  it('reads quotes, line ends within them, and empty cells', () => {
    expect(parseCsv('a,b\r\n"x""y,\nz",\r\n,2\n"",')).toEqual({
      header: ['a', 'b'],
      rows: [
        ['x"y,\nz', ''],
        ['', '2'],
        ['', ''],
      ],
    });
  });

  it('ends with or without a last line end', () => {
    expect(parseCsv('a\n1\n')).toEqual(parseCsv('a\n1'));
  });
});

describe('expectedRows', () => {
  const columns = {
    id: { ctName: 'identity' },
    what: { ctName: 'evtName' },
    at: { ctName: 'ts', dataType: 'INTEGER' },
    price: { ctName: 'Price', dataType: 'FLOAT' },
    gift: { dataType: 'BOOLEAN' },
    due: { dataType: 'DATE', dateFormat: 'yyyy/MM/dd' },
  };
  const csv = 'id,what,at,price,gift,due,note\nu1,Bought,1700000000, 3.5,TRUE,1970/01/02, x \n';

  it('follows the manifest', () => {
    expect(expectedRows(csv, { columns })).toEqual([
      {
        identity: 'u1',
        name: 'Bought',
        ts: 1_700_000_000,
        properties: { Price: 3.5, gift: true, due: '$D_86401', note: ' x ' },
      },
    ]);
  });

  it('leaves blank cells out', () => {
    expect(expectedRows('id,note\nu1, \n', { columns })).toEqual([
      { identity: 'u1', properties: {} },
    ]);
  });
});

describe('firstDifference', () => {
  const row = { identity: 'u1', properties: { n: 3 } };

  it('finds none where there is none', () => {
    expect(firstDifference([row], [{ identity: 'u1', properties: { n: 3 } }])).toBeUndefined();
  });

  it.each([
    ['another type', [{ identity: 'u1', properties: { n: '3' } }]],
    ['a property more', [{ identity: 'u1', properties: { n: 3, m: 1 } }]],
    ['a missing row', []],
  ])('finds %s', (_what, found) => {
    expect(firstDifference([row], found)).toBeDefined();
  });
});
