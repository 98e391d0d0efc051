/**
 * The calls that a random sequence is made of. Each asks the model first, then the server, and both have to
 * say the same; what the server gives out is compared with what the model has.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { openContent, openSealed, unwrapSecret } from '../../helpers/sds.ts';
import type { Answer, TestApp, TestTenant } from '../../helpers/sds.ts';
import { get, send } from './files-harness.ts';
import type { Download, FileInfo } from './files-harness.ts';
import { WHY } from './model.ts';
import type { By, Model, ModelRecord, Settings, Why } from './model.ts';

/** The server as a sequence sees it: a tenant of its own, and another one that must not matter. */
export interface Real {
  readonly tenant: TestTenant;
  /** By name, registered or not. */
  readonly apps: ReadonlyMap<string, TestApp>;
  readonly stranger: TestTenant;
  readonly strangerApp: TestApp;
  /** How often each call had each outcome. */
  readonly outcomes: Map<string, number>;
}

type Body<A> = (args: A, model: Model, real: Real) => Promise<void>;
type Command = fc.AsyncCommand<Model, Real>;

export const APPS = ['app-a', 'app-b', 'app-c', 'app-d'] as const;
const VAULTS = ['vault-1', 'vault-2', 'vault-3', 'vault-4'] as const;
/** Few, so that values come twice; base64. */
const VALUES = ['', 'one', 'two', 'three'].map((text) => Buffer.from(text).toString('base64'));
const TAG_KEYS = ['kind', 'Kind'] as const;
const TAG_VALUES = ['', 'x', 'X'] as const;
const FILE_NAMES = ['a.txt', 'ä b&c=.txt'] as const;

const by = fc.record({
  app: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('app-a', 'app-b', 'app-c') },
    fc.constant('app-d'),
  ),
  strict: fc.boolean(),
});
const vaultName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('vault-1', 'vault-2') },
  { weight: 2, arbitrary: fc.constantFrom(...VAULTS) },
);
const data = fc.constantFrom(...VALUES);
const meta = fc.constantFrom(null, 'text', 7, { deep: [{ a: true }] });
/** Which of those that there are; one more stands for one that there is not. */
const which = fc.nat(999);
const permissions = fc.uniqueArray(
  fc.record({
    app: fc.constantFrom(...APPS),
    permission: fc.constantFrom('110', '101', '100', '010', '001', '000'),
  }),
  { selector: ({ app }) => app, maxLength: APPS.length },
);
const settings = fc.record(
  {
    readLimit: fc.integer({ min: 1, max: 3 }),
    uniqueData: fc.boolean(),
    enable: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
    strictSignature: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    permissions,
  },
  { requiredKeys: [] },
);
const changes = fc.record({ data, meta, vault: vaultName }, { requiredKeys: [] });
const tags = fc.dictionary(fc.constantFrom(...TAG_KEYS), fc.constantFrom(...TAG_VALUES));

function step<A>(name: string, args: fc.Arbitrary<A>, body: Body<A>): fc.Arbitrary<Command> {
  return args.map((given) => ({
    check: () => true,
    run: (model, real) => body(given, model, real),
    toString: () => `${name} ${JSON.stringify(given)}`,
  }));
}

/** @returns whether the call was a success; model and server agree on that, and on the reason why not */
function agree(real: Real, what: string, answer: Answer<unknown>, why: Why): boolean {
  const found = answer.status < 300 ? undefined : answer.error.code.slice(-4);
  expect(found, `${what}: ${answer.status} ${answer.error?.description ?? ''}`).toBe(why);
  const outcome = `${what} ${why ?? 'ok'}`;
  real.outcomes.set(outcome, (real.outcomes.get(outcome) ?? 0) + 1);
  return why === undefined;
}

function call<T>(real: Real, who: By, method: string, path: string, body?: unknown) {
  const { app, strict } = who;
  return real.tenant.call<T>(real.apps.get(app), method, path, { body, strict });
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % (items.length + 1)];
}

/** An id for a path: of what there is, or of something that is gone or never was. */
function idOf(
  kind: 'vault' | 'data' | 'file',
  thing: { readonly id: string } | undefined,
  gone?: string,
) {
  return thing?.id ?? gone ?? `${kind}:${randomUUID()}`;
}

export const register: Body<string> = async (name, model, real) => {
  const why = model.whyNotRegister(name);
  const { key } = real.apps.get(name)!;
  const body = { name, key };
  const answer = await real.tenant.call<{ id: string }>(undefined, 'POST', '/apps', { body });
  if (agree(real, 'register', answer, why)) model.apps.set(name, answer.data.id);
};

interface NewVault {
  readonly who: By;
  readonly name: string;
  readonly isOwn: boolean;
  readonly settings: Partial<Settings>;
}

export const createVault: Body<NewVault> = async (args, model, real) => {
  const { who, name, isOwn, settings } = args;
  const owner = isOwn ? who.app : APPS.find((app) => app !== who.app)!;
  const why = model.whyNotCreate(who, name, owner, settings);
  const body = { name, owner, ...settings };
  const answer = await call<{ id: string }>(real, who, 'POST', '/vaults', body);
  if (agree(real, 'create vault', answer, why)) model.create(answer.data.id, name, owner, settings);
};

const vaultCommands = [
  step('register', fc.constantFrom(...APPS), register),
  step(
    'create vault',
    fc.record({
      who: by,
      name: fc.constantFrom(...VAULTS),
      isOwn: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
      settings,
    }),
    createVault,
  ),
  step(
    'update vault',
    fc.record({ who: by, name: vaultName, settings }),
    async (args, model, real) => {
      const vault = model.vaults.get(args.name);
      const why = model.whyNotUpdate(args.who, vault, args.settings);
      const path = `/vaults/${idOf('vault', vault)}`;
      const answer = await call(real, args.who, 'PUT', path, args.settings);
      if (agree(real, 'update vault', answer, why)) model.update(vault!, args.settings);
    },
  ),
  step('get vault', fc.record({ who: by, name: vaultName }), async ({ who, name }, model, real) => {
    const vault = model.vaults.get(name);
    const why = model.whyNotConfigure(who, vault);
    const path = `/vaults/${idOf('vault', vault)}`;
    const answer = await call<Record<string, unknown>>(real, who, 'GET', path);
    if (!agree(real, 'get vault', answer, why)) return;
    const { permissions, ...rest } = vault!;
    const allowed = [...permissions]
      .map(([app, permission]) => ({ app, permission }))
      .sort((a, b) => (a.app < b.app ? -1 : 1));
    const { createdAt, updatedAt, ...found } = answer.data;
    expect(found).toEqual({ ...rest, permissions: allowed });
    expect(String(createdAt) <= String(updatedAt)).toBe(true);
  }),
  step('list vaults', by, async (who, model, real) => {
    const vaults = model.listed(who);
    const needsStrict = !who.strict && vaults.some((vault) => vault.strictSignature);
    const why = !model.apps.has(who.app)
      ? WHY.signature
      : needsStrict
        ? WHY.strictNeeded
        : undefined;
    const answer = await call<{ items: object[] }>(real, who, 'GET', '/vaults');
    if (!agree(real, 'list vaults', answer, why)) return;
    expect(answer.data.items).toEqual(
      vaults.map(({ permissions, ...rest }) => ({
        ...rest,
        permission: permissions.get(who.app) ?? '000',
      })),
    );
  }),
];

/** What a reader has to get. */
function expectRecord(model: Model, real: Real, who: By, found: StoredRecord, record: ModelRecord) {
  const encrypted = model.isSealed(who, record.vault);
  const opened = encrypted
    ? openSealed(real.apps.get(who.app)!.privateKey, found.data)
    : found.data;
  expect({ ...found, data: opened }).toEqual({
    id: record.id,
    vault: record.vault.name,
    data: record.data,
    meta: record.meta,
    encrypted,
  });
}

interface StoredRecord {
  readonly id: string;
  readonly vault: string;
  readonly data: string;
  readonly meta: unknown;
  readonly encrypted: boolean;
}

/** Only who may read learns which record has the value already. */
function expectTold(model: Model, who: By, answer: Answer<unknown>, existing?: ModelRecord): void {
  if (answer.status !== 409 || !existing) return;
  const told = model.mayRead(who, existing.vault) ? { id: existing.id } : {};
  expect(answer.error.additionalInfo).toEqual(told);
}

const dataCommands = [
  step('store', fc.record({ who: by, vault: vaultName, data, meta }), async (args, model, real) => {
    const { who, ...body } = args;
    const vault = model.vaults.get(body.vault);
    const why = model.whyNotStore(who, vault, body.data);
    const answer = await call<{ id: string }>(real, who, 'POST', '/data', body);
    if (agree(real, 'store', answer, why)) {
      model.records.push({ id: answer.data.id, vault: vault!, data: body.data, meta: body.meta });
    } else if (vault) expectTold(model, who, answer, model.repeated(vault, body.data));
  }),
  step('change', fc.record({ who: by, which, changes }), async (args, model, real) => {
    const { who, which, changes } = args;
    const record = pick(model.records, which);
    const why = model.whyNotChange(who, record, changes);
    const path = `/data/${idOf('data', record, model.gone.at(-1))}`;
    const answer = await call(real, who, 'PUT', path, changes);
    if (agree(real, changes.vault === undefined ? 'change' : 'move', answer, why)) {
      model.change(record!, changes);
    } else if (record) {
      const target = model.vaults.get(changes.vault ?? record.vault.name);
      const value = changes.data ?? record.data;
      if (target) expectTold(model, who, answer, model.repeated(target, value, record));
    }
  }),
  step('read', fc.record({ who: by, which }), async ({ who, which }, model, real) => {
    const record = pick(model.records, which);
    const why = model.whyNotReadAll(who, [record]);
    const path = `/data/${idOf('data', record, model.gone.at(-1))}`;
    const answer = await call<StoredRecord>(real, who, 'GET', path);
    if (agree(real, 'read', answer, why)) expectRecord(model, real, who, answer.data, record!);
  }),
  step(
    'read several',
    fc.record({ who: by, several: fc.array(which, { minLength: 1, maxLength: 4 }) }),
    async ({ who, several }, model, real) => {
      const records = several.map((index) => pick(model.records, index));
      const why = model.whyNotReadAll(who, records);
      const ids = records.map((record) => idOf('data', record, model.gone.at(-1)));
      const answer = await call<StoredRecord[]>(real, who, 'GET', `/data?ids=${ids.join(',')}`);
      if (agree(real, 'read several', answer, why)) {
        expect(answer.data).toHaveLength(ids.length);
        answer.data.forEach((found, at) => expectRecord(model, real, who, found, records[at]!));
      } else if (why === WHY.notFound || why === WHY.forbidden) {
        const bad = records.findIndex((record) => model.whyNotUse(who, record?.vault, 'read'));
        expect(answer.error.additionalInfo).toEqual({ id: ids[bad] });
      }
    },
  ),
  step(
    'list',
    fc.record({ who: by, vault: vaultName, limit: fc.integer({ min: 1, max: 3 }) }),
    async ({ who, vault: name, limit }, model, real) => {
      const vault = model.vaults.get(name);
      const why = model.whyNotUse(who, vault, 'read');
      const found: { id: string; meta: unknown }[] = [];
      let next: string | undefined;
      do {
        const after = next === undefined ? '' : `&after=${next}`;
        const path = `/data?vault=${name}&limit=${limit}${after}`;
        const answer = await call<{ items: typeof found; next?: string }>(real, who, 'GET', path);
        if (!agree(real, 'list', answer, why)) return;
        expect(answer.data.items.length).toBeLessThanOrEqual(limit);
        found.push(...answer.data.items);
        next = answer.data.next;
      } while (next !== undefined);
      expect(found.map(({ id, meta }) => ({ id, meta }))).toEqual(
        model.recordsIn(vault!).map(({ id, meta }) => ({ id, meta })),
      );
    },
  ),
  step('delete', fc.record({ who: by, which }), async ({ who, which }, model, real) => {
    const record = pick(model.records, which);
    const why = model.whyNotUse(who, record?.vault, 'write');
    const path = `/data/${idOf('data', record, model.gone.at(-1))}`;
    if (agree(real, 'delete', await call(real, who, 'DELETE', path), why)) model.remove(record!);
  }),
];

const fileCommands = [
  step(
    'upload',
    fc.record({ who: by, vault: vaultName, name: fc.constantFrom(...FILE_NAMES), tags }),
    async ({ who, vault: vaultName, name, tags }, model, real) => {
      const vault = model.vaults.get(vaultName);
      const why = model.whyNotUse(who, vault, 'write');
      const pairs = Object.entries(tags).map(([key, value]) => [`tag.${key}`, value]);
      const query = new URLSearchParams([['vault', vaultName], ['name', name], ...pairs]);
      const content = `content ${randomUUID()}`;
      const type = { 'Content-Type': 'application/octet-stream' };
      const app = real.apps.get(who.app)!;
      const answer = await send(real.tenant, app, `/files?${query}`, content, type, who.strict);
      if (!agree(real, 'upload', answer, why)) return;
      model.files.push({ id: answer.data.id, vault: vault!, name, tags, content });
    },
  ),
  step(
    'search',
    fc.record({
      who: by,
      vault: vaultName,
      asked: fc.record(
        {
          name: fc.constantFrom(...FILE_NAMES),
          tagKey: fc.constantFrom(...TAG_KEYS),
          'tag.kind': fc.constantFrom(...TAG_VALUES),
        },
        { requiredKeys: [] },
      ),
    }),
    async ({ who, vault: vaultName, asked }, model, real) => {
      const vault = model.vaults.get(vaultName);
      const why = model.whyNotUse(who, vault, 'read');
      const query = new URLSearchParams({ vault: vaultName, ...asked });
      const answer = await call<{ items: FileInfo[] }>(real, who, 'GET', `/files?${query}`);
      if (!agree(real, 'search', answer, why)) return;
      const fitting = model
        .filesIn(vault!)
        .filter(({ name }) => asked.name === undefined || asked.name === name)
        .filter(({ tags }) => asked.tagKey === undefined || asked.tagKey in tags)
        .filter(
          ({ tags }) => asked['tag.kind'] === undefined || asked['tag.kind'] === tags['kind'],
        );
      expect(answer.data.items.map(({ id, name, tags }) => ({ id, name, tags }))).toEqual(
        fitting.map(({ id, name, tags }) => ({ id, name, tags })),
      );
    },
  ),
  step('download', fc.record({ who: by, which }), async ({ who, which }, model, real) => {
    const file = pick(model.files, which);
    const why = model.whyNotUse(who, file?.vault, 'read');
    const path = `/files/${idOf('file', file)}/download`;
    const answer = await call<Download>(real, who, 'GET', path);
    if (!agree(real, 'download', answer, why)) return;
    const { link, encrypted, secret } = answer.data;
    expect(encrypted).toBe(model.isSealed(who, file!.vault));
    const { privateKey } = real.apps.get(who.app)!;
    const key = secret === undefined ? undefined : unwrapSecret(privateKey, secret);
    model.links.push({ link, file: file!, app: who.app, encrypted, key });
  }),
  step('delete file', fc.record({ who: by, which }), async ({ who, which }, model, real) => {
    const file = pick(model.files, which);
    const why = model.whyNotUse(who, file?.vault, 'write');
    const answer = await call(real, who, 'DELETE', `/files/${idOf('file', file)}`);
    if (agree(real, 'delete file', answer, why)) model.removeFile(file!);
  }),
  step('fetch', which, async (which, model, real) => {
    const known = pick(model.links, which);
    if (!known) return;
    const why = model.whyNotFetch(known);
    const { status, body } = await get(known.link);
    const error = status < 300 ? undefined : JSON.parse(body.toString()).error;
    if (!agree(real, 'fetch', { status, error } as Answer<unknown>, why)) return;
    const content = known.key ? openContent(known.key, body) : body;
    expect(content.toString()).toBe(known.file.content);
  }),
];

const intruderCommands = [
  step(
    'wrong signature',
    fc.record({ who: by, other: fc.constantFrom(...APPS) }),
    async ({ who, other }, _, real) => {
      if (other === who.app) return;
      const name = Buffer.from(who.app);
      const [signature] = real.apps.get(other)!.signature(name).split('.');
      const headers = { 'X-SDS-SIGNATURE': `${signature}.${name.toString('base64')}` };
      const answer = await real.tenant.call(real.apps.get(who.app), 'GET', '/vaults', { headers });
      agree(real, 'wrong signature', answer, WHY.signature);
    },
  ),
  step('twice', by, async ({ app: name }, model, real) => {
    const app = real.apps.get(name)!;
    const options = { strict: true, requestId: randomUUID() };
    const again = model.apps.has(name) ? WHY.replayed : WHY.signature;
    await real.tenant.call(app, 'GET', '/vaults', options);
    agree(real, 'twice', await real.tenant.call(app, 'GET', '/vaults', options), again);
  }),
  step(
    'stranger',
    fc.record({ which, kind: fc.constantFrom('vault', 'data', 'file'), strict: fc.boolean() }),
    async ({ which, kind, strict }, model, real) => {
      const things = { vault: [...model.vaults.values()], data: model.records, file: model.files };
      const { id } = things[kind][which % Math.max(things[kind].length, 1)] ?? {};
      if (id === undefined) return;
      type Path = readonly [method: string, path: string, body?: object];
      const paths: Record<typeof kind, readonly Path[]> = {
        vault: [
          ['GET', `/vaults/${id}`],
          ['PUT', `/vaults/${id}`, { readLimit: 5 }],
        ],
        data: [
          ['GET', `/data/${id}`],
          ['GET', `/data?ids=${id}`],
          ['PUT', `/data/${id}`, { meta: 'stolen' }],
          ['DELETE', `/data/${id}`],
        ],
        file: [
          ['GET', `/files/${id}`],
          ['GET', `/files/${id}/download`],
          ['DELETE', `/files/${id}`],
        ],
      };
      for (const [method, path, body] of paths[kind]) {
        const options = { body, strict };
        const answer = await real.stranger.call(real.strangerApp, method, path, options);
        agree(real, 'stranger', answer, WHY.notFound);
      }
    },
  ),
];

/** What puts something in, and all about records, come more often: without things there is little to refuse. */
export const commands: fc.Arbitrary<Command>[] = [
  ...vaultCommands,
  ...dataCommands,
  ...dataCommands,
  ...fileCommands,
  ...intruderCommands,
  ...Array.from({ length: 4 }, () => dataCommands[0]!),
  ...Array.from({ length: 2 }, () => fileCommands[0]!),
];
