// SDS as a client meets it: every call once well, every rule once broken; on both databases.
import { randomUUID, sign } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN_PATH, TestApp, openSealed } from '../../helpers/sds.ts';
import type { Answer, CallOptions, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

/** A database's first start takes long on a busy machine. */
const START_MS = 180_000;

let count = 0;
/** A name that no other test uses. */
const fresh = (): string => `name-${(count += 1)}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

interface StoredRecord {
  id: string;
  vault: string;
  data: string;
  meta: unknown;
  encrypted: boolean;
}

/** The last four digits of the code: the reason. */
const reason = (answer: Answer<unknown>): string => answer.error.code.slice(-4);

describe.each(['PGlite', 'PostgreSQL'])('on %s', (engine) => {
  let sds: SdsServer;
  let tenant: TestTenant;
  let owner: TestApp;
  let other: TestApp;
  let postgres: Postgres | undefined;
  const work = makeWorkFolder();

  beforeAll(async () => {
    if (engine === 'PostgreSQL') postgres = await Postgres.start(join(work.path, 'pg'));
    const env = postgres && { DATABASE_URL: postgres.url };
    sds = await startSds({ dataDir: join(work.path, 'data'), ...(env && { env }) });
    tenant = sds.tenant;
    owner = await tenant.register('owner');
    other = await tenant.register('other');
  }, START_MS);

  afterAll(async () => {
    await sds.server.stop();
    await postgres?.stop();
    work.remove();
  });

  describe('the token call', () => {
    const call = async (body: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(`${sds.http}${TOKEN_PATH}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-COREOS-REQUEST-ID': 'my-request',
          'X-COREOS-TID': tenant.access.tenant,
          ...headers,
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Answer };
    };

    it('gives a token for a day, in the envelope', async () => {
      const { clientId, clientSecret } = tenant.access;
      const { status, body } = await call({ clientId, clientSecret });
      expect(status).toBe(200);
      expect(body.data).toEqual({ accessToken: expect.any(String) as string, expiresIn: 86400 });
      expect(body.request).toMatchObject({ id: 'my-request', uri: TOKEN_PATH });
      expect(Date.parse(body.request.timestamp)).toBeGreaterThan(Date.now() - 60_000);
    });

    it('refuses whoever does not know the secret of this very tenant', async () => {
      const { clientId, clientSecret } = tenant.access;
      const foreign = (await sds.makeTenant()).access;
      const refused = [
        await call({ clientId, clientSecret: `${clientSecret}x` }),
        await call({ clientId: randomUUID(), clientSecret }),
        await call({ clientId, clientSecret }, { 'X-COREOS-TID': foreign.tenant }),
        await call({ clientId, clientSecret }, { 'X-COREOS-TID': 'unknown' }),
      ];
      for (const { status, body } of refused) {
        expect(status).toBe(401);
        expect(body.error).toEqual(refused[0]!.body.error);
      }
      expect(await call({ clientId })).toMatchObject({ status: 400 });
      expect(await call({ clientId, clientSecret, more: 1 })).toMatchObject({ status: 400 });
    });
  });

  describe('the door', () => {
    it.each([
      ['no request id', { 'X-COREOS-REQUEST-ID': undefined }, 400, '0001'],
      ['a request id of two words', { 'X-COREOS-REQUEST-ID': 'a b' }, 400, '0001'],
      ['no token', { 'X-COREOS-ACCESS': undefined }, 400, '0001'],
      ['no tenant', { 'X-COREOS-TID': undefined }, 400, '0001'],
      ['no signature', { 'X-SDS-SIGNATURE': undefined }, 400, '0001'],
      ['a time that is none', { 'X-SDS-TIMESTAMP': 'noon' }, 400, '0001'],
      ['another token', { 'X-COREOS-ACCESS': 'abc.def' }, 401, '0102'],
      ['another tenant', { 'X-COREOS-TID': 'other' }, 401, '0103'],
      ['a signature that is none', { 'X-SDS-SIGNATURE': 'nonsense' }, 401, '0104'],
      [
        'a signature of an unknown app',
        { 'X-SDS-SIGNATURE': `AAAA.${base64('nobody')}` },
        401,
        '0104',
      ],
      ['a wrong signature', { 'X-SDS-SIGNATURE': `AAAA.${base64('owner')}` }, 401, '0104'],
    ] as const)('does not open for %s', async (_, headers, status, code) => {
      const answer = await tenant.call(owner, 'GET', '/vaults', { headers });
      expect(answer.status).toBe(status);
      expect(answer.error).toMatchObject({ status });
      expect(answer.error.code).toMatch(/^\d{12}$/);
      expect(reason(answer)).toBe(code);
    });

    it('asks in its order: headers, token, tenant, signature, body, 404', async () => {
      const wrong: [string, Record<string, string | undefined>, unknown][] = [
        ['0001', { 'X-COREOS-REQUEST-ID': undefined }, 'body'],
        ['0102', { 'X-COREOS-ACCESS': 'x' }, 'body'],
        ['0103', { 'X-COREOS-TID': 'x' }, 'body'],
        ['0104', { 'X-SDS-SIGNATURE': 'x' }, 'body'],
        ['0002', {}, 'body'],
      ];
      const headers: Record<string, string | undefined> = Object.assign(
        {},
        ...wrong.map(([, header]) => header),
      );
      for (const [code, fault, body] of wrong) {
        const answer = await tenant.call(owner, 'PUT', `/vaults/vault:${randomUUID()}`, {
          headers: { ...headers },
          body,
        });
        expect(reason(answer)).toBe(code);
        for (const name of Object.keys(fault)) delete headers[name];
      }
    });

    it('takes a token of its own tenant only', async () => {
      const stranger = await sds.makeTenant();
      const app = await stranger.register('owner');
      expect(
        (
          await tenant.call(app, 'GET', '/vaults', {
            headers: { 'X-COREOS-ACCESS': stranger.token },
          })
        ).status,
      ).toBe(401);
      // The same name in another tenant is another app.
      expect((await tenant.call(app, 'GET', '/vaults')).status).toBe(401);
    });

    it('echoes the request id and says what was asked', async () => {
      const { request } = await tenant.must(owner, 'GET', '/vaults', { requestId: 'r-1' });
      expect(request).toMatchObject({ id: 'r-1', uri: '/core/api/v1/sds/vaults' });
    });

    it('answers a call that does not exist with 404', async () => {
      expect(reason(await tenant.call(owner, 'GET', '/nothing'))).toBe('0302');
      expect(reason(await tenant.call(owner, 'DELETE', '/vaults'))).toBe('0302');
    });
  });

  describe('strict mode', () => {
    const at = (options: CallOptions) =>
      tenant.call(owner, 'GET', '/vaults', { strict: true, ...options });

    it('takes a signature over all of the request, once', async () => {
      const requestId = randomUUID();
      expect((await at({ requestId })).status).toBe(200);
      expect(reason(await at({ requestId }))).toBe('0107');
      // Another app has request ids of its own.
      expect((await tenant.call(other, 'GET', '/vaults', { strict: true, requestId })).status).toBe(
        200,
      );
    });

    it('takes a time that is at most 300 seconds off', async () => {
      for (const offset of [-295, 295]) {
        expect((await at({ timestamp: nowSeconds() + offset })).status).toBe(200);
      }
      for (const offset of [-310, 310]) {
        const answer = await at({ timestamp: nowSeconds() + offset });
        expect(reason(answer)).toBe('0106');
        expect(answer.error.additionalInfo.serverTime).toBeTypeOf('number');
      }
    });

    it.each([
      ['the request id', { 'X-COREOS-REQUEST-ID': 'another' }, {}],
      ['the time', { 'X-SDS-TIMESTAMP': String(nowSeconds() - 5) }, {}],
      ['the body', {}, { body: '{"name":"vault-x"}' }],
      ['the method', {}, { method: 'PUT' }],
      ['the query', {}, { path: '/core/api/v1/sds/vaults?a=b' }],
    ])(
      'covers %s',
      async (_, headers, { body = '', method = 'POST', path }: Record<string, string>) => {
        const signedFor = '/core/api/v1/sds/vaults';
        const signed = tenant.headers(owner, 'POST', signedFor, '{"name":"vault-y"}', {
          strict: true,
        });
        const response = await fetch(`${sds.http}${path ?? signedFor}`, {
          method,
          headers: { ...signed, ...headers },
          body: body === '' ? '{"name":"vault-y"}' : body,
        });
        const answer = (await response.json()) as Answer;
        expect(response.status).toBe(401);
        expect(reason(answer)).toBe('0104');
      },
    );

    it('is demanded by a strict vault, for its records, its configuration and the list', async () => {
      const app = await tenant.register(fresh());
      const name = fresh();
      const id = await tenant.makeVault(app, name, { strictSignature: true });
      const body = { vault: name, data: 'AAAA' };
      const record = (
        await tenant.must<{ id: string }>(app, 'POST', '/data', { body, strict: true })
      ).data.id;
      const calls: [string, string, CallOptions][] = [
        ['POST', '/data', { body }],
        ['GET', `/data/${record}`, {}],
        ['GET', `/data?ids=${record}`, {}],
        ['GET', `/data?vault=${name}`, {}],
        ['PUT', `/data/${record}`, { body: { data: 'AAAA' } }],
        ['GET', `/vaults/${id}`, {}],
        ['PUT', `/vaults/${id}`, { body: { readLimit: 2 } }],
        ['GET', '/vaults', {}],
        ['DELETE', `/data/${record}`, {}],
      ];
      for (const [method, path, options] of calls) {
        const refused = await tenant.call(app, method, path, options);
        expect(refused.status, `${method} ${path}`).toBe(401);
        expect(refused.error.additionalInfo).toEqual({ required: 'strict' });
        expect((await tenant.call(app, method, path, { ...options, strict: true })).status).toBe(
          200,
        );
      }
    });
  });

  describe('apps', () => {
    it('are registered by name, once and for ever, and see themselves only', async () => {
      const app = await tenant.register(fresh());
      const { data } = await tenant.must(app, 'GET', `/apps/${app.id}`);
      expect(data).toEqual({ id: app.id, name: app.name, key: app.key });
      const again = await tenant.call(undefined, 'POST', '/apps', {
        body: { name: app.name, key: app.key },
      });
      expect(reason(again)).toBe('0401');
      expect((await tenant.call(owner, 'GET', `/apps/${app.id}`)).status).toBe(403);
      expect((await tenant.call(owner, 'GET', `/apps/app:${randomUUID()}`)).status).toBe(404);
      expect((await tenant.call(owner, 'GET', '/apps/nonsense')).status).toBe(400);
    });

    it.each(['ab', 'a'.repeat(17), 'späce', 'a b c', '', 'a/b/c'])(
      'are not called %j',
      async (name) => {
        const answer = await tenant.call(undefined, 'POST', '/apps', {
          body: { name, key: owner.key },
        });
        expect(reason(answer)).toBe('0002');
      },
    );

    it('change their key with proof of the new one, signed strictly by the current', async () => {
      const app = await tenant.register(fresh());
      const next = new TestApp(app.name);
      const put = (options: CallOptions & { proof?: string; signer?: TestApp }) =>
        tenant.call(options.signer ?? app, 'PUT', `/apps/${app.id}`, {
          body: { key: next.key, proof: options.proof ?? proofBy(next) },
          strict: options.strict ?? true,
        });
      const proofBy = (by: TestApp) =>
        sign('RSA-SHA256', Buffer.from(`${app.id}.${next.key}`), by.privateKey).toString('base64');
      expect((await put({ strict: false })).error.additionalInfo).toEqual({ required: 'strict' });
      expect(reason(await put({ proof: proofBy(app) }))).toBe('0005');
      expect(reason(await put({ proof: 'x' }))).toBe('0005');
      expect((await put({ signer: next })).status).toBe(401);
      expect((await put({ signer: owner })).status).toBe(403);
      expect((await put({})).status).toBe(200);
      // The old key is worth nothing from now on.
      expect((await put({})).status).toBe(401);
      expect((await tenant.call(next, 'GET', `/apps/${app.id}`)).data).toMatchObject({
        key: next.key,
      });
    });
  });

  describe('vaults', () => {
    it('have defaults, and an owner with 101 whatever was sent', async () => {
      const name = fresh();
      const id = await tenant.makeVault(owner, name, {
        permissions: [
          { app: 'owner', permission: '110' },
          { app: 'other', permission: '010' },
        ],
      });
      const { data } = await tenant.must(owner, 'GET', `/vaults/${id}`);
      expect(data).toMatchObject({
        id,
        name,
        owner: 'owner',
        readLimit: 1,
        uniqueData: false,
        enable: true,
        strictSignature: false,
        permissions: [
          { app: 'other', permission: '010' },
          { app: 'owner', permission: '101' },
        ],
      });
      expect((await tenant.call(other, 'GET', `/vaults/${id}`)).status).toBe(403);
      expect(
        (await tenant.call(other, 'PUT', `/vaults/${id}`, { body: { readLimit: 3 } })).status,
      ).toBe(403);
    });

    it('are made by their owner, under a name that is free', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name);
      const make = (app: TestApp, body: object) => tenant.call(app, 'POST', '/vaults', { body });
      expect(reason(await make(other, { name, owner: 'other' }))).toBe('0401');
      expect((await make(other, { name: fresh(), owner: 'owner' })).status).toBe(403);
      expect((await make(other, { name: fresh(), owner: 'nobody' })).status).toBe(403);
      const unknown = [{ app: 'nobody', permission: '100' }];
      const answer = await make(owner, { name: fresh(), owner: 'owner', permissions: unknown });
      expect(answer.status).toBe(404);
      expect(answer.error.additionalInfo).toEqual({ app: 'nobody' });
    });

    it.each([
      { readLimit: 0 },
      { readLimit: -1 },
      { readLimit: 51 },
      { readLimit: 1.5 },
      { readLimit: '5' },
      { uniqueData: 'yes' },
      { enable: null },
      { permissions: [{ app: 'other', permission: '111' }] },
      { permissions: [{ app: 'other', permission: '011' }] },
      { permissions: [{ app: 'other', permission: 101 }] },
      {
        permissions: [
          { app: 'other', permission: '100' },
          { app: 'other', permission: '010' },
        ],
      },
      { surprise: true },
    ])('are not made with %j', async (settings) => {
      const body = { name: fresh(), owner: 'owner', ...settings };
      expect(reason(await tenant.call(owner, 'POST', '/vaults', { body }))).toBe('0002');
    });

    it('are changed in part; permissions replace the list, but for the owner', async () => {
      const id = await tenant.makeVault(owner, fresh(), {
        readLimit: 5,
        permissions: [{ app: 'other', permission: '010' }],
      });
      const put = (body: object) => tenant.must(owner, 'PUT', `/vaults/${id}`, { body });
      const look = async () => (await tenant.must(owner, 'GET', `/vaults/${id}`)).data;
      await put({ uniqueData: true });
      expect(await look()).toMatchObject({ readLimit: 5, uniqueData: true });
      await put({ permissions: [] });
      expect(await look()).toMatchObject({ permissions: [{ app: 'owner', permission: '101' }] });
      await put({ permissions: [{ app: 'owner', permission: '010' }] });
      expect(await look()).toMatchObject({ permissions: [{ app: 'owner', permission: '010' }] });
      for (const body of [{}, { name: 'new-name' }, { owner: 'other' }, { readLimit: 51 }]) {
        expect((await tenant.call(owner, 'PUT', `/vaults/${id}`, { body })).status).toBe(400);
      }
    });

    it('are listed for those who own or may use them', async () => {
      const app = await tenant.register(fresh());
      const [used, owned, denied] = [`a-${fresh()}`, `b-${fresh()}`, fresh()];
      await tenant.makeVault(owner, used, { permissions: [{ app: app.name, permission: '100' }] });
      await tenant.makeVault(app, owned);
      await tenant.makeVault(owner, denied, {
        permissions: [{ app: app.name, permission: '000' }],
      });
      const { data } = await tenant.must<{ items: object[] }>(app, 'GET', '/vaults');
      expect(data.items).toMatchObject([
        { name: used, owner: 'owner', permission: '100' },
        { name: owned, owner: app.name, permission: '101' },
      ]);
    });

    it('are disabled only when empty, and refuse reads and writes then', async () => {
      const name = fresh();
      const id = await tenant.makeVault(owner, name);
      const record = await tenant.store(owner, name, 'x');
      const enable = (value: boolean) =>
        tenant.call(owner, 'PUT', `/vaults/${id}`, { body: { enable: value } });
      expect(reason(await enable(false))).toBe('0403');
      await tenant.must(owner, 'DELETE', `/data/${record}`);
      expect((await enable(false)).status).toBe(200);
      const write = await tenant.call(owner, 'POST', '/data', { body: { vault: name, data: '' } });
      expect(reason(write)).toBe('0202');
      expect(reason(await tenant.call(owner, 'GET', `/data?vault=${name}`))).toBe('0202');
      expect((await enable(true)).status).toBe(200);
      await tenant.store(owner, name, 'x');
    });
  });

  describe('records', () => {
    it('come back as stored with 110, sealed to the reader with 101', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name, { permissions: [{ app: 'other', permission: '110' }] });
      const meta = { kind: ['phone', 1, null], deep: { a: true } };
      const id = await tenant.store(other, name, '+49 151 1234567', meta);
      const stored = base64('+49 151 1234567');
      const plain = (await tenant.must<StoredRecord>(other, 'GET', `/data/${id}`)).data;
      expect(plain).toEqual({ id, vault: name, data: stored, meta, encrypted: false });
      const first = (await tenant.must<StoredRecord>(owner, 'GET', `/data/${id}`)).data;
      const second = (await tenant.must<StoredRecord>(owner, 'GET', `/data/${id}`)).data;
      expect(first).toMatchObject({ id, vault: name, meta, encrypted: true });
      expect(first.data).not.toBe(second.data);
      expect(openSealed(owner.privateKey, first.data)).toBe(stored);
      expect(openSealed(owner.privateKey, second.data)).toBe(stored);
    });

    it.each(['a', 'ab=', 'QR==', 'AAAA\n', 'A-_A', 'AAA', '====', ' AAAA', 5, null])(
      'hold canonical base64, not %j',
      async (data) => {
        const name = fresh();
        await tenant.makeVault(owner, name);
        const answer = await tenant.call(owner, 'POST', '/data', { body: { vault: name, data } });
        expect(reason(answer)).toBe('0002');
      },
    );

    it('have any meta, and none when none was given', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name);
      for (const meta of ['text', 5, false, null, [1], { a: '\0' }]) {
        const id = await tenant.store(owner, name, 'x', meta);
        expect((await tenant.must(owner, 'GET', `/data/${id}`)).data.meta).toEqual(meta);
      }
      const id = await tenant.store(owner, name, 'x');
      expect((await tenant.must(owner, 'GET', `/data/${id}`)).data.meta).toBeNull();
      let deep: unknown = 1;
      for (let i = 0; i < 1000; i += 1) deep = [deep];
      const body = { vault: name, data: 'AAAA', meta: deep };
      expect(reason(await tenant.call(owner, 'POST', '/data', { body }))).toBe('0002');
    });

    it('are changed in part', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name, { permissions: [{ app: 'other', permission: '110' }] });
      const id = await tenant.store(owner, name, 'one', 'meta');
      const put = (body: object) => tenant.must(owner, 'PUT', `/data/${id}`, { body });
      const look = async () => (await tenant.must(other, 'GET', `/data/${id}`)).data;
      await put({ data: base64('two') });
      expect(await look()).toMatchObject({ data: base64('two'), meta: 'meta' });
      await put({ meta: null });
      expect(await look()).toMatchObject({ data: base64('two'), meta: null });
      expect((await tenant.call(owner, 'PUT', `/data/${id}`, { body: {} })).status).toBe(400);
    });

    it('are read together, in the order asked, within the limit, all or none', async () => {
      const [wide, narrow] = [fresh(), fresh()];
      await tenant.makeVault(owner, wide, { readLimit: 3 });
      await tenant.makeVault(owner, narrow, { readLimit: 1 });
      const a = await tenant.store(owner, wide, 'a');
      const b = await tenant.store(owner, wide, 'b');
      const c = await tenant.store(owner, narrow, 'c');
      const get = (ids: string[], by = owner) =>
        tenant.call<StoredRecord[]>(by, 'GET', `/data?ids=${ids.join(',')}`);
      expect(
        (await get([b, a, b])).data.map(({ id, data }) => [id, openSealed(owner.privateKey, data)]),
      ).toEqual([
        [b, base64('b')],
        [a, base64('a')],
        [b, base64('b')],
      ]);
      expect(reason(await get([a, b, a, b]))).toBe('0003');
      const mixed = await get([a, c]);
      expect(reason(mixed)).toBe('0003');
      expect(mixed.error.additionalInfo).toEqual({ readLimit: 1 });
      const missing = `data:${randomUUID()}`;
      const bad = await get([a, missing]);
      expect(bad.status).toBe(404);
      expect(bad.error.additionalInfo).toEqual({ id: missing });
      const forbidden = await get([b, a], other);
      expect(forbidden.status).toBe(403);
      expect(forbidden.error.additionalInfo).toEqual({ id: b });
      expect((await get(Array.from({ length: 51 }, () => a))).status).toBe(400);
      expect((await get([''])).status).toBe(400);
    });

    it('are listed without content, page by page', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name);
      const ids: string[] = [];
      for (let i = 0; i < 5; i += 1) ids.push(await tenant.store(owner, name, 'x', i));
      interface Page {
        items: { id: string; meta: number }[];
        next?: string;
      }
      const seen: string[] = [];
      let next: string | undefined = '';
      while (next !== undefined) {
        const after: string = next === '' ? '' : `&after=${next}`;
        const { data }: Answer<Page> = await tenant.must<Page>(
          owner,
          'GET',
          `/data?vault=${name}&limit=2${after}`,
        );
        expect(Object.keys(data.items[0]!)).toEqual(['id', 'meta', 'createdAt', 'updatedAt']);
        seen.push(...data.items.map((item) => item.id));
        next = data.next;
      }
      expect(seen).toEqual(ids);
      for (const query of [
        `vault=${name}&limit=0`,
        `vault=${name}&limit=201`,
        `vault=${name}&limit=-5`,
        `vault=${name}&after=x`,
        `vault=${name}&ids=${ids[0]}`,
        `vault=${name}&more=1`,
        `ids=${ids[0]}&limit=5`,
        '',
      ]) {
        expect((await tenant.call(owner, 'GET', `/data?${query}`)).status, query).toBe(400);
      }
    });

    it('end a page where their meta grows large', async () => {
      const name = fresh();
      await tenant.makeVault(owner, name);
      const large = 'm'.repeat(300_000);
      for (let i = 0; i < 16; i += 1) await tenant.store(owner, name, 'x', large);
      const first = await tenant.must<{ items: unknown[]; next?: string }>(
        owner,
        'GET',
        `/data?vault=${name}&limit=200`,
      );
      expect(first.data.items).toHaveLength(14);
      const rest = await tenant.must<{ items: { meta: string }[]; next?: string }>(
        owner,
        'GET',
        `/data?vault=${name}&limit=200&after=${first.data.next}`,
      );
      expect(rest.data.items.map(({ meta }) => meta.length)).toEqual([300_000, 300_000]);
      expect(rest.data.next).toBeUndefined();
    });

    it('move to another vault with the write bit in both', async () => {
      const [from, to] = [fresh(), fresh()];
      await tenant.makeVault(owner, from, { permissions: [{ app: 'other', permission: '100' }] });
      const target = await tenant.makeVault(owner, to, {
        permissions: [{ app: 'other', permission: '010' }],
      });
      const id = await tenant.store(owner, from, 'moved', { kept: true });
      const move = (app: TestApp, vault: string) =>
        tenant.call(app, 'PUT', `/data/${id}`, { body: { vault } });
      expect((await move(other, to)).status).toBe(403);
      expect((await move(other, 'no-such-vault')).status).toBe(404);
      const permissions = [{ app: 'other', permission: '110' }];
      await tenant.must(owner, 'PUT', `/vaults/${target}`, { body: { permissions } });
      expect((await tenant.call(other, 'GET', `/data/${id}`)).status).toBe(403);
      expect((await move(other, to)).status).toBe(200);
      // By the seed's rule the app that could only write reads it now: docs/security.md tells.
      expect((await tenant.must(other, 'GET', `/data/${id}`)).data).toMatchObject({
        vault: to,
        data: base64('moved'),
        meta: { kept: true },
      });
    });

    it('are unique where the vault says so', async () => {
      const [name, free] = [fresh(), fresh()];
      const vault = await tenant.makeVault(owner, name, {
        uniqueData: true,
        permissions: [{ app: 'other', permission: '100' }],
      });
      await tenant.makeVault(owner, free);
      const id = await tenant.store(owner, name, 'once');
      const again = (app: TestApp) =>
        tenant.call(app, 'POST', '/data', { body: { vault: name, data: base64('once') } });
      expect(await again(owner)).toMatchObject({ status: 409, error: { additionalInfo: { id } } });
      // Who may not read does not learn which record it is.
      expect((await again(other)).error.additionalInfo).toEqual({});
      const copy = await tenant.store(owner, free, 'once');
      const put = (record: string, body: object) =>
        tenant.call(owner, 'PUT', `/data/${record}`, { body });
      expect(reason(await put(copy, { vault: name }))).toBe('0402');
      expect((await put(copy, { vault: name, data: base64('twice') })).status).toBe(200);
      expect(reason(await put(copy, { data: base64('once') }))).toBe('0402');
      expect((await put(id, { data: base64('once') })).status).toBe(200);
      // Switched off and on again: what came in between counts.
      const unique = (uniqueData: boolean) =>
        tenant.call(owner, 'PUT', `/vaults/${vault}`, { body: { uniqueData } });
      expect((await unique(false)).status).toBe(200);
      const repeated = await tenant.store(owner, name, 'once');
      expect(reason(await unique(true))).toBe('0402');
      await tenant.must(owner, 'DELETE', `/data/${repeated}`);
      expect((await unique(true)).status).toBe(200);
      expect((await again(owner)).status).toBe(409);
    });
  });
});
