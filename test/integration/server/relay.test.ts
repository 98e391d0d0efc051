// A mail relay: a real SMTP server with TLS and a login of its own, which gets mail for confirmed addresses alone.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailAddress } from '../../../main/console/client.ts';
import type { ActivityEntry } from '../../../shared/domain/import.ts';
import { Bench, buildCli } from '../cli/harness.ts';
import type { JsonFailure } from '../cli/harness.ts';
import { Customer, TestServer, makeWorkFolder, runServer, waitFor } from './harness.ts';

const PASSWORD = 'relay-pass/word';
const FROM = 'imports@sender.example';

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
const arrived: { to: string[]; from: string; secure: boolean; mail: ParsedMail }[] = [];
let relay: SMTPServer;
let server: TestServer;
let customer: Customer;
let bench: Bench;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

beforeAll(async () => {
  buildCli();
  bench = new Bench();
  const [keyFile, certFile] = [join(work.path, 'tls.key'), join(work.path, 'tls.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = ['-keyout', keyFile, '-out', certFile, '-days', '2', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made, ...subject], {
    stdio: 'ignore',
  });
  relay = startRelay(readFileSync(keyFile), readFileSync(certFile));
  await once(relay.server, 'listening');
  const { port } = relay.server.address() as AddressInfo;
  const url = `smtps://sealift:${encodeURIComponent(PASSWORD)}@localhost:${port}`;
  server = await TestServer.start({
    dataDir,
    args: ['--mail-from', FROM],
    env: { SEALIFT_SMTP_RELAY: url, NODE_EXTRA_CA_CERTS: certFile },
  });
  customer = new Customer(join(work.path, 'customer'));
  await customer.register(server);
  key = await server.generateKey();
});

afterAll(async () => {
  await server.stop();
  await new Promise<void>((done) => relay.close(() => done()));
  customer.remove();
  await bench.dispose();
  work.remove();
});

function startRelay(tlsKey: Buffer, cert: Buffer): SMTPServer {
  const smtp = new SMTPServer({
    ...{ secure: true, key: tlsKey, cert, logger: false },
    onAuth(auth, _session, done) {
      if (auth.username === 'sealift' && auth.password === PASSWORD) done(null, { user: 'x' });
      else done(new Error('No'));
    },
    onRcptTo({ address }, _session, done) {
      const gone = Object.assign(new Error('No such mailbox'), { responseCode: 550 });
      done(address.startsWith('gone') ? gone : null);
    },
    onData(stream, { envelope, secure }, done) {
      void simpleParser(stream).then((mail) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        arrived.push({ to: envelope.rcptTo.map(({ address }) => address), from, secure, mail });
        done();
      });
    },
  });
  smtp.listen(0, '127.0.0.1');
  return smtp;
}

const access = () => [
  ...['--console', server.ready.http, '--account', server.ready.account],
  ...['--token-file', server.ready.credentialsFile],
];
const account = <T>(...args: string[]) => bench.json<T>(['account', ...args, ...access()]);
const arrivedFor = (to: string) => arrived.filter((one) => one.to.includes(to));

async function confirm(address: string): Promise<void> {
  expect((await account('add-address', address)).code).toBe(0);
  const { mail } = await waitFor('the code', async () =>
    Promise.resolve(
      arrivedFor(address.toLowerCase()).find((one) => one.mail.subject?.startsWith('Confirm')),
    ),
  );
  const code = /asked you: (\w+)/.exec(mail.text ?? '')?.[1] ?? '';
  expect((await account('confirm-address', address, code.toLowerCase())).code).toBe(0);
}

async function send(name: string, csv: string): Promise<string> {
  const to = `${name}@example.com`;
  customer.prepare(`${name}.csv`, csv, key, {
    name: `${name}.manifest`,
    type: 'profile',
    clientEmail: to,
  });
  await customer.sftp(server, [`put ${name}.csv.asc`, `put ${name}.manifest`]);
  return (await server.verdictOn(`${name}.manifest`)).id;
}

const mailActivity = async (importId: string, count: number) =>
  waitFor('mail in the activity', async () => {
    const { items } = await server.call<{ items: ActivityEntry[] }>('GET', 'activity');
    const own = items.filter((entry) => entry.kind === 'mail' && entry.importId === importId);
    return own.length === count ? own : undefined;
  });

describe('an address', () => {
  it('gets no mail before it is confirmed; the sink keeps it all the same', async () => {
    const id = await send('stranger', 'identity,Name\na,Ann\n');
    const entries = await mailActivity(id, 3);
    expect(entries.every(({ problem }) => problem)).toBe(true);
    expect(entries[0]?.message).toContain('kept here: the address is not confirmed');
    expect(arrivedFor('stranger@example.com')).toEqual([]);
    expect(await server.mailTo('stranger@example.com', 3)).toHaveLength(3);
  });

  it('gets its mail once its owner gave the code, over TLS, from the operator’s address', async () => {
    await confirm('Owner@example.com');
    const { result } = await account<{ ok: true; addresses: MailAddress[] }>('addresses');
    expect(result.addresses).toEqual([
      expect.objectContaining({ address: 'owner@example.com', confirmedAt: expect.any(String) }),
    ]);
    const id = await send('owner', 'identity,Email\nb,secret-value\n');
    await mailActivity(id, 3);
    const own = arrivedFor('owner@example.com').filter((one) => one.mail.subject !== undefined);
    expect(own.at(-1)?.mail.subject).toBe('Failed: owner.csv.asc');
    expect(own.at(-1)).toMatchObject({ from: FROM, secure: true });
    expect(own.at(-1)?.mail.attachments[0]?.filename).toBe('failed-rows.csv.asc');
    expect(own.map((one) => one.mail.text).join()).not.toContain('secret-value');
    const names = own.map((one) => one.mail.messageId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is not confirmed by a guess, nor asked twice in a minute, nor by a spent code', async () => {
    expect((await account('add-address', 'guess@example.com')).code).toBe(0);
    const again = await account<JsonFailure>('add-address', 'guess@example.com');
    expect(again.result.error.text).toContain('a moment ago');
    for (let turn = 0; turn < 10; turn += 1) {
      const path = `/accounts/${server.ready.account}/mail-addresses/confirm`;
      const guess = { email: 'guess@example.com', code: 'AAAAAAAAAA' };
      expect((await server.request('POST', path, guess)).status).toBe(400);
    }
    const { mail } = await waitFor('the code', async () =>
      Promise.resolve(arrivedFor('guess@example.com')[0]),
    );
    const code = /asked you: (\w+)/.exec(mail.text ?? '')?.[1] ?? '';
    expect((await account('confirm-address', 'guess@example.com', code)).code).toBe(3);
  });

  it('gets no more once it is removed', async () => {
    await confirm('leaver@example.com');
    expect((await account('remove-address', 'leaver@example.com')).code).toBe(0);
    const before = arrivedFor('leaver@example.com').length;
    await mailActivity(await send('leaver', 'identity,Name\nc,Ann\n'), 3);
    expect(arrivedFor('leaver@example.com')).toHaveLength(before);
  });

  it('that the relay refuses for good is given up, and the activity says so', async () => {
    expect((await account('add-address', 'gone@example.com')).code).toBe(0);
    await waitFor('the refusal', async () => {
      const { items } = await server.call<{ items: ActivityEntry[] }>('GET', 'activity');
      return items.find(({ message }) => /gone@example\.com was refused/.test(message));
    });
  });
});

describe('the relay’s password', () => {
  it('is in no log, and is not taken from the command line', async () => {
    expect(server.log).not.toContain(PASSWORD);
    const args = ['--mail-from', FROM, '--smtp-relay', 'smtps://u:secret@mail.example.com'];
    const { code, output } = await runServer(args);
    expect(code).toBe(2);
    expect(output).toContain('SEALIFT_SMTP_RELAY');
  });

  it.each([
    ['no sender', ['--smtp-relay', 'smtps://mail.example.com']],
    ['another scheme', ['--mail-from', FROM, '--smtp-relay', 'http://mail.example.com']],
    ['a sender alone', ['--mail-from', FROM]],
  ])('refuses %s', async (_, args) => {
    expect((await runServer(args)).code).toBe(2);
  });
});
