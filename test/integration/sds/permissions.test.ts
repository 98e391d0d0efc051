// The permission matrix: 6 permissions × owner or not × every call × own vault, another vault, another
// tenant's, a disabled one. Nothing is allowed that the table does not allow.
import { randomUUID, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContent, unwrapSecret } from '../../helpers/sds.ts';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import { get, linkTo, sendRaw } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';
import { CALLS, base64 } from './matrix-calls.ts';
import type { Call, Target } from './matrix-calls.ts';

const PERMISSIONS = ['110', '101', '100', '010', '001', '000'] as const;
type Permission = (typeof PERMISSIONS)[number];
const PLACES = ['own vault', 'another vault', "another tenant's", 'disabled vault'] as const;
type Place = (typeof PLACES)[number];

let sds: SdsServer;
let tenant: TestTenant;

/** The table. */
function expected(
  { need, success = 200 }: Call,
  permission: Permission,
  isOwner: boolean,
  place: Place,
): number {
  if (place === "another tenant's") return 404;
  if (place === 'another vault') return 403;
  if (need === 'own') return isOwner ? 200 : 403;
  if (place === 'disabled vault') return 403;
  const bits = permission.split('').map(Number);
  const allowed = need === 'write' ? bits[0] === 1 : bits[1] === 1 || bits[2] === 1;
  return allowed ? success : 403;
}

/** Has 110 in every vault, and so sees what became of it. */
let witness: TestApp;
let stranger: TestTenant;
let strangerApp: TestApp;
const apps = new Map<string, TestApp>();
const vaults = new Map<string, string>();

const appName = (permission: Permission, isOwner: boolean) =>
  `${isOwner ? 'owner' : 'user'}-${permission}`;
const vaultName = (permission: Permission, isOwner: boolean, disabled = false) =>
  `${disabled ? 'off' : 'on'}-${appName(permission, isOwner)}`;

beforeAll(async () => {
  sds = await startSds();
  tenant = sds.tenant;
  witness = await tenant.register('witness', 1024);
  const landlord = await tenant.register('landlord', 1024);
  const seen = { app: 'witness', permission: '110' };
  vaults.set('elsewhere', await tenant.makeVault(landlord, 'elsewhere', { permissions: [seen] }));
  for (const permission of PERMISSIONS) {
    for (const isOwner of [true, false]) {
      const app = await tenant.register(appName(permission, isOwner), 1024);
      apps.set(app.name, app);
      for (const disabled of [false, true]) {
        const owner = isOwner ? app : landlord;
        const name = vaultName(permission, isOwner, disabled);
        const id = await tenant.makeVault(owner, name);
        const permissions = [seen, { app: app.name, permission }];
        const body = { permissions, enable: !disabled };
        await tenant.must(owner, 'PUT', `/vaults/${id}`, { body });
        vaults.set(name, id);
      }
    }
  }
  stranger = await sds.makeTenant();
  strangerApp = await stranger.register('landlord', 1024);
  vaults.set('foreign', await stranger.makeVault(strangerApp, 'foreign'));
}, 120_000);

afterAll(async () => {
  await sds.server.stop();
});

/** A vault of this kind, with a record or a file of its own for one call. */
async function targetIn(
  place: Place,
  permission: Permission,
  isOwner: boolean,
  on?: Call['on'],
): Promise<Target> {
  const vault = {
    "another tenant's": 'foreign',
    'disabled vault': vaultName(permission, isOwner, true),
    'another vault': 'elsewhere',
    'own vault': vaultName(permission, isOwner),
  }[place];
  const [by, app] = seerOf(place);
  const made = { record: `data:${randomUUID()}`, file: `file:${randomUUID()}` };
  if (on === 'record') made.record = await by.store(app, vault, 'kept', 'meta');
  if (on === 'file') made.file = await storeFile(by, app, vault);
  return { vault, vaultId: vaults.get(vault)!, ...made };
}

/** Who sees everything there. */
const seerOf = (place: Place): [TestTenant, TestApp] =>
  place === "another tenant's" ? [stranger, strangerApp] : [tenant, witness];

async function storeFile(by: TestTenant, app: TestApp, vault: string): Promise<string> {
  const fields = { vault, name: 'kept', 'tag.KIND': 'kept' };
  const { status, data } = await sendRaw(by, app, fields, 'kept');
  expect(status).toBe(202);
  return data.id;
}

/** What was refused has changed nothing. */
async function expectKept(place: Place, on: Call['on'], { record, file }: Target): Promise<void> {
  const [by, app] = seerOf(place);
  if (on === 'record') {
    const { data } = await by.must(app, 'GET', `/data/${record}`);
    expect(data).toMatchObject({ meta: 'meta' });
    if (by === tenant) expect(data.data).toBe(base64('kept'));
  }
  if (on === 'file') {
    const { data } = await by.must(app, 'GET', `/files/${file}`);
    expect(data).toMatchObject({ status: 'COMPLETED', tags: { KIND: 'kept' }, size: 4 });
  }
}

const rows = PERMISSIONS.flatMap((permission) =>
  [true, false].flatMap((isOwner) =>
    PLACES.map((place) => ({ permission, who: isOwner ? 'owner' : 'user', place })),
  ),
);

describe.each(rows)('$permission as $who, in $place', ({ permission, who, place }) => {
  const isOwner = who === 'owner';
  const calls = CALLS.filter(({ on }) => place !== 'disabled vault' || !on);
  it.each(calls)('$name', async (call) => {
    const app = apps.get(appName(permission, isOwner))!;
    const target = await targetIn(place, permission, isOwner, call.on);
    const answer = await call.run(tenant, app, target);
    const status = expected(call, permission, isOwner, place);
    expect(answer.status).toBe(status);
    if (status >= 300) {
      expect(answer.error.status).toBe(status);
      await expectKept(place, call.on, target);
    }
  });
});

describe('a read', () => {
  it.each(PERMISSIONS)('with %s has the form that the permission says', async (permission) => {
    for (const isOwner of [true, false]) {
      const app = apps.get(appName(permission, isOwner))!;
      const { record } = await targetIn('own vault', permission, isOwner, 'record');
      const { status, data } = await tenant.call(app, 'GET', `/data/${record}`);
      if (status !== 200) continue;
      expect(data.encrypted).toBe(permission[1] === '0');
      expect(data.data === base64('kept')).toBe(permission[1] === '1');
    }
  });
});

describe('a link', () => {
  const reading = PERMISSIONS.filter((permission) => permission.slice(1) !== '00');
  const pairs = reading.flatMap((from) => PERMISSIONS.map((to) => ({ from, to })));
  it.each(pairs)('made under $from, fetched under $to', async ({ from, to }) => {
    const name = `link-${from}-${to}`;
    const reader = apps.get(appName('000', false))!;
    const seen = { app: witness.name, permission: '110' };
    const allow = async (permission: Permission) =>
      tenant.must(witness, 'PUT', `/vaults/${id}`, {
        body: { permissions: [seen, { app: reader.name, permission }] },
      });
    const id = await tenant.makeVault(witness, name);
    await allow(from);
    const file = await storeFile(tenant, witness, name);
    const { link, encrypted, secret } = await linkTo(tenant, reader, file);
    await allow(to);
    const { status, body } = await get(link);
    // The way of reading must be the one for which the link was made.
    expect(status).toBe(from.slice(1) === to.slice(1) ? 200 : 403);
    expect(encrypted).toBe(from[1] === '0');
    if (status === 200) {
      const content = encrypted
        ? openContent(unwrapSecret(reader.privateKey, secret!), body)
        : body;
      expect(content.toString()).toBe('kept');
    }
    const elsewhere = link.replace(file, await storeFile(tenant, witness, name));
    expect((await get(elsewhere)).status).toBe(403);
  });
});

describe('a move', () => {
  const pairs = PERMISSIONS.flatMap((from) => PERMISSIONS.map((to) => ({ from, to })));
  it.each(pairs)('from $from to $to needs the write bit twice', async ({ from, to }) => {
    const mover = apps.get(appName(from, true))!;
    const target = await tenant.makeVault(witness, `to-${from}-${to}`, {
      permissions: [{ app: mover.name, permission: to }],
    });
    const { record } = await targetIn('own vault', from, true, 'record');
    const body = { vault: `to-${from}-${to}` };
    const { status } = await tenant.call(mover, 'PUT', `/data/${record}`, { body });
    expect(status).toBe(from[0] === '1' && to[0] === '1' ? 200 : 403);
    expect(target).toMatch(/^vault:/);
  });
});

describe('apps', () => {
  it('see and change themselves only', async () => {
    for (const app of apps.values()) {
      expect((await tenant.call(app, 'GET', `/apps/${app.id}`)).status).toBe(200);
      expect((await tenant.call(app, 'GET', `/apps/${witness.id}`)).status).toBe(403);
      expect((await tenant.call(app, 'GET', `/apps/${strangerApp.id}`)).status).toBe(404);
    }
  });

  it('list the vaults that they own or may use, and no others', async () => {
    for (const permission of PERMISSIONS) {
      for (const isOwner of [true, false]) {
        const app = apps.get(appName(permission, isOwner))!;
        const { data } = await tenant.must<{ items: { name: string }[] }>(app, 'GET', '/vaults');
        const names = data.items
          .map(({ name }) => name)
          .filter((name) => !/^(to|link)-/.test(name));
        const own = [true, false].map((off) => vaultName(permission, isOwner, off));
        expect(names).toEqual(isOwner || permission !== '000' ? own : []);
      }
    }
  });
});

describe("another tenant's id", () => {
  /** The whole answer but for request id, time, and the id that was asked for. */
  async function wholeAnswer(method: string, path: string, id: string, body?: object) {
    const asked = path.replace('{id}', id);
    const strict = method === 'PUT' && path.startsWith('/apps');
    const answer = await tenant.call(witness, method, asked, {
      ...(body && { body }),
      strict,
      requestId: randomUUID(),
    });
    const { headers, ...rest } = answer;
    const text = JSON.stringify({ ...rest, request: { ...rest.request, id: '', timestamp: '' } });
    const kept = [...headers].filter(([name]) => name !== 'date');
    return { text: text.replaceAll(id, '{id}'), headers: kept };
  }

  it.each([
    ['GET', '/apps/{id}', 'app', undefined],
    ['GET', '/vaults/{id}', 'vault', undefined],
    ['PUT', '/vaults/{id}', 'vault', { enable: false }],
    ['PUT', '/vaults/{id}', 'vault', { permissions: [{ app: 'nobody', permission: '100' }] }],
    ['GET', '/data/{id}', 'data', undefined],
    ['GET', '/data?ids={id}', 'data', undefined],
    ['GET', '/data?vault={id}', 'name', undefined],
    ['PUT', '/data/{id}', 'data', { vault: 'elsewhere' }],
    ['PUT', '/data/{id}', 'data', { meta: 1 }],
    ['DELETE', '/data/{id}', 'data', undefined],
    ['GET', '/files/{id}', 'file', undefined],
    ['GET', '/files/{id}/download', 'file', undefined],
    ['DELETE', '/files/{id}', 'file', undefined],
    ['GET', '/files?vault={id}', 'name', undefined],
    ['GET', '/files?vault={id}&tag.KIND=kept', 'name', undefined],
  ] as const)('%s %s is answered as one that never was', async (method, path, kind, body) => {
    const on = kind === 'data' ? 'record' : kind === 'file' ? 'file' : undefined;
    const { record, file, vaultId } = await targetIn("another tenant's", '000', false, on);
    const ids = { app: strangerApp.id, vault: vaultId, data: record, file, name: 'foreign' };
    const foreign = ids[kind];
    const nothing = kind === 'name' ? 'missing' : `${kind}:${randomUUID()}`;
    const theirs = await wholeAnswer(method, path, foreign, body);
    const none = await wholeAnswer(method, path, nothing, body);
    expect(theirs.text).toContain('"status":404');
    expect(theirs).toEqual(none);
  });

  it('PUT /apps/{id} is answered as one that never was', async () => {
    const put = (id: string) => {
      const signed = Buffer.from(`${id}.${witness.key}`);
      const proof = sign('RSA-SHA256', signed, witness.privateKey).toString('base64');
      return wholeAnswer('PUT', '/apps/{id}', id, { key: witness.key, proof });
    };
    const theirs = await put(strangerApp.id);
    expect(theirs.text).toContain('"status":404');
    expect(theirs).toEqual(await put(`app:${randomUUID()}`));
  });

  it('as a name in a body, a form or a query neither', async () => {
    const writes = CALLS.filter(({ name }) => name.startsWith('POST'));
    expect(writes).toHaveLength(4);
    for (const { run } of writes) {
      const answers: string[] = [];
      for (const vault of ['foreign', 'missing']) {
        const at = { vault, vaultId: '', record: '', file: '' };
        const { error } = await run(tenant, witness, at);
        expect(error.status).toBe(404);
        answers.push(JSON.stringify(error));
      }
      expect(answers[0]).toBe(answers[1]);
    }
  });

  it('a link that was made for another file tells nothing of it', async () => {
    const { file } = await targetIn("another tenant's", '000', false, 'file');
    const { link } = await linkTo(tenant, witness, await storeFile(tenant, witness, 'elsewhere'));
    const answers: string[] = [];
    for (const id of [file, `file:${randomUUID()}`]) {
      const { status, body } = await get(link.replace(/file:[0-9a-f-]+/, id));
      expect(status).toBe(403);
      answers.push(JSON.stringify((JSON.parse(body.toString()) as { error: object }).error));
    }
    expect(answers[0]).toBe(answers[1]);
  });
});
