/** Records that the platform refused: the mail's attachment is opened as its text says, mended, and sent again. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import type { Mail } from '../../../shared/domain/import.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
import { startSealiftServer } from '../../helpers/sealift-server.ts';
import type { SealiftServer } from '../../helpers/sealift-server.ts';
import { makeKeyFile } from '../../helpers/sshd.ts';
import { Bench, buildCli } from './harness.ts';

const EMAIL = 'd@example.com';

let bench: Bench;
let server: SealiftServer;
let client: ConsoleClient;
beforeAll(async () => {
  buildCli();
  server = await startSealiftServer();
  client = new ConsoleClient({ url: server.ready.http, adminToken: server.adminToken });
  bench = new Bench();
  makeKeyFile(bench.path('identity'));
});
afterAll(async () => {
  await bench.dispose();
  await server.stop();
});

async function get<T>(path: string): Promise<T> {
  const headers = { authorization: `Bearer ${server.adminToken}` };
  const response = await fetch(`${server.ready.http}/v1${path}`, { headers });
  return (await response.json()) as T;
}

type WholeMail = Mail & {
  readonly text: string;
  readonly attachments: readonly { fileName: string; contentBase64: string }[];
};

it(
  'a mailed file of failed JSON records is opened, mended and imported',
  { timeout: 500_000 },
  async () => {
    const account = (await client.addAccount(EMAIL)).id;
    const publicKey = await readFile(bench.path('identity.pub'), 'utf8');
    await client.addSshKey(account, { name: 'cli', publicKey });
    const made = await client.generatePgpKey(account, { name: 'P', email: 'p@example.com' });
    await bench.file('public.asc', made.publicKey);
    await bench.file('private.asc', made.privateKey);
    await bench.file('pass.txt', made.passphrase);
    const send = (file: string, ...further: string[]) =>
      bench.json<{ receipts: Receipt[] }>([
        ...['send', file, '--to', `sftp://${account}@127.0.0.1:${server.ready.sftp.port}/`],
        ...['--identity', 'identity', '--accept-new-host-key', '--recipient', 'public.asc'],
        ...['--key-id', made.keyId, '--type', 'event', '--email', EMAIL, ...further],
      ]);

    const records = [
      {
        type: 'event',
        identity: 'u1',
        evtName: 'Bought',
        evtData: { note: 'says "hi"', price: 1.5 },
      },
      { type: 'event', identity: 'null', evtName: 'Bought', evtData: { note: 'a,b', price: 2.5 } },
    ];
    await bench.file('orders.json', JSON.stringify(records, null, 2));
    const first = await send('orders.json', '--accept-rejected');
    expect(first.code, first.stderr).toBe(0);
    const mail = await vi.waitFor(
      async () => {
        const { items } = await get<{ items: Mail[] }>(`/mail?to=${encodeURIComponent(EMAIL)}`);
        const found = items.find(({ subject }) => subject.startsWith('Failed rows'));
        if (!found) throw new Error('no mail yet');
        return get<WholeMail>(`/mail/${found.id}`);
      },
      { timeout: 200_000, interval: 300 },
    );

    // As the mail says.
    const [, command] = /: (sealift open [^(]+) \(/.exec(mail.text.replace(/\s+/g, ' ')) ?? [];
    expect(command).toBe('sealift open failed-rows.csv.asc --key private.asc');
    const [attachment] = mail.attachments;
    expect(attachment?.fileName).toBe('failed-rows.csv.asc');
    await bench.file(
      'failed-rows.csv.asc',
      Buffer.from(attachment?.contentBase64 ?? '', 'base64').toString(),
    );
    const words = command?.split(' ').slice(1) ?? [];
    const opened = await bench.run([...words, '--passphrase-file', 'pass.txt']);
    expect(opened.code, opened.stderr).toBe(0);

    const csv = await bench.read('failed-rows.csv');
    expect(csv).toMatch(/^Record,Failure Description\r\n/);
    await bench.file('failed-rows.csv', csv.replace('""null""', '""u2""'));
    const again = await send('failed-rows.csv', '--convert');
    expect(again.code, again.stderr).toBe(0);
    expect(again.result.receipts[0]?.parts[0]?.data.name).toBe('failed-rows.ndjson.asc');
    await vi.waitFor(
      async () => {
        const { items } = await client.events(account, { limit: 10 });
        expect(items.map(({ identity, properties }) => ({ identity, properties }))).toEqual([
          { identity: 'u1', properties: { note: 'says "hi"', price: 1.5 } },
          { identity: 'u2', properties: { note: 'a,b', price: 2.5 } },
        ]);
      },
      { timeout: 200_000, interval: 300 },
    );
  },
);
