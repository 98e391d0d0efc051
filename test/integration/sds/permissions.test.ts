// The permission matrix: 6 permissions × owner or not × every call × own vault, another vault, another
// tenant's, a disabled one. Nothing is allowed that the table does not allow.
import { randomUUID, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestApp, TestTenant } from '../../helpers/sds.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const PERMISSIONS = ['110', '101', '100', '010', '001', '000'] as const;
type Permission = (typeof PERMISSIONS)[number];
const PLACES = ['own vault', 'another vault', "another tenant's", 'disabled vault'] as const;
type Place = (typeof PLACES)[number];
type Need = 'write' | 'read' | 'own';

/** A call on a vault (by name and id), or on a record in it. */
interface Call {
  readonly name: string;
  readonly need: Need;
  /** Needs a record: there is none in a disabled vault. */
  readonly onRecord?: boolean;
  readonly run: (app: TestApp, at: Target) => Promise<Answer<unknown>>;
}

interface Target {
  readonly vault: string;
  readonly vaultId: string;
  readonly record: string;
}

const WHOLE = { vault: 'whole', data: 'AAAA' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
let sds: SdsServer;
let tenant: TestTenant;

const CALLS: readonly Call[] = [
  {
    name: 'POST /data',
    need: 'write',
    run: (app, { vault }) =>
      tenant.call(app, 'POST', '/data', { body: { ...WHOLE, vault, data: base64(randomUUID()) } }),
  },
  {
    name: 'PUT /data/{id}: data',
    need: 'write',
    onRecord: true,
    run: (app, { record }) =>
      tenant.call(app, 'PUT', `/data/${record}`, { body: { data: base64('changed') } }),
  },
  {
    name: 'PUT /data/{id}: meta',
    need: 'write',
    onRecord: true,
    run: (app, { record }) => tenant.call(app, 'PUT', `/data/${record}`, { body: { meta: 'new' } }),
  },
  {
    name: 'GET /data/{id}',
    need: 'read',
    onRecord: true,
    run: (app, { record }) => tenant.call(app, 'GET', `/data/${record}`),
  },
  {
    name: 'GET /data?ids=',
    need: 'read',
    onRecord: true,
    run: (app, { record }) => tenant.call(app, 'GET', `/data?ids=${record}`),
  },
  {
    name: 'GET /data?vault=',
    need: 'read',
    run: (app, { vault }) => tenant.call(app, 'GET', `/data?vault=${vault}`),
  },
  {
    name: 'DELETE /data/{id}',
    need: 'write',
    onRecord: true,
    run: (app, { record }) => tenant.call(app, 'DELETE', `/data/${record}`),
  },
  {
    name: 'GET /vaults/{id}',
    need: 'own',
    run: (app, { vaultId }) => tenant.call(app, 'GET', `/vaults/${vaultId}`),
  },
  {
    name: 'PUT /vaults/{id}',
    need: 'own',
    run: (app, { vaultId }) =>
      tenant.call(app, 'PUT', `/vaults/${vaultId}`, { body: { readLimit: 7 } }),
  },
];

/** The table. */
function expected(need: Need, permission: Permission, isOwner: boolean, place: Place): number {
  if (place === "another tenant's") return 404;
  if (place === 'another vault') return 403;
  if (need === 'own') return isOwner ? 200 : 403;
  if (place === 'disabled vault') return 403;
  const bits = permission.split('').map(Number);
  const allowed = need === 'write' ? bits[0] === 1 : bits[1] === 1 || bits[2] === 1;
  return allowed ? 200 : 403;
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

/** A vault of this kind, with a record of its own for one call. */
async function targetIn(place: Place, permission: Permission, isOwner: boolean): Promise<Target> {
  const at = (vault: string, record: string) => ({ vault, vaultId: vaults.get(vault)!, record });
  if (place === "another tenant's") {
    return at('foreign', await stranger.store(strangerApp, 'foreign', 'kept', 'meta'));
  }
  if (place === 'disabled vault') {
    return at(vaultName(permission, isOwner, true), `data:${randomUUID()}`);
  }
  const vault = place === 'own vault' ? vaultName(permission, isOwner) : 'elsewhere';
  return at(vault, await tenant.store(witness, vault, 'kept', 'meta'));
}

/** What was refused has changed nothing. */
async function expectKept(place: Place, record: string): Promise<void> {
  const [by, app] = place === "another tenant's" ? [stranger, strangerApp] : [tenant, witness];
  const { data } = await by.must(app, 'GET', `/data/${record}`);
  expect(data).toMatchObject({ meta: 'meta' });
  if (by === tenant) expect(data.data).toBe(base64('kept'));
}

const rows = PERMISSIONS.flatMap((permission) =>
  [true, false].flatMap((isOwner) =>
    PLACES.map((place) => ({ permission, who: isOwner ? 'owner' : 'user', place })),
  ),
);

describe.each(rows)('$permission as $who, in $place', ({ permission, who, place }) => {
  const isOwner = who === 'owner';
  const calls = CALLS.filter(({ onRecord }) => place !== 'disabled vault' || !onRecord);
  it.each(calls)('$name', async ({ need, onRecord, run }) => {
    const app = apps.get(appName(permission, isOwner))!;
    const target = await targetIn(place, permission, isOwner);
    const answer = await run(app, target);
    const status = expected(need, permission, isOwner, place);
    expect(answer.status).toBe(status);
    if (status !== 200) {
      expect(answer.error.status).toBe(status);
      if (onRecord) await expectKept(place, target.record);
    }
  });
});

describe('a read', () => {
  it.each(PERMISSIONS)('with %s has the form that the permission says', async (permission) => {
    for (const isOwner of [true, false]) {
      const app = apps.get(appName(permission, isOwner))!;
      const { record } = await targetIn('own vault', permission, isOwner);
      const { status, data } = await tenant.call(app, 'GET', `/data/${record}`);
      if (status !== 200) continue;
      expect(data.encrypted).toBe(permission[1] === '0');
      expect(data.data === base64('kept')).toBe(permission[1] === '1');
    }
  });
});

describe('a move', () => {
  const pairs = PERMISSIONS.flatMap((from) => PERMISSIONS.map((to) => ({ from, to })));
  it.each(pairs)('from $from to $to needs the write bit twice', async ({ from, to }) => {
    const mover = apps.get(appName(from, true))!;
    const target = await tenant.makeVault(witness, `to-${from}-${to}`, {
      permissions: [{ app: mover.name, permission: to }],
    });
    const { record } = await targetIn('own vault', from, true);
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
        const names = data.items.map(({ name }) => name).filter((name) => !name.startsWith('to-'));
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
  ] as const)('%s %s is answered as one that never was', async (method, path, kind, body) => {
    const { record, vaultId } = await targetIn("another tenant's", '000', false);
    const foreign = { app: strangerApp.id, vault: vaultId, data: record, name: 'foreign' }[kind];
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

  it('as a name in a body neither', async () => {
    const answers: string[] = [];
    for (const vault of ['foreign', 'missing']) {
      const body = { ...WHOLE, vault };
      const { error } = await tenant.call(witness, 'POST', '/data', { body });
      answers.push(JSON.stringify(error));
    }
    expect(answers[0]).toBe(answers[1]);
  });
});
