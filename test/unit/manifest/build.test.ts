/** Building a manifest, the mapping suggested for a file, and the names of what goes out. */
import { describe, expect, it } from 'vitest';
import type { MappingColumn } from '../../../shared/domain/data-file.ts';
import {
  buildManifest,
  checkManifest,
  dataFileName,
  manifestName,
  suggestMapping,
} from '../../../main/manifest/index.ts';
import { inspectFile } from '../../../main/tabular/index.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

describe('buildManifest', () => {
  it('writes what is needed and no more, in the sample’s order', () => {
    const columns: MappingColumn[] = [
      { header: 'id', target: 'identity', dataType: 'STRING', reason: 'r' },
      { header: 'evtName', target: 'evtName', dataType: 'STRING' },
      { header: 'day', target: '', dataType: 'DATE', dateFormat: 'yyyy/MM/dd' },
      { header: '__proto__', target: '', dataType: 'LONG', dateFormat: 'UNIX' },
    ];
    const text = buildManifest({
      fileName: 'a.csv.asc',
      type: 'event',
      columns,
      clientEmail: 'ops@example.com',
      keyId: KEY_ID,
    });
    expect(text).toBe(`{
  "fileName": "a.csv.asc",
  "type": "event",
  "columns": {
    "id": {
      "ctName": "identity",
      "dataType": "STRING"
    },
    "evtName": {
      "dataType": "STRING"
    },
    "day": {
      "dataType": "DATE",
      "dateFormat": "yyyy/MM/dd"
    },
    "__proto__": {
      "dataType": "LONG"
    }
  },
  "clientEmail": "ops@example.com",
  "keyId": "${KEY_ID}"
}
`);
    expect(checkManifest(text).problems).toEqual([]);
  });

  it('leaves columns and Key ID out where there are none', () => {
    const text = buildManifest({ fileName: 'a.csv', type: 'profile', clientEmail: 'a@b.io' });
    expect(JSON.parse(text)).toEqual({ fileName: 'a.csv', type: 'profile', clientEmail: 'a@b.io' });
  });
});

describe('names', () => {
  const at = new Date('2026-01-31T07:08:09.123Z');
  it.each<[string, string, Date | undefined, string, string]>([
    ['users.csv', KEY_ID, undefined, 'users.csv.asc', 'users.csv.manifest'],
    ['users.csv', '', at, 'users-20260131T070809Z.csv.asc', 'users-20260131T070809Z.csv.manifest'],
    ['/data/my users.csv', KEY_ID, undefined, 'my users.csv.asc', 'my users.csv.manifest'],
    ['C:\\data\\users.csv.asc', KEY_ID, undefined, 'users.csv.asc', 'users.csv.manifest'],
    ['..users.ndjson', KEY_ID, undefined, 'users.ndjson.asc', 'users.ndjson.manifest'],
    ['a\nb.csv', KEY_ID, undefined, 'a_b.csv.asc', 'a_b.csv.manifest'],
    ['.csv', KEY_ID, undefined, 'data.csv.asc', 'data.csv.manifest'],
  ])('of %j', (source, keyId, time, data, manifest) => {
    expect(dataFileName(source, { keyId, at: time })).toBe(data);
    expect(manifestName(data)).toBe(manifest);
  });

  it('a plain file keeps its name', () => {
    expect(dataFileName('users.csv')).toBe('users.csv');
    expect(manifestName('users.csv')).toBe('users.csv.manifest');
  });

  it('fit a file system with all that is put before and behind them', () => {
    const name = dataFileName(`${'漢'.repeat(120)}.csv`, { keyId: KEY_ID, at });
    expect(name).toMatch(/^漢+-20260131T070809Z\.csv\.asc$/);
    expect(Buffer.byteLength(`.${manifestName(name)}.01234567.sealift-part`)).toBeLessThanOrEqual(
      255,
    );
  });
});

describe('suggestMapping', () => {
  const suggest = (columns: Record<string, string[]>, type: 'event' | 'profile'): string[] => {
    const header = Object.keys(columns);
    const rows = Math.max(...Object.values(columns).map((values) => values.length));
    const sample = Array.from({ length: rows }, (_, row) =>
      header.map((name) => columns[name]?.[row] ?? ''),
    );
    return suggestMapping({ header, sample }, type).map(
      ({ target, dataType, dateFormat }) =>
        `${target}:${dataType}${dateFormat ? ` ${dateFormat}` : ''}`,
    );
  };

  it('maps the sample so that its manifest is sound, with a reason for each column', async () => {
    const facts = await inspectFile('assets/sample/orders.csv');
    const columns = suggestMapping(facts, 'event');
    expect(Object.fromEntries(columns.map((c) => [c.header, [c.target, c.dataType]]))).toEqual({
      customer_id: ['identity', 'STRING'],
      event_name: ['evtName', 'STRING'],
      timestamp: ['ts', 'INTEGER'],
      item_name: ['', 'STRING'],
      item_price: ['', 'INTEGER'],
      quantity: ['', 'INTEGER'],
      order_number: ['', 'STRING'],
      delivery_date: ['', 'DATE'],
      is_gift: ['', 'BOOLEAN'],
      rating: ['', 'FLOAT'],
      city: ['', 'STRING'],
      email: ['', 'STRING'],
      delivery_note: ['', 'STRING'],
    });
    expect(columns.find((c) => c.header === 'timestamp')?.reason).toBe(
      'The name “timestamp” says ts. All 1,000 sampled values are epoch seconds.',
    );
    expect(columns.every((column) => (column.reason ?? '') !== '')).toBe(true);
    const text = buildManifest({
      fileName: 'orders.csv.asc',
      type: 'event',
      columns,
      clientEmail: 'ops@example.com',
      keyId: KEY_ID,
    });
    expect(checkManifest(text, { header: facts.header }).problems).toEqual([]);
  });

  it('knows profile fields by their names', () => {
    const columns = {
      'User ID': ['17'],
      'Full Name': ['Ada'],
      'e-mail': ['a@b.io'],
      Mobile: ['+4915112345678'],
      DOB: ['31/12/1990'],
      sex: ['f'],
      age: ['33'],
      'MSG-push': ['1'],
    };
    expect(suggest(columns, 'profile')).toEqual([
      'identity:STRING',
      'Name:STRING',
      'Email:STRING',
      'Phone:STRING',
      'DOB:DATE dd/MM/yyyy',
      'Gender:STRING',
      'Age:INTEGER',
      'MSG-push:BOOLEAN',
    ]);
  });

  it('takes an e-mail address as identity where nothing better is there', () => {
    expect(suggest({ Email: ['a@b.io'], Name: ['Ada'] }, 'profile')).toEqual([
      'identity:STRING',
      'Name:STRING',
    ]);
  });

  it('gives each target to one column, the one whose name says it most surely', () => {
    expect(suggest({ id: ['1'], user_id: ['2'], event: ['a'] }, 'event')).toEqual([
      ':INTEGER',
      'identity:STRING',
      'evtName:STRING',
    ]);
  });

  it('makes a column the time only when its values can be one', () => {
    expect(suggest({ ts: ['2026/01/31'] }, 'event')).toEqual([':DATE yyyy/MM/dd']);
    expect(suggest({ ts: ['1767225909000'] }, 'event')).toEqual(['ts:LONG']);
    expect(suggest({ ts: ['4102444800'] }, 'event')).toEqual(['ts:LONG']);
    const facts = { header: ['ts'], sample: [['1'], ['2'], ['1767225909000']] };
    expect(suggestMapping(facts, 'event')[0]).toMatchObject({
      target: 'ts',
      reason: 'The name “ts” says ts. 2 of 3 sampled values are epoch seconds.',
    });
  });

  it('counts what speaks for a guess in all rows of the sample', () => {
    const rows = (bad: number, good: string) =>
      Array.from({ length: 1_000 }, (_, at) => [at < 1_000 - bad ? good : 'soon']);
    const reasonOf = (header: string, sample: string[][]) =>
      suggestMapping({ header: [header], sample }, 'event')[0]?.reason;
    expect(reasonOf('ts', rows(13, '1767225909'))).toBe(
      'The name “ts” says ts. 987 of 1,000 sampled values are epoch seconds.',
    );
    expect(reasonOf('price', rows(2, '17'))).toBe(
      '998 of 1,000 sampled values are numbers; the others could not be read as such.',
    );
    expect(reasonOf('price', rows(0, '17'))).toBe('All 1,000 sampled values are whole numbers.');
    expect(reasonOf('price', rows(900, '17'))).toBe('All 1,000 sampled values are text.');
  });

  it.each<[string, string[], string]>([
    ['blanks', ['', ' '], ':STRING'],
    ['leading zeros', ['00123', '456'], ':STRING'],
    ['zeros', ['0', '10'], ':INTEGER'],
    ['beyond 32 bits', ['2147483648', '1'], ':LONG'],
    ['beyond 64 bits', ['9223372036854775808'], ':STRING'],
    ['decimals', ['1.5', '2', ''], ':FLOAT'],
    ['flags', ['True', 'false'], ':BOOLEAN'],
    ['month first', ['01/31/2026', '02/01/2026'], ':DATE MM/dd/yyyy'],
    ['day first', ['31/01/2026', '02/01/2026'], ':DATE dd/MM/yyyy'],
    ['a date that is none', ['31/02/2026'], ':STRING'],
    ['named months', ['31 Jan 2026'], ':DATE dd MMM yyyy'],
    ['dates with time', ['2026/01/31 23:59:59'], ':DATE yyyy/MM/dd HH:mm:ss'],
    ['dates that the platform cannot read', ['2026-01-31'], ':STRING'],
  ])('values: %s', (_, values, expected) => {
    expect(suggest({ x: values }, 'event')).toEqual([expected]);
  });

  it('says so where day and month could be either', () => {
    const [column] = suggestMapping({ header: ['x'], sample: [['01/02/2026']] }, 'event');
    expect(column?.dateFormat).toBe('dd/MM/yyyy');
    expect(column?.reason).toContain('MM/dd/yyyy');
  });
});
