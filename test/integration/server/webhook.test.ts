// Webhook calls against a real HTTP server on loopback: signed, in order, tried again, across a restart.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

const PATH = '/hook?token=in-the-address';

interface Call {
  readonly path: string;
  readonly signature: string;
  readonly body: string;
}

/** Takes calls; answers each with the next status, at the end with 204. */
class Receiver {
  readonly calls: Call[] = [];
  readonly #server: Server;
  #answers: { status: number; location?: string }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      void readText(request).then((body) => {
        const signature = String(request.headers['x-sealift-signature']);
        this.calls.push({ path: request.url ?? '', signature, body });
        const { status, location } = this.#answers.shift() ?? { status: 204 };
        response.writeHead(status, location === undefined ? {} : { location }).end();
      });
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((done) => receiver.#server.listen(port, '127.0.0.1', done));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  answer(...answers: { status: number; location?: string }[]): void {
    this.#answers = answers;
  }

  /** The calls about this manifest, once there are this many. */
  about(manifest: string, count: number): Promise<(Call & { stage: string })[]> {
    return waitFor(`${count} calls about ${manifest}`, async () => {
      const found = this.calls
        .map((call) => ({ ...call, ...(JSON.parse(call.body) as { stage: string }) }))
        .filter((call) => 'manifest' in call && call.manifest === manifest);
      return found.length >= count ? found : undefined;
    });
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
let customer: Customer;
let server: TestServer;
let receiver: Receiver;
let secret = '';

beforeAll(async () => {
  customer = new Customer(join(work.path, 'customer'));
  receiver = await Receiver.start();
  server = await TestServer.start({ dataDir });
  await customer.register(server);
  const url = `http://127.0.0.1:${receiver.port}${PATH}`;
  secret = (await server.call<{ secret: string }>('PUT', 'webhook', { url })).secret;
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
  customer.remove();
  work.remove();
});

async function send(name: string, csv = 'identity,Name\nu1,Ann\n'): Promise<string> {
  const key = await server.generateKey();
  const manifest = `${name}.manifest`;
  customer.prepare(`${name}.csv`, csv, key, {
    name: manifest,
    type: 'profile',
    clientEmail: 'hook@example.com',
  });
  await customer.sftp(server, [`put ${name}.csv.asc`, `put ${manifest}`]);
  return manifest;
}

describe('a webhook', () => {
  it('is called at each stage, signed, without a value of the data', async () => {
    const manifest = await send('hooked', 'identity,Name\nu1,secret-name\nnull,secret-name\n');
    const { id } = await server.verdictOn(manifest);
    const calls = await receiver.about(manifest, 3);
    expect(calls.map(({ stage }) => stage)).toEqual(['picked-up', 'processing', 'partly-imported']);
    expect(JSON.parse(calls[2]?.body ?? '')).toEqual({
      importId: id,
      manifest,
      fileName: 'hooked.csv.asc',
      stage: 'partly-imported',
      rows: 2,
      accepted: 1,
      rejected: 1,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    for (const { path, signature, body } of calls) {
      expect(path).toBe(PATH);
      expect(body).not.toContain('secret-name');
      const [, time, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(60);
      expect(v1).toBe(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
      // As a receiver in a shell checks it.
      const openssl = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], {
        input: `${time}.${body}`,
        encoding: 'utf8',
      });
      expect(openssl.trim().endsWith(` ${v1}`)).toBe(true);
    }
  });

  it('is tried again after a failure, follows no redirect, and keeps the order', async () => {
    const before = receiver.calls.length;
    const location = `http://127.0.0.1:${receiver.port}/elsewhere`;
    receiver.answer({ status: 302, location }, { status: 500 });
    const manifest = await send('again');
    await receiver.about(manifest, 5);
    const calls = receiver.calls.slice(before);
    expect(calls.map(({ path }) => path)).toEqual(Array(5).fill(PATH));
    const stages = calls.map(({ body }) => (JSON.parse(body) as { stage: string }).stage);
    expect(stages).toEqual(['picked-up', 'picked-up', 'picked-up', 'processing', 'imported']);
    expect(calls[1]?.body).toBe(calls[0]?.body);
    expect(server.log).toContain('"failure":"status 302"');
  });

  it('is called after a restart with what could not be told before', async () => {
    const { port } = receiver;
    await receiver.stop();
    const manifest = await send('restarted');
    await server.verdictOn(manifest);
    await server.stop('SIGKILL');
    for (const file of filesUnder(dataDir)) {
      const bytes = readFileSync(file);
      for (const text of [secret, 'in-the-address']) {
        expect(bytes.includes(text), `${file}: ${text}`).toBe(false);
      }
    }
    expect(server.log).not.toContain(secret);
    expect(server.log).not.toContain('in-the-address');

    receiver = await Receiver.start(port);
    server = await TestServer.start({ dataDir });
    const calls = await receiver.about(manifest, 3);
    expect(calls.map(({ stage }) => stage)).toEqual(['picked-up', 'processing', 'imported']);
    const [, time, v1] = /^t=(\d+),v1=(.*)$/.exec(calls[0]?.signature ?? '') ?? [];
    const signed = `${time}.${calls[0]?.body ?? ''}`;
    expect(v1).toBe(createHmac('sha256', secret).update(signed).digest('hex'));
  });

  it('gets a new secret with a new address, and is silent once it is removed', async () => {
    const url = `http://127.0.0.1:${receiver.port}/new`;
    const again = await server.call<{ secret: string }>('PUT', 'webhook', { url });
    expect(again.secret).not.toBe(secret);
    expect(
      (await server.request('DELETE', `/accounts/${server.ready.account}/webhook`)).status,
    ).toBe(204);
    expect(
      (await server.request('DELETE', `/accounts/${server.ready.account}/webhook`)).status,
    ).toBe(404);
    const before = receiver.calls.length;
    await server.verdictOn(await send('silent'));
    await server.mailTo('hook@example.com', 12);
    expect(receiver.calls).toHaveLength(before);
  });

  it.each([
    'not an address',
    'ftp://example.com/',
    'https://user:pass@example.com/',
    'file:///etc',
  ])('cannot be %s', async (url) => {
    const path = `/accounts/${server.ready.account}/webhook`;
    const answer = await server.request('PUT', path, { url });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('WEBHOOK_URL');
  });
});

describe('a server beyond loopback', () => {
  it('calls no private address, and takes https addresses only', async () => {
    const args = ['--host', '0.0.0.0', '--allow-remote', '--behind-tls-proxy'];
    const data = join(work.path, 'remote');
    const remote = await TestServer.start({ dataDir: data, args });
    try {
      const path = `/accounts/${remote.ready.account}/webhook`;
      const plain = { url: `http://example.com:${receiver.port}/` };
      expect((await remote.request('PUT', path, plain)).status).toBe(400);
      await remote.call('PUT', 'webhook', { url: `https://127.0.0.1:${receiver.port}/` });
      await customer.register(remote);
      customer.write('private.manifest', '{"fileName": "x.csv.asc"}');
      const before = receiver.calls.length;
      await customer.sftp(remote, ['put private.manifest']);
      await waitFor('the refusal', async () =>
        remote.log.includes('"failure":"TargetError"') ? true : undefined,
      );
      expect(receiver.calls).toHaveLength(before);
    } finally {
      await remote.stop();
    }
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
