// Whole imports: OpenSSH's sftp uploads what GnuPG sealed, and the rows are looked at one by one.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent, StoredProfile } from '../../../server/store/rows.ts';
import { Customer, TestServer, makeWorkFolder } from './harness.ts';

const work = makeWorkFolder();
let server: TestServer;
let customer: Customer;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

beforeAll(async () => {
  server = await TestServer.start();
  customer = new Customer(join(work.path, 'customer'));
  await customer.register(server);
  key = await server.generateKey();
});

afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

/** Uploads a prepared pair and waits for the verdict. */
async function send(data: string, manifest: string) {
  await customer.sftp(server, [`put ${data}`, `put ${manifest}`]);
  return server.verdictOn(manifest);
}

const profile = (identity: string) => server.call<StoredProfile>('GET', `profiles/${identity}`);

describe('a partly good file of profiles', () => {
  const to = 'partly@example.com';
  const rows = [
    'id,mail,age,born,vip,note',
    'u1,u1@example.com, 41 ,29/02/1984,TRUE,"a ""quoted"", note"',
    'u2,not-a-mail,30,01/01/1990,0,x',
    'u3,u3@example.com,200,31/02/1990,maybe,"two\r\nlines"',
    'u4,u4@example.com,5,01/01/2020,0,,surplus',
    ',u5@example.com,5,01/01/2020,0,',
    'u6,u6@example.com,,,,',
  ];

  beforeAll(async () => {
    customer.prepare('partly.csv', `\ufeff${rows.join('\r\n')}\r\n`, key, {
      name: 'partly.manifest',
      type: 'profile',
      clientEmail: to,
      columns: {
        id: { ctName: 'identity' },
        mail: { ctName: 'EMAIL' },
        age: { ctName: 'age', dataType: 'integer' },
        born: { ctName: 'DOB', dataType: 'Date', dateFormat: 'dd/MM/yyyy' },
        vip: { dataType: 'BOOLEAN' },
      },
    });
    await send('partly.csv.asc', 'partly.manifest');
  });

  it('imports the good rows, each by the type of its columns', async () => {
    expect(await profile('u1')).toMatchObject({
      identity: 'u1',
      properties: {
        Email: 'u1@example.com',
        Age: 41,
        DOB: `$D_${Date.UTC(1984, 1, 29, 0, 0, 1) / 1000}`,
        vip: true,
        note: 'a "quoted", note',
      },
    });
    expect((await profile('u6')).properties).toEqual({ Email: 'u6@example.com' });
  });

  it('refuses the others with code, column, row and line', async () => {
    for (const identity of ['u2', 'u3', 'u4']) {
      const response = await server.request(
        'GET',
        `/accounts/${server.ready.account}/profiles/${identity}`,
      );
      expect(response.status).toBe(404);
    }
    const record = await server.verdictOn('partly.manifest');
    expect(record).toMatchObject({
      status: 'partly-imported',
      type: 'profile',
      rows: 6,
      accepted: 2,
      rejected: 4,
    });
    const found = record.problems.map(({ code, column, row, line }) => [code, column, row, line]);
    expect(found).toEqual([
      ['515', 'mail', 2, 3],
      ['520', 'age', 3, 4],
      ['DATA_TYPE', 'born', 3, 4],
      ['DATA_TYPE', 'vip', 3, 4],
      ['555', undefined, 4, 6],
      ['523', undefined, 5, 7],
    ]);
  });

  it('gives the refused rows back as sent, with the reason last', async () => {
    const { id } = await server.verdictOn('partly.manifest');
    const response = await server.request(
      'GET',
      `/accounts/${server.ready.account}/imports/${id}/failed-rows.csv`,
    );
    const csv = await response.text();
    expect(csv.split('\r\n')[0]).toBe('id,mail,age,born,vip,note,Failure Description');
    expect(csv).toContain(
      '\r\nu2,not-a-mail,30,01/01/1990,0,x,515 mail: is not an e-mail address\r\n',
    );
    expect(csv).toContain('"two\r\nlines"');
  });

  it('mails at each stage, without a value, and the rows sealed to the key set', async () => {
    const mails = await server.mailTo(to, 4);
    expect(mails.map((mail) => mail.subject)).toEqual([
      'Picked up: partly.csv.asc',
      'Processing: partly.csv.asc',
      'Partly imported: partly.csv.asc',
      'Failed rows: partly.csv.asc',
    ]);
    expect(mails[3]?.text).toContain('column "mail": is not an e-mail address (code 515, row 2)');
    expect(mails.map((mail) => mail.text).join()).not.toMatch(/not-a-mail|maybe|200|31\/02/);
    const [attachment] = mails[3]?.attachments ?? [];
    expect(attachment?.fileName).toBe('failed-rows.csv.asc');
    const sealed = Buffer.from(attachment?.contentBase64 ?? '', 'base64').toString();
    expect(customer.open(sealed, key)).toContain('u2,not-a-mail');
  });

  it('merges a later import into the profiles, operations included', async () => {
    const csv =
      'identity,colour,colour.operation,vip,Email\nu1,red,$add,,\nu1,blue,$add,,new@example.com\nu1,red,$remove,,\nu6,,,x,\n';
    customer.prepare('later.csv', csv, key, {
      name: 'later.manifest',
      type: 'profile',
      clientEmail: to,
    });
    expect((await send('later.csv.asc', 'later.manifest')).status).toBe('imported');
    expect((await profile('u1')).properties).toMatchObject({
      colour: ['blue'],
      vip: true,
      Email: 'new@example.com',
      Age: 41,
    });
  });
});

describe('events', () => {
  it('arrive row by row and are read in pages', async () => {
    const header = 'who,what,when,price,big';
    const lines = Array.from(
      { length: 2500 },
      (_, i) => `p${i % 7},Bought,${1_700_000_000 + i},${i}.5,9007199254740993`,
    );
    customer.prepare('events.csv', [header, ...lines].join('\n'), key, {
      name: 'events.manifest',
      type: 'event',
      clientEmail: 'events@example.com',
      columns: {
        who: { ctName: 'identity' },
        what: { ctName: 'evtName' },
        when: { ctName: 'ts', dataType: 'INTEGER' },
        price: { ctName: 'Price', dataType: 'FLOAT' },
        big: { dataType: 'LONG' },
      },
    });
    expect(await send('events.csv.asc', 'events.manifest')).toMatchObject({
      status: 'imported',
      accepted: 2500,
    });
    const seen: StoredEvent[] = [];
    let after = '';
    do {
      const page = await server.call<{ items: StoredEvent[]; next?: string }>(
        'GET',
        `events?limit=999${after}`,
      );
      seen.push(...page.items);
      after = page.next === undefined ? '' : `&after=${page.next}`;
    } while (after !== '');
    expect(seen).toHaveLength(2500);
    for (const [index, event] of seen.entries()) {
      expect(event).toMatchObject({
        row: index + 1,
        identity: `p${index % 7}`,
        name: 'Bought',
        ts: 1_700_000_000 + index,
        properties: { Price: index + 0.5, big: '9007199254740993' },
      });
    }
    const some = await server.call<{ items: StoredEvent[] }>(
      'GET',
      'events?identity=p3&name=Bought&limit=5',
    );
    expect(some.items.map((event) => event.row)).toEqual([4, 11, 18, 25, 32]);
  });

  it.each([
    ['json', (records: object[]) => JSON.stringify({ d: records }, null, 1)],
    ['json', (records: object[]) => JSON.stringify(records)],
    ['ndjson', (records: object[]) => records.map((record) => JSON.stringify(record)).join('\n')],
  ])('come as typed JSON too (%s)', async (extension, write) => {
    const name = `typed-${Math.random().toString(36).slice(2)}`;
    const records = [
      {
        type: 'event',
        identity: name,
        ts: 1700000000,
        evtName: 'Seen',
        evtData: { n: 5, yes: true, s: 'a,]}"\\' },
      },
      { type: 'profile', identity: name, profileData: {} },
      { type: 'event', FBID: name, evtName: 'Seen', evtData: { deep: { x: 1 } } },
      { type: 'event', objectId: name, evtName: 'App Launched', evtData: {} },
    ];
    customer.prepare(`${name}.${extension}`, write(records), key, {
      name: `${name}.manifest`,
      type: 'event',
      clientEmail: 'json@example.com',
    });
    const record = await send(`${name}.${extension}.asc`, `${name}.manifest`);
    expect(record).toMatchObject({ rows: 4, accepted: 1 });
    expect(record.problems.map(({ code, row }) => [code, row])).toEqual([
      ['524', 2],
      ['555', 3],
      ['513', 4],
    ]);
    const { items } = await server.call<{ items: StoredEvent[] }>('GET', `events?identity=${name}`);
    expect(items.map((event) => event.properties)).toEqual([{ n: 5, yes: true, s: 'a,]}"\\' }]);
  });

  it('come as flat JSON through the columns', async () => {
    const records =
      '[{"u":"flat","e":"Flat","n":"7"},\n{"u":"flat","e":"Flat","n":12345678901234567890},{"u":"flat","e":"Flat","n":[1]}]';
    customer.prepare('flat.json', records, key, {
      name: 'flat.manifest',
      type: 'event',
      clientEmail: 'json@example.com',
      columns: {
        u: { ctName: 'identity' },
        e: { ctName: 'evtName' },
        n: { ctName: 'N', dataType: 'INTEGER' },
      },
    });
    const record = await send('flat.json.asc', 'flat.manifest');
    expect(record.problems.map(({ code, column, row, line }) => [code, column, row, line])).toEqual(
      [
        ['DATA_TYPE', 'n', 2, 2],
        ['555', 'n', 3, 2],
      ],
    );
  });
});

describe('the manifest’s name', () => {
  it('is the key of an import: repeated bytes are ignored, other bytes refused', async () => {
    const to = 'again@example.com';
    const prepare = (content: string, columns?: object) =>
      customer.prepare('again.csv', content, key, {
        name: 'again.manifest',
        type: 'event',
        clientEmail: to,
        ...(columns && { columns }),
      });
    prepare('identity,evtName\nagain,One\n');
    await send('again.csv.asc', 'again.manifest');
    await server.mailTo(to, 2);
    await customer.sftp(server, ['put again.csv.asc', 'put again.manifest']);
    expect(await customer.sftp(server, ['ls'])).not.toContain('again');
    prepare('identity,evtName\nagain,Two\n', { identity: {} });
    await customer.sftp(server, ['put again.csv.asc', 'put again.manifest']);
    await server.mailTo(to, 4);
    const { items } = await server.imports();
    const codes = items
      .filter((item) => item.manifest === 'again.manifest')
      .map((item) => item.problems[0]?.code);
    expect(codes).toEqual(['MANIFEST_NAME_USED', undefined]);
    const events = await server.call<{ items: StoredEvent[] }>('GET', 'events?identity=again');
    expect(events.items.map((event) => event.name)).toEqual(['One']);
  });
});
