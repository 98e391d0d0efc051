// A server that is told to stop: what is under way is answered, what is stuck does not hold it.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder, waitFor } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { linkTo, listFiles, openUpload, sendRaw, sha256 } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const DATA = '/core/api/v1/sds/data';
const BODY = '{"vault":"vault","data":"AAAA"}';
/** More than the buffers of a connection hold. */
const LARGE_BYTES = 48 * 1024 * 1024;
const START_MS = 180_000;
const work = makeWorkFolder();
let postgres: Postgres;
let sds: SdsServer;
let tenant: TestTenant;
let app: TestApp;

const start = () =>
  startSds({ dataDir: join(work.path, 'data'), env: { DATABASE_URL: postgres.url } });

beforeAll(async () => {
  postgres = await Postgres.start(join(work.path, 'pg'));
  sds = await start();
  app = await sds.tenant.register('app');
  const id = await sds.tenant.makeVault(app, 'vault');
  const body = { permissions: [{ app: 'app', permission: '110' }] };
  await sds.tenant.must(app, 'PUT', `/vaults/${id}`, { body });
  await sds.server.stop();
}, START_MS);

beforeEach(async () => {
  sds = await start();
  ({ tenant } = sds);
}, START_MS);

afterEach(async () => {
  await sds.server.stop();
});

afterAll(async () => {
  await postgres.stop();
  work.remove();
});

/** Sends the head of a call that stores a record, and `sent` characters of its body. */
async function beginCall(sent: number): Promise<{ socket: Socket; answer: () => string }> {
  const headers = Object.entries({
    ...tenant.headers(app, 'POST', DATA, BODY),
    Host: 'localhost',
    'Content-Length': String(BODY.length),
  }).map(([name, value]) => `${name}: ${value}`);
  const { hostname, port } = new URL(sds.http);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, 'connect');
  socket.write([`POST ${DATA} HTTP/1.1`, ...headers, '', BODY.slice(0, sent)].join('\r\n'));
  // Answered behind the head above, so that is being worked on.
  await tenant.must(app, 'GET', '/vaults');
  return { socket, answer: () => answer };
}

async function untilClosed(): Promise<void> {
  await waitFor('a closed port', () =>
    fetch(`${sds.http}/health`).then(
      () => undefined,
      () => true,
    ),
  );
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'at %s it answers what is under way, and takes no more',
  async (signal) => {
    const { socket, answer } = await beginCall(5);
    const stopped = sds.server.stop(signal);
    await untilClosed();
    socket.write(BODY.slice(5));
    expect(await stopped).toBe(0);
    expect(answer()).toContain('HTTP/1.1 200');
    expect(answer()).toMatch(/^connection: close\r$/im);
    expect(answer()).toContain('"id":"data:');
    expect(sds.server.log).toContain('"event":"server.stopped"');
  },
);

it('a download that is under way comes to its end', async () => {
  const bytes = randomBytes(LARGE_BYTES);
  const { data } = await sendRaw(tenant, app, { vault: 'vault', name: 'large' }, bytes);
  const sent = request((await linkTo(tenant, app, data.id)).link).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const stopped = sds.server.stop();
  await untilClosed();
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  expect(sha256(Buffer.concat(parts))).toBe(sha256(bytes));
  expect(await stopped).toBe(0);
});

it('what is stuck is broken off, and noted as that', async () => {
  const { socket, answer } = await beginCall(5);
  const closed = once(socket, 'close');
  const upload = openUpload(tenant, app, { vault: 'vault', name: 'stuck' });
  upload.request.write(Buffer.alloc(300_000, 1));
  const stuck = async () => (await listFiles(tenant, app, 'vault=vault&name=stuck'))[0];
  await waitFor('the upload', stuck);
  // A stop that hangs is ended with 1.
  expect(await sds.server.stop()).toBe(0);
  await closed;
  expect(answer()).toBe('');
  await expect(upload.answer).rejects.toThrow();
  sds = await start();
  ({ tenant } = sds);
  const file = await stuck();
  expect(file).toMatchObject({ status: 'FAILED' });
  expect(file?.error).toContain('stopped');
  expect(sds.server.log).not.toContain('sds.files-cleared');
});
