// Whatever is sent: an error with a code, never a 500.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import { waitFor } from '../server/harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

/** A database's first start takes long on a busy machine. */
const START_MS = 180_000;
let sds: SdsServer;
let tenant: TestTenant;
let app: TestApp;

beforeAll(async () => {
  sds = await startSds();
  tenant = sds.tenant;
  app = await tenant.register('app');
  await tenant.makeVault(app, 'vault');
}, START_MS);

afterAll(async () => {
  expect(sds.server.log).not.toContain('internal-error');
  await sds.server.stop();
});

const BASE = '/core/api/v1/sds';

/** Sends a body as it stands, rightly signed. */
async function send(method: string, path: string, body: string, headers = {}) {
  const target = `${BASE}${path}`;
  const signed = tenant.headers(app, method, target, body, { headers });
  const response = await fetch(`${sds.http}${target}`, { method, headers: signed, body });
  const answer = (await response.json()) as { error: { code: string; status: number } };
  return { status: response.status, error: answer.error };
}

/** Sends bytes as they stand. @returns the status line and the body */
function raw(bytes: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(sds.http);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
      resolve({ status, body: text.slice(text.indexOf('\r\n\r\n') + 4) });
    });
  });
}

describe('bodies', () => {
  it.each(['', '{', '[]', 'null', '"text"', '{"a":1}', '\0', '{"data":"AAAA","vault":"vault",}'])(
    'that are no record are refused: %j',
    async (body) => {
      const headers = { 'Content-Type': 'application/json' };
      expect(await send('POST', '/data', body, headers)).toMatchObject({
        status: 400,
        error: { code: expect.stringMatching(/^21010302\d{4}$/) as string, status: 400 },
      });
    },
  );

  it('of another type are refused', async () => {
    const body = '{"data":"AAAA","vault":"vault"}';
    for (const type of ['text/plain', 'application/jsonp', 'multipart/form-data; boundary=x']) {
      expect(await send('POST', '/data', body, { 'Content-Type': type })).toMatchObject({
        status: 415,
      });
    }
  });

  it('nested deep enough to overflow a stack are refused', async () => {
    const meta = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `{"data":"AAAA","vault":"vault","meta":${meta}}`;
    expect(await send('POST', '/data', body)).toMatchObject({ status: 400 });
  });

  it('are taken up to 375 KB, and refused with 413 beyond', async () => {
    const frame = '{"data":"","vault":"vault"}'.length;
    const fill = (bytes: number) => {
      const data = 'A'.repeat(bytes - frame - ((bytes - frame) % 4));
      return `{"data":"${data}","vault":"vault"}`;
    };
    expect((await send('POST', '/data', fill(375 * 1024))).status).toBe(200);
    expect(await send('POST', '/data', fill(375 * 1024 + 8))).toMatchObject({
      status: 413,
      error: { code: expect.stringMatching(/0501$/) as string },
    });
  });

  it('in chunks are counted, too', async () => {
    const target = `${BASE}/data`;
    // The last of them is too much: to a client that still sends, the answer may not come through.
    const chunk = Buffer.alloc(96 * 1024, 'A');
    const response = await fetch(`${sds.http}${target}`, {
      method: 'POST',
      headers: tenant.headers(app, 'POST', target, 'x'),
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 4; i += 1) controller.enqueue(chunk);
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('are not read for who has no token', async () => {
    const headers = { 'X-COREOS-ACCESS': 'x' };
    expect(await send('POST', '/data', 'A'.repeat(400_000), headers)).toMatchObject({
      status: 401,
    });
  });
});

describe('requests that are none', () => {
  it('get an answer with a code', async () => {
    const { status, body } = await raw('NONSENSE\r\n\r\n');
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ error: { code: '210100000504', status: 400 } });
  });

  it('with a head of megabytes are refused with 431', async () => {
    const head = `GET ${BASE}/vaults HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(10_000_000)}\r\n\r\n`;
    const { status, body } = await raw(head).catch(() => ({ status: 431, body: '' }));
    expect(status).toBe(431);
    if (body !== '') expect(JSON.parse(body)).toMatchObject({ error: { code: '210100000503' } });
    const small = await raw(
      `GET ${BASE}/vaults HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(17_000)}\r\n\r\n`,
    );
    expect(JSON.parse(small.body)).toMatchObject({ error: { code: '210100000503', status: 431 } });
  });
});

describe('paths and queries', () => {
  it.each([
    '/data/data:%00',
    '/data/..%2f..%2fetc',
    '/data/data:00000000-0000-0000-0000-00000000000g',
    '/data/%ff',
    '/data/app:00000000-0000-0000-0000-000000000000',
    '/data?ids=%00',
    '/data?ids=data:1,,',
    '/data?vault=%00',
    '/data?vault=vault&limit=1e9',
    '/data?vault=vault&limit=NaN',
    '/data?vault=vault&vault=other',
    '/vaults/vault:',
    '/vaults/%F0%9F%92%A9',
  ])('that are nonsense are refused: %s', async (path) => {
    const answer = await tenant.call(app, 'GET', path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.error.code).toMatch(/^2101\d{8}$/);
  });
});

describe('keys', () => {
  const EC =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==';
  it.each([
    ['nothing', ''],
    ['no base64', '!!!'],
    ['no DER', 'AAAA'],
    ['an elliptic curve', EC],
    ['PEM', '-----BEGIN PUBLIC KEY-----'],
  ])('that are %s are refused', async (_, key) => {
    const answer = await tenant.call(undefined, 'POST', '/apps', {
      body: { name: 'new-app', key },
    });
    expect(answer.status).toBe(400);
    expect(answer.error.code).toMatch(/^210101020004$/);
  });
});

describe('limits', () => {
  let slow: SdsServer;
  let signer: TestApp;

  beforeAll(async () => {
    slow = await startSds({ args: ['--sds-rate', '5', '--max-requests', '1'] });
    signer = await slow.tenant.register('signer');
  }, START_MS);

  afterAll(async () => {
    await slow.server.stop();
  });

  it('answers 503 while enough is under way', async () => {
    const { hostname, port } = new URL(slow.http);
    const target = `${BASE}/data`;
    const headers = Object.entries({
      ...slow.tenant.headers(signer, 'POST', target, 'x'),
      Host: hostname,
      'Content-Length': '5',
    }).map(([name, value]) => `${name}: ${value}`);
    const held = connect(Number(port), hostname);
    held.write([`POST ${target} HTTP/1.1`, ...headers, '', 'x'].join('\r\n'));
    const refused = await waitFor('503', async () => {
      const answer = await slow.tenant.call(signer, 'GET', '/vaults');
      return answer.status === 503 ? answer : undefined;
    });
    expect(refused.error.code).toBe('210102010602');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await slow.server.request('GET', '/accounts')).status).toBe(503);
    held.destroy();
    await waitFor('an end of it', async () =>
      (await slow.server.request('GET', '/accounts')).status === 200 ? true : undefined,
    );
  });

  it('answers 429 to a tenant that asks too often, and not to another', async () => {
    const stranger = await slow.makeTenant();
    const statuses: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      statuses.push((await slow.tenant.call(signer, 'GET', '/vaults')).status);
    }
    expect(statuses.filter((status) => ![200, 429].includes(status))).toEqual([]);
    expect(statuses).toContain(429);
    await stranger.register('signer');
  });
});
