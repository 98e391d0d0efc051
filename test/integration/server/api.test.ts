// The console API as a client meets it: the token, the limits, and an answer to every bad request.
import { execFileSync } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

const work = makeWorkFolder();
let server: TestServer;
let customer: Customer;

beforeAll(async () => {
  server = await TestServer.start();
  customer = new Customer(join(work.path, 'customer'));
});

afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

const inAccount = (path: string) => `/accounts/${server.ready.account}/${path}`;

async function refusal(method: string, path: string, body?: unknown) {
  const response = await server.request(method, path, body);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...error };
}

describe('the door', () => {
  it.each([undefined, 'Bearer ', 'Bearer wrong', 'Basic abc'])(
    'does not open for %s',
    async (header) => {
      const response = await fetch(`${server.ready.http}/v1/accounts`, {
        headers: header === undefined ? {} : { Authorization: header },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
    },
  );

  it('tells the world its description, its page and its health', async () => {
    const document = (await (await fetch(`${server.ready.http}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    expect(Object.keys(document.paths)).toContain(
      '/v1/accounts/{id}/imports/{importId}/failed-rows.csv',
    );
    const page = await (await fetch(`${server.ready.http}/docs`)).text();
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
    expect(page).not.toMatch(/<script|src=|https?:\/\/(?!127)/);
    expect(await (await fetch(`${server.ready.http}/health`)).json()).toEqual({ status: 'ok' });
  });
});

describe('bad requests', () => {
  it.each([
    ['POST', '/accounts', { email: 'nonsense' }, 400],
    ['POST', '/accounts', { email: 'a@b.example', extra: 1 }, 400],
    ['POST', '/accounts', [], 400],
    ['GET', '/accounts/none/imports', undefined, 404],
    ['GET', '/nothing', undefined, 404],
    ['DELETE', '/accounts', undefined, 404],
  ] as const)('%s %s %j → %i', async (method, path, body, status) => {
    expect(await refusal(method, path, body)).toMatchObject({ status });
  });

  it.each([
    ['GET', 'imports?limit=0', 400],
    ['GET', 'imports?limit=9999', 400],
    ['GET', 'imports?after=x', 400],
    ['GET', 'imports/not-a-uuid', 400],
    ['GET', 'imports/ec491319-9823-48cd-b6a1-6bb0bc666d75', 404],
    ['GET', 'imports/ec491319-9823-48cd-b6a1-6bb0bc666d75/failed-rows.csv', 404],
    ['GET', 'profiles/%00', 400],
    ['GET', `profiles/${'x'.repeat(2000)}`, 400],
    ['GET', 'events?identity=%00', 400],
    ['GET', 'events?after=999999999999999', 200],
    ['DELETE', 'pgp-keys/ec491319-9823-48cd-b6a1-6bb0bc666d75', 404],
  ] as const)('%s …/%s → %i', async (method, path, status) => {
    expect((await server.request(method, inAccount(path))).status).toBe(status);
  });

  it('are answered when they are no JSON, not declared as such, or too large', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${server.ready.http}/v1/accounts`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${server.adminToken}`, ...headers },
        body,
      });
    const json = { 'Content-Type': 'application/json' };
    expect((await post(json, '{"email":')).status).toBe(400);
    expect((await post({ 'Content-Type': 'text/plain' }, '{"email":"a@b.example"}')).status).toBe(
      415,
    );
    // Announced only: the server does not wait for the rest, and a client that sends it may find the line closed.
    const headers = { Authorization: `Bearer ${server.adminToken}`, ...json };
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${server.ready.http}/v1/accounts`, {
        method: 'POST',
        headers: { ...headers, 'Content-Length': 2_000_000 },
      });
      request.once('error', reject).once('response', ({ statusCode }) => {
        resolve(statusCode);
        request.destroy();
      });
      request.flushHeaders();
    });
    expect(status).toBe(413);
  });
});

describe('SSH keys', () => {
  const make = (name: string, ...options: string[]) => {
    const path = join(work.path, name);
    execFileSync('ssh-keygen', ['-q', '-N', '', '-f', path, ...options]);
    return execFileSync('cat', [`${path}.pub`], { encoding: 'utf8' });
  };

  it('are taken up to ten, each once, and only sound ones', async () => {
    const add = (publicKey: string) =>
      server.request('POST', inAccount('ssh-keys'), { name: 'k', publicKey });
    expect((await add('nonsense')).status).toBe(400);
    expect((await add(make('weak', '-t', 'rsa', '-b', '1024'))).status).toBe(400);
    expect(
      (await add(execFileSync('cat', [join(work.path, 'weak')], { encoding: 'utf8' }))).status,
    ).toBe(400);
    const first = make('rsa', '-t', 'rsa', '-b', '2048');
    expect((await add(first)).status).toBe(201);
    expect((await add(first)).status).toBe(409);
    for (let index = 1; index < 10; index += 1) {
      expect((await add(make(`k${index}`, '-t', index % 2 ? 'ed25519' : 'ecdsa'))).status).toBe(
        201,
      );
    }
    expect(
      await refusal('POST', inAccount('ssh-keys'), { name: 'k', publicKey: make('k10') }),
    ).toMatchObject({
      status: 409,
      code: 'SSH_KEY_LIMIT',
    });
    expect(await customer.sftp(server, ['pwd'], join(work.path, 'rsa'))).toContain('/');
    expect(await customer.sftp(server, ['pwd'], join(work.path, 'k2'))).toContain('/');
  });
});

describe('key sets', () => {
  it('are shared only when both halves and the passphrase belong together', async () => {
    const one = await server.generateKey();
    const two = await server.generateKey();
    const { id } = await server.call<{ id: string }>('POST', '/accounts', {
      email: 'keys@example.com',
    });
    const path = `/accounts/${id}/pgp-keys`;
    const share = (change: object) =>
      server.request('POST', path, {
        publicKey: one.publicKey,
        privateKey: one.privateKey,
        passphrase: one.passphrase,
        ...change,
      });
    for (const change of [
      { publicKey: two.publicKey },
      { publicKey: one.privateKey },
      { publicKey: 'nonsense' },
      { privateKey: one.publicKey },
      { passphrase: 'wrong' },
      { passphrase: '' },
      { generate: { name: 'n', email: 'a@b.example' } },
    ]) {
      const response = await share(change);
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain('BEGIN PGP');
    }
    const shared = await share({});
    expect(shared.status).toBe(201);
    const registered = (await shared.json()) as Record<string, string>;
    expect(registered).toMatchObject({ fingerprint: one.fingerprint });
    expect(Object.keys(registered).sort()).toEqual(['fingerprint', 'keyId', 'publicKey']);
    expect((await share({})).status).toBe(409);
    const list = await (await server.request('GET', path)).text();
    expect(list).toContain(registered.keyId);
    expect(list).not.toMatch(/PRIVATE KEY|passphrase/);
    expect((await server.request('DELETE', `${path}/${registered.keyId}`)).status).toBe(204);
  });

  it('made by the server open with gpg, RSA by default', async () => {
    const generate = { name: 'Ann Example', email: 'ann@example.com', comment: 'Crème' };
    const key = await server.call<Awaited<ReturnType<TestServer['generateKey']>>>(
      'POST',
      'pgp-keys',
      { generate },
    );
    customer.write('hello', 'hello');
    customer.seal('hello', key);
    const sealed = execFileSync('cat', [join(customer.folder, 'hello.asc')], { encoding: 'utf8' });
    expect(customer.open(sealed, key)).toBe('hello');
    const listing = execFileSync('gpg', ['--show-keys', '--with-colons'], {
      input: key.publicKey,
      encoding: 'utf8',
    });
    expect(listing).toMatch(/^pub:[^:]*:3072:1:/m);
  });

  it.each([
    ['a line break in the name', { name: 'a\nb', email: 'a@b.example' }],
    ['brackets in the name', { name: 'a <x@y.example>', email: 'a@b.example' }],
    ['no address', { name: 'a', email: 'a' }],
  ])('are not made with %s', async (_, generate) => {
    expect(await refusal('POST', inAccount('pgp-keys'), { generate })).toMatchObject({
      status: 400,
    });
  });

  it('are twenty at most', async () => {
    const { id } = await server.call<{ id: string }>('POST', '/accounts', {
      email: 'many@example.com',
    });
    const generate = { name: 'n', email: 'n@example.com', type: 'curve25519' };
    for (let index = 0; index < 20; index += 1) {
      await server.call('POST', `/accounts/${id}/pgp-keys`, { generate });
    }
    expect(await refusal('POST', `/accounts/${id}/pgp-keys`, { generate })).toMatchObject({
      status: 409,
      code: 'PGP_KEY_LIMIT',
    });
  });
});

describe('the mail sink', () => {
  const talk = (lines: readonly string[]) =>
    new Promise<string>((done) => {
      const { host, port } = server.ready.smtp;
      let answers = '';
      const socket = connect(port, host);
      socket.on('data', (chunk) => {
        answers += chunk.toString();
        const next = lines[answers.split('\n').length - 2];
        if (next !== undefined) socket.write(`${next}\r\n`);
      });
      socket.on('error', () => undefined).on('close', () => done(answers));
    });

  it('takes foreign mail, and survives nonsense', async () => {
    const message = [
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      'To: x@example.com',
      '',
      'body',
      '.',
    ].join('\r\n');
    await talk([
      'HELO x',
      'MAIL FROM:<a@b.example>',
      'RCPT TO:<Sink@Example.com>',
      'DATA',
      message,
      'QUIT',
    ]);
    const [mail] = await server.mailTo('sink@example.com', 1);
    expect(mail).toMatchObject({ subject: 'Grüße', to: 'sink@example.com' });
    expect(mail?.text.trim()).toBe('body');
    await talk(['\0\xff garbage', 'AUTH PLAIN x', 'MAIL FROM:<<<', 'DATA', 'QUIT']);
    await waitFor('health', async () =>
      (await fetch(`${server.ready.http}/health`)).ok ? true : undefined,
    );
  });
});
