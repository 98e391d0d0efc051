// The app's client against the built server over real HTTP, with a proxy in between where the way is to break.
import { randomUUID } from 'node:crypto';
import { readFile, writeFile, readdir, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorNext, errorText } from '../../../shared/errors/index.ts';
import { exportRecords } from '../../../main/sds/export-records.ts';
import { importRecords } from '../../../main/sds/import-records.ts';
import { opened, readRecords, revealed } from '../../../main/sds/records.ts';
import { SdsService, checkSdsUrl } from '../../../main/sds/service.ts';
import type { AppSession } from '../../../main/sds/sds.ts';
import { storedForm } from '../../../main/sds/values.ts';
import type { TenantAccess } from '../../helpers/sds.ts';
import { TestServer } from '../server/harness.ts';
import { SdsBench, accessOfServer, failure, noHooks } from './harness.ts';
import { Middleman } from './middleman.ts';

let server: TestServer;
let access: TenantAccess;
const bench = new SdsBench();
let tenantId = '';
let owner: AppSession;
let reader: AppSession;

beforeAll(async () => {
  server = await TestServer.start();
  access = accessOfServer(server);
  tenantId = await bench.login(server.ready.http, access);
  owner = (await bench.app(tenantId, 'Owner')).session;
  reader = (await bench.app(tenantId, 'Reader')).session;
}, 120_000);
afterAll(async () => {
  await server.stop();
  await bench.dispose();
});

let vaults = 0;
async function makeVault(settings: Parameters<AppSession['client']['makeVault']>[1] = {}) {
  const name = `vault-${(vaults += 1)}`;
  const id = await owner.client.makeVault(name, { readLimit: 50, ...settings });
  return { name, id };
}
const write = (vault: string, text: string, meta?: unknown): Promise<string> =>
  owner.client.create({
    vault,
    data: storedForm('text', text),
    ...(meta !== undefined && { meta }),
  });

describe('records', () => {
  it('come decrypted by the server for 010, and are decrypted here for 001', async () => {
    const { name, id } = await makeVault({ permissions: [{ app: 'Reader', permission: '001' }] });
    const recordId = await write(name, '{"phone":"+49 151"}', { customer: '4711' });
    const read = async () => revealed((await readRecords(reader, name, [recordId]))[0]!);
    expect(await read()).toMatchObject({
      badge: 'decrypted-here',
      kind: 'json',
      meta: '{"customer":"4711"}',
      value: { text: '{"phone":"+49 151"}', isCut: false },
    });
    await owner.client.updateVault(id, { permissions: [{ app: 'Reader', permission: '010' }] });
    expect(await read()).toMatchObject({ badge: 'decrypted-by-server', kind: 'json' });
  });

  it('are opened without a value, more than the read limit in one go, in the order asked', async () => {
    const { name } = await makeVault({ readLimit: 3 });
    const ids: string[] = [];
    for (let index = 0; index < 10; index++) ids.push(await write(name, `value ${index}`));
    ids.reverse();
    const read = await readRecords(owner, name, ids);
    expect(read.map(({ value }) => Buffer.from(value!).toString())).toEqual(
      ids.map((_, index) => `value ${9 - index}`),
    );
    expect(JSON.stringify(read.map(opened))).not.toContain('value');
    expect(opened(read[0]!)).toMatchObject({ badge: 'decrypted-here', kind: 'text', sizeBytes: 7 });
  });

  it('that are gone are told of one by one, and hide no other', async () => {
    const { name } = await makeVault();
    const kept = await write(name, 'kept');
    const gone = await write(name, 'gone');
    await owner.client.remove(gone);
    const read = await readRecords(owner, name, [kept, gone]);
    expect(read.map((one) => one.error?.code)).toEqual([undefined, 'SDS_NOT_FOUND']);
  });

  it('follow a read limit that was lowered in the meantime', async () => {
    const { name, id } = await makeVault({ readLimit: 50 });
    const ids = [await write(name, 'a'), await write(name, 'b'), await write(name, 'c')];
    await readRecords(owner, name, ids);
    await owner.client.updateVault(id, { readLimit: 1 });
    expect(await readRecords(owner, name, ids)).toHaveLength(3);
  });

  it('are changed, moved and deleted', async () => {
    const { name } = await makeVault();
    const { name: other } = await makeVault();
    const id = await write(name, 'before');
    await owner.client.update(id, { data: storedForm('text', 'after'), meta: [1] });
    await owner.client.update(id, { vault: other });
    const [read] = await readRecords(owner, other, [id]);
    expect([Buffer.from(read!.value!).toString(), read!.meta]).toEqual(['after', '[1]']);
    await owner.client.remove(id);
    expect((await owner.client.page(other, { limit: 10 })).items).toEqual([]);
  });

  it('are imported from CSV and exported, decrypted and as received', async () => {
    const { name } = await makeVault({ uniqueData: true });
    const csv = bench.path('people.csv');
    await writeFile(csv, 'id,phone\n1,"+49, 151"\n2,+49 152\n3,+49 152\n');
    const imported = await importRecords(
      owner,
      {
        path: csv,
        name: 'people.csv',
        vault: name,
        column: 'phone',
        form: 'text',
        metaColumns: ['id'],
      },
      noHooks,
    );
    expect(imported).toMatchObject({ written: 2, failed: 1 });
    expect(imported.failures![0]!.error.code).toBe('SDS_DATA_NOT_UNIQUE');
    const target = bench.path('out.csv');
    const request = { vault: name, format: 'csv', content: 'decrypted', path: target } as const;
    expect(await exportRecords(owner, request, noHooks)).toMatchObject({ written: 2, failed: 0 });
    const text = await readFile(target, 'utf8');
    expect(text).toContain('"+49, 151"');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    const sealed = {
      ...request,
      content: 'as-received',
      format: 'json',
      path: bench.path('out.json'),
    } as const;
    await exportRecords(owner, sealed, noHooks);
    const records = JSON.parse(await readFile(sealed.path, 'utf8')) as { value: string }[];
    expect(records).toHaveLength(2);
    for (const { value } of records) expect(value).toMatch(/^[\w+/=]+\.[\w+/=]+$/);
    expect((await readdir(bench.dir)).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});

describe('refusals have a code and words of their own', () => {
  it('403, before and after the service is asked', async () => {
    const { name, id } = await makeVault({ permissions: [{ app: 'Reader', permission: '100' }] });
    const record = await write(name, 'x');
    expect((await failure(readRecords(reader, name, [record]))).code).toBe('SDS_FORBIDDEN');
    expect((await failure(reader.client.read([record]))).code).toBe('SDS_FORBIDDEN');
    expect((await failure(reader.client.vault(id))).code).toBe('SDS_FORBIDDEN');
    // A list that is refused is no empty list.
    expect((await failure(reader.client.page(name, { limit: 10 }))).code).toBe('SDS_FORBIDDEN');
    expect((await failure(reader.client.files({ vault: name }))).code).toBe('SDS_FORBIDDEN');
  });

  it('404, for what is not there and for another tenant’s', async () => {
    const id = `data:${randomUUID()}`;
    expect((await failure(owner.client.read([id]))).code).toBe('SDS_NOT_FOUND');
    expect((await failure(owner.vault('not-there'))).code).toBe('SDS_NOT_FOUND');
  });

  it('409: a name, a value, a vault with something in it', async () => {
    const { name, id } = await makeVault({ uniqueData: true });
    const first = await write(name, 'once');
    const twice = await failure(write(name, 'once'));
    expect([twice.code, errorText(twice)]).toEqual([
      'SDS_DATA_NOT_UNIQUE',
      expect.stringContaining(first),
    ]);
    expect((await failure(owner.client.makeVault(name, {}))).code).toBe('SDS_NAME_TAKEN');
    const disable = owner.client.updateVault(id, { isEnabled: false });
    expect((await failure(disable)).code).toBe('SDS_VAULT_NOT_EMPTY');
    await owner.client.remove(first);
    await owner.client.updateVault(id, { isEnabled: false });
    expect((await failure(write(name, 'x'))).code).toBe('SDS_VAULT_DISABLED');
  });

  it('413', async () => {
    const { name } = await makeVault();
    const data = Buffer.alloc(400_000).toString('base64');
    expect((await failure(owner.client.create({ vault: name, data }))).code).toBe('SDS_TOO_LARGE');
  });

  it('401: client, signature, an app that was never registered', async () => {
    const wrong = new SdsService({ url: server.ready.http, ...access, clientSecret: 'x' });
    expect((await failure(wrong.test())).code).toBe('SDS_CLIENT_REFUSED');
    const { id } = await bench.sds.makeApp(tenantId, 'Unknown', 2048);
    const session = await bench.sds.session(id);
    expect((await failure(session.vaults())).code).toBe('SDS_SIGNATURE_REFUSED');
  });

  it('a clock that is off', async () => {
    const { name } = await makeVault({ isStrict: true });
    const now = () => Date.now() - 1_000_000;
    const service = new SdsService({ url: server.ready.http, ...access }, { now });
    const { SdsClient } = await import('../../../main/sds/client.ts');
    const client = new SdsClient(service, owner.client.signer);
    const error = await failure(client.page(name, { limit: 1 }));
    expect(error.code).toBe('SDS_CLOCK_OFF');
    expect(errorText(error)).toMatch(/(999|1000|1001) seconds behind/);
  });

  it('a service that is not there, and addresses that are not safe', async () => {
    const away = new SdsService({ url: 'http://127.0.0.1:1', ...access });
    expect((await failure(away.test())).code).toBe('SDS_UNREACHABLE');
    for (const url of ['http://sds.example.com', 'http://127.0.0.1.example.com']) {
      expect(() => checkSdsUrl(url)).toThrow('SDS_INSECURE');
    }
    for (const url of ['x', 'ftp://h', 'https://u:p@h', 'https://h/?a=1', 'file:///etc/passwd']) {
      expect(() => checkSdsUrl(url)).toThrow('SDS_URL_INVALID');
    }
  });
});

describe('with someone in between', () => {
  let middleman: Middleman;
  const other = new SdsBench();
  let otherTenant = '';
  beforeAll(async () => {
    middleman = await Middleman.start(server.ready.http);
    otherTenant = await other.login(middleman.url, access);
  });
  afterAll(async () => {
    middleman.stop();
    await other.dispose();
  });
  const ofCalls = () => middleman.seen.filter(({ url }) => !url.includes('/aaa/'));

  it('gets one token for many calls, and a new one when it is refused, once', async () => {
    const { session } = await other.app(otherTenant, 'Tokens');
    await Promise.all([session.vaults(), session.vaults(), session.vaults()]);
    const tokens = () => middleman.seen.filter(({ url }) => url.includes('/aaa/')).length;
    const before = tokens();
    expect(before).toBe(1);
    const refused = { code: '210102010102', description: 'over', additionalInfo: {}, status: 401 };
    const calls = ofCalls().length;
    middleman.rule = (seen) =>
      !seen.url.includes('/aaa/') && ofCalls().length === calls + 1
        ? { status: 401, body: { error: refused } }
        : 'pass';
    await session.vaults();
    expect(tokens()).toBe(before + 1);
    middleman.rule = (seen) =>
      seen.url.includes('/aaa/') ? 'pass' : { status: 401, body: { error: refused } };
    expect((await failure(session.vaults())).code).toBe('SDS_TOKEN_REFUSED');
    expect(tokens()).toBe(before + 2);
    middleman.rule = () => 'pass';
  });

  it('repeats a read while the service is busy, but never a write', async () => {
    const { session } = await other.app(otherTenant, 'Busy');
    let left = 2;
    middleman.rule = () => (left-- > 0 ? { status: 503 } : 'pass');
    await session.vaults();
    left = 1;
    expect((await failure(session.client.makeVault('busy-vault', {}))).code).toBe('SDS_BUSY');
    left = 1;
    middleman.rule = () => (left-- > 0 ? { status: 429, headers: { 'retry-after': '1' } } : 'pass');
    await session.client.makeVault('busy-vault', {});
    middleman.rule = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await failure(session.vaults());
    expect([error.code, errorNext(error)]).toEqual([
      'SDS_TOO_MANY',
      expect.stringContaining('3600 seconds'),
    ]);
    middleman.rule = () => 'pass';
  });

  it('believes no answer that has another form', async () => {
    const { session } = await other.app(otherTenant, 'Hostile');
    const bodies = [
      null,
      [],
      { data: null },
      { data: { items: [{ id: 7 }] } },
      { data: { items: 'x' } },
    ];
    for (const body of bodies) {
      middleman.rule = () => ({ status: 200, body });
      expect((await failure(session.vaults())).code).toBe('SDS_BAD_ANSWER');
    }
    middleman.rule = () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    expect((await failure(session.vaults())).code).toBe('SDS_UNREACHABLE');
    middleman.rule = () => ({ status: 418, body: { error: { description: 'a\u202e\n\u0007b' } } });
    expect(errorText(await failure(session.vaults()))).toContain('a b');
    middleman.rule = () => 'pass';
  });

  it('rotates a key, and reads with the new one', async () => {
    const { app, session } = await other.app(otherTenant, 'Rotates');
    const vault = 'rotated-vault';
    await session.client.makeVault(vault, {});
    const id = await session.client.create({ vault, data: storedForm('text', 'still here') });
    const rotated = await other.sds.rotateApp(app.id, 2048);
    expect(rotated).toMatchObject({ state: 'registered', archivedKeys: 1 });
    expect(rotated.publicKey).not.toBe(app.publicKey);
    const [read] = await readRecords(await other.sds.session(app.id), vault, [id]);
    expect(Buffer.from(read!.value!).toString()).toBe('still here');
    const put = ofCalls()
      .filter(({ method }) => method === 'PUT')
      .at(-1);
    expect(put?.strict).toBe(true);
    expect((await failure(session.vaults())).code).toBe('SDS_SIGNATURE_REFUSED');
  });

  it.each([
    ['the answer is lost and the service has the new key', 'cut', true],
    ['the request is lost and the service has the old key', 'refuse', false],
  ] as const)('settles a rotation when %s', async (_, how, hasNew) => {
    const { app } = await other.app(otherTenant, hasNew ? 'Crash-new' : 'Crash-old');
    // From the key change on nothing comes through, as after a crash.
    let isAway = false;
    middleman.rule = ({ method }) => {
      if (isAway) return { status: 502 };
      if (method !== 'PUT') return 'pass';
      isAway = true;
      return how === 'cut' ? 'cut' : { status: 502 };
    };
    expect((await failure(other.sds.rotateApp(app.id, 2048))).code).toBe('SDS_ROTATION_UNSETTLED');
    expect((await other.sds.apps.list()).find(({ id }) => id === app.id)?.state).toBe('rotating');
    middleman.rule = () => 'pass';
    // Another run of the program finds out by itself.
    const session = await other.another().session(app.id);
    await session.vaults();
    const after = (await other.sds.apps.list()).find(({ id }) => id === app.id)!;
    expect(after.state).toBe('registered');
    expect(after.publicKey !== app.publicKey).toBe(hasNew);
  });

  it('keeps the key when the service refuses the new one', async () => {
    const { app } = await other.app(otherTenant, 'Refused');
    middleman.rule = ({ method }) => (method === 'PUT' ? { status: 400 } : 'pass');
    expect((await failure(other.sds.rotateApp(app.id, 2048))).code).toBe('SDS_REJECTED');
    middleman.rule = () => 'pass';
    const after = (await other.sds.apps.list()).find(({ id }) => id === app.id)!;
    expect([after.state, after.publicKey]).toEqual(['registered', app.publicKey]);
  });
});

it('keeps no secret, key or value readable in the profile', async () => {
  const { id } = (await bench.sds.apps.list()).find(({ name }) => name === 'Owner')!;
  const { pem } = await bench.sds.privatePem(id, 'passphrase');
  expect(pem).toContain('ENCRYPTED PRIVATE KEY');
  const stored = await bench.sds.apps.get(id);
  const der = (await bench.sds.apps.privateKey(stored.current)).export({
    format: 'der',
    type: 'pkcs8',
  });
  for (const entry of await readdir(bench.dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('out.') || entry.name === 'people.csv') continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const content = await readFile(path);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(content.includes(access.clientSecret)).toBe(false);
    expect(content.includes(der.subarray(40, 80))).toBe(false);
    expect(content.includes(der.subarray(40, 82).toString('base64'))).toBe(false);
  }
});
