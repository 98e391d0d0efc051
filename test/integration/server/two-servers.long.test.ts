// Two servers on one PostgreSQL, each with a folder of its own: what came in at one is that one's to import,
// to mail and to tell, whatever the other does; and one delivery to both is imported once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'ssh2';
import type { SFTPWrapper } from 'ssh2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';
import { Postgres } from './postgres.ts';

const START_MS = 180_000;
const ROWS = 3000;
/** Rows are staged when the session that says this has ended. */
const HOLD = `SELECT pg_advisory_lock(1);
  CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END$$;
  CREATE OR REPLACE TRIGGER hold BEFORE INSERT ON events EXECUTE FUNCTION hold();`;
const work = makeWorkFolder();
let customer: Customer;
let postgres: Postgres;
let one: TestServer;
let other: TestServer | undefined;
let key: Awaited<ReturnType<TestServer['generateKey']>>;
let receiver: Server;
let calls: string[] = [];

const start = (name: string) =>
  TestServer.start({
    dataDir: join(work.path, name),
    args: ['--allow-private-targets'],
    env: { DATABASE_URL: postgres.url, SEALIFT_MASTER_KEY: 'ab'.repeat(32) },
  });

beforeAll(async () => {
  customer = new Customer(join(work.path, 'customer'));
  postgres = await Postgres.start(join(work.path, 'pg'));
  one = await start('one');
  await customer.register(one);
  key = await one.generateKey();
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      calls.push((JSON.parse(body) as { stage: string }).stage);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const { port } = receiver.address() as AddressInfo;
  await one.call('PUT', 'webhook', { url: `http://127.0.0.1:${port}/` });
}, START_MS);

afterEach(async () => {
  await other?.stop();
  calls = [];
});

afterAll(async () => {
  await one?.stop();
  receiver.close();
  await postgres?.stop();
  customer.remove();
  work.remove();
});

function prepare(name: string, rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => `person${i},${name},${i}`);
  customer.prepare(`${name}.csv`, `identity,evtName,n\n${lines.join('\n')}\n`, key, {
    name: `${name}.manifest`,
    type: 'event',
    clientEmail: `${name}@example.com`,
  });
  return `${name}.manifest`;
}

const upload = (server: TestServer, name: string) =>
  customer.sftp(server, [`put ${name}.csv.asc`, `put ${name}.manifest`]);

/** No row can be staged until this is called off: an import stays under way. */
async function holdRows(): Promise<() => Promise<void>> {
  const psql = spawn('psql', ['-q', '-X', '-o', '/dev/null', postgres.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  psql.stdin.write(`${HOLD}\n\\echo held\n`);
  await once(psql.stdout, 'data');
  return async () => {
    psql.stdin.end();
    await once(psql, 'exit');
  };
}

const found = async (server: TestServer, manifest: string) =>
  (await server.imports()).items.find((item) => item.manifest === manifest);

const isUnderWay = (server: TestServer, manifest: string) =>
  waitFor('the import', async () =>
    (await found(server, manifest))?.status === 'processing' ? true : undefined,
  );

it('a second server that starts leaves a running import alone', { timeout: START_MS }, async () => {
  const manifest = prepare('running', ROWS);
  const letGo = await holdRows();
  await upload(one, 'running');
  await isUnderWay(one, manifest);
  other = await start('other');
  expect(other.log).not.toContain('import.resumed');
  expect(await found(other, manifest)).toMatchObject({ finishedAt: null });
  await letGo();
  expect(await one.verdictOn(manifest)).toMatchObject({ status: 'imported', accepted: ROWS });
  expect((await one.call<{ events: number }>('GET', 'stats')).events).toBe(ROWS);
  const mails = await other.mailTo('running@example.com', 3);
  expect(mails.map(({ subject }) => subject.split(':')[0])).toEqual([
    'Picked up',
    'Processing',
    'Imported',
  ]);
  await waitFor('the calls', async () => (calls.length >= 3 ? true : undefined));
  expect(calls).toEqual(['picked-up', 'processing', 'imported']);
});

it('what a killed server left open waits for it', { timeout: START_MS }, async () => {
  const manifest = prepare('killed', ROWS);
  const letGo = await holdRows();
  await upload(one, 'killed');
  await isUnderWay(one, manifest);
  await one.stop('SIGKILL');
  await letGo();
  other = await start('other');
  prepare('elsewhere', 3);
  await upload(other, 'elsewhere');
  expect(await other.verdictOn('elsewhere.manifest')).toMatchObject({ status: 'imported' });
  expect(await found(other, manifest)).toMatchObject({ finishedAt: null });
  one = await start('one');
  expect(one.log).toContain('import.resumed');
  expect(await one.verdictOn(manifest)).toMatchObject({ status: 'imported', accepted: ROWS });
});

it(
  'one delivery that comes to both at once is imported once',
  async () => {
    other = await start('other');
    const both = [one, other];
    for (let turn = 0; turn < 5; turn += 1) {
      const name = `twice${turn}`;
      const manifest = prepare(name, 10);
      for (const server of both) await customer.sftp(server, [`put ${name}.csv.asc`]);
      await Promise.all(both.map((server) => customer.sftp(server, [`put ${manifest}`])));
      expect(await one.verdictOn(manifest)).toMatchObject({ status: 'imported', accepted: 10 });
      const { items } = await other.imports();
      expect(items.filter((item) => item.manifest === manifest)).toHaveLength(1);
    }
  },
  START_MS,
);

it(
  'a half file at one stays half when the other gets the whole',
  async () => {
    other = await start('other');
    const manifest = prepare('half', 10);
    await breakOff(one, 'half.csv.asc');
    await upload(other, 'half');
    expect(await other.verdictOn(manifest)).toMatchObject({ status: 'imported' });
    customer.write('half2.manifest', readFileSync(join(customer.folder, manifest)));
    await customer.sftp(one, ['put half2.manifest']);
    const { problems } = await one.verdictOn('half2.manifest');
    expect(problems.map(({ code }) => code)).toEqual(['DATA_FILE_MISSING']);
  },
  START_MS,
);

/** Writes the beginning of a file, and is gone without closing it. */
async function breakOff(server: TestServer, name: string): Promise<void> {
  const client = new Client();
  const { host, port } = server.ready.sftp;
  const privateKey = readFileSync(customer.sshKey);
  client.connect({ host, port, username: server.ready.account, privateKey });
  await once(client, 'ready');
  const done = <T>(act: (callback: (error: Error | null | undefined, value: T) => void) => void) =>
    new Promise<T>((resolve, reject) =>
      act((error, value) => (error ? reject(error) : resolve(value))),
    );
  const sftp = await done<SFTPWrapper>((callback) => client.sftp(callback));
  const handle = await done<Buffer>((callback) => sftp.open(`/${name}`, 'w', callback));
  await done((callback) => sftp.write(handle, Buffer.from('half'), 0, 4, 0, callback as never));
  client.destroy();
}
