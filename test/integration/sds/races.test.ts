// Two servers on one PostgreSQL, and fifty at a time who all want the same: one gets it, the others are told
// so, and nothing breaks.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestApp } from '../../helpers/sds.ts';
import type { Answer, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { get, linkTo, listFiles, sendRaw } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const START_MS = 180_000;
const AT_ONCE = 50;
const work = makeWorkFolder();
let postgres: Postgres;
let servers: SdsServer[] = [];
/** One tenant, as each server has it. */
let tenants: TestTenant[];
let owner: TestApp;

beforeAll(async () => {
  postgres = await Postgres.start(join(work.path, 'pg'));
  const env = { DATABASE_URL: postgres.url, SEALIFT_MASTER_KEY: 'ab'.repeat(32) };
  const files = ['--sds-files', join(work.path, 'files')];
  // One after the other: the first one makes the tables and the tenant.
  for (const name of ['one', 'other']) {
    servers.push(await startSds({ dataDir: join(work.path, name), args: files, env }));
  }
  const { tenant } = servers[0]!;
  tenants = servers.map(({ http }) => tenant.on(http));
  owner = await tenant.register('owner');
}, START_MS);

afterAll(async () => {
  for (const { server } of servers) await server.stop();
  servers = [];
  await postgres.stop();
  work.remove();
});

/** Makes the same call at once, half of them on each server. */
function race<T>(call: (tenant: TestTenant, index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => call(tenants[index % tenants.length]!, index)),
  );
}

/** One answer is a success, and all others are refused for this reason. @returns the winner's index */
function expectOneWinner(answers: readonly Answer<unknown>[], status: number, reason: string) {
  const won = answers.filter((answer) => answer.status === 200);
  expect(won).toHaveLength(1);
  for (const answer of answers) {
    if (answer === won[0]) continue;
    expect(answer.status).toBe(status);
    expect(answer.error.code.slice(-4)).toBe(reason);
  }
  return answers.indexOf(won[0]!);
}

it('one app gets a name, and its key is the one that counts', async () => {
  const name = 'wanted';
  const apps = Array.from({ length: AT_ONCE }, () => new TestApp(name, 512));
  const answers = await race((tenant, index) =>
    tenant.call<{ id: string }>(undefined, 'POST', '/apps', {
      body: { name, key: apps[index]!.key },
    }),
  );
  const winner = expectOneWinner(answers, 409, '0401');
  const { id } = answers[winner]!.data;
  const seen = await race((tenant, index) => tenant.call(apps[index], 'GET', `/apps/${id}`));
  expect(seen.map(({ status }) => status)).toEqual(
    apps.map((_, index) => (index === winner ? 200 : 401)),
  );
});

it('one vault gets a name', async () => {
  const answers = await race((tenant, index) =>
    tenant.call<{ id: string }>(owner, 'POST', '/vaults', {
      body: { name: 'wanted', owner: 'owner', readLimit: (index % AT_ONCE) + 1 },
    }),
  );
  const winner = expectOneWinner(answers, 409, '0401');
  const { id } = answers[winner]!.data;
  const { data } = await tenants[1]!.must(owner, 'GET', `/vaults/${id}`);
  expect(data).toMatchObject({ name: 'wanted', readLimit: winner + 1 });
});

it('one record gets a value where values are unique', async () => {
  await tenants[0]!.makeVault(owner, 'unique', { uniqueData: true });
  const body = { vault: 'unique', data: Buffer.from('once').toString('base64') };
  const answers = await race((tenant) =>
    tenant.call<{ id: string }>(owner, 'POST', '/data', { body }),
  );
  const { id } = answers[expectOneWinner(answers, 409, '0402')]!.data;
  for (const { status, error } of answers) {
    if (status === 409) expect(error.additionalInfo).toEqual({ id });
  }
  expect(await idsIn('unique')).toEqual([id]);
});

it('one record gets a value by a change or a move, too', async () => {
  await tenants[0]!.makeVault(owner, 'crowd');
  await tenants[0]!.makeVault(owner, 'narrow', { uniqueData: true });
  const ids = await race((tenant, index) =>
    tenant.store(owner, index < AT_ONCE / 2 ? 'crowd' : 'narrow', `before ${index}`),
  );
  const data = Buffer.from('after').toString('base64');
  const answers = await race((tenant, index) =>
    tenant.call(owner, 'PUT', `/data/${ids[index]}`, { body: { vault: 'narrow', data } }),
  );
  const winner = expectOneWinner(answers, 409, '0402');
  expect(await idsIn('narrow')).toEqual(
    [...new Set([ids[winner], ...ids.slice(AT_ONCE / 2)])].sort(),
  );
});

it('a strict request id is taken once', async () => {
  const requestId = randomUUID();
  const answers = await race((tenant) =>
    tenant.call(owner, 'GET', '/vaults', { strict: true, requestId }),
  );
  expectOneWinner(answers, 401, '0107');
});

it('records that are moved to and fro at once are in one place each', async () => {
  const names = ['here', 'there'];
  for (const name of names) await tenants[0]!.makeVault(owner, name);
  const ids = [
    await tenants[0]!.store(owner, 'here', 'a'),
    await tenants[0]!.store(owner, 'there', 'b'),
  ];
  const answers = await race((tenant, index) =>
    tenant.call(owner, 'PUT', `/data/${ids[index % 4 < 2 ? 0 : 1]}`, {
      body: { vault: names[index % 3 === 0 ? 0 : 1] },
    }),
  );
  // A server may give up on a record that others keep moving: then it says so.
  for (const { status } of answers) expect([200, 503]).toContain(status);
  expect([...(await idsIn('here')), ...(await idsIn('there'))].sort()).toEqual(ids.sort());
});

// Often enough to see the disabling come before, between and after the writes.
it.each([0, 1, 5, 20, 49])(
  'disabling after %i writes: empty and closed, or in use',
  async (before) => {
    const name = `close-${before}`;
    const id = await tenants[0]!.makeVault(owner, name);
    const body = { vault: name, data: 'AAAA' };
    const answers = await race(async (tenant, index) => {
      if (index === before) {
        return tenant.call<unknown>(owner, 'PUT', `/vaults/${id}`, { body: { enable: false } });
      }
      if (index % 5 === 4) return sendRaw(tenant, owner, { vault: name, name: 'file' }, 'content');
      return tenant.call<unknown>(owner, 'POST', '/data', { body });
    });
    const disabling = answers[before]!;
    const writes = answers.filter((answer) => answer !== disabling);
    const written = writes.filter(({ status }) => status < 300);
    for (const { status, error } of writes) {
      if (status >= 300) expect(error.code.slice(-4)).toBe('0202');
    }
    if (disabling.status === 200) {
      expect(written).toHaveLength(0);
      await tenants[1]!.must(owner, 'PUT', `/vaults/${id}`, { body: { enable: true } });
    } else {
      expect(disabling.error.code.slice(-4)).toBe('0403');
      expect(written).toHaveLength(AT_ONCE - 1);
    }
    const files = await listFiles(tenants[1]!, owner, `vault=${name}`);
    expect([...(await idsIn(name)), ...files].length).toBe(written.length);
  },
);

it(
  'a download while its file is deleted: all of it, or no longer allowed',
  { timeout: START_MS },
  async () => {
    const id = await tenants[0]!.makeVault(owner, 'going');
    await tenants[0]!.must(owner, 'PUT', `/vaults/${id}`, {
      body: { permissions: [{ app: 'owner', permission: '110' }] },
    });
    const content = Buffer.alloc(100_000, 'x');
    const seen = new Set<number>();
    for (let turn = 0; turn < 12; turn += 1) {
      const { data } = await sendRaw(tenants[0]!, owner, { vault: 'going', name: 'file' }, content);
      const { link } = await linkTo(tenants[0]!, owner, data.id);
      const [, ...fetched] = await Promise.all([
        tenants[1]!.must(owner, 'DELETE', `/files/${data.id}`),
        ...Array.from({ length: 8 }, () => get(link)),
      ]);
      for (const { status, body } of [...fetched, await get(link)]) {
        seen.add(status);
        if (status === 200) expect(body.equals(content)).toBe(true);
        else expect(JSON.parse(body.toString())).toMatchObject({ error: { status: 403 } });
      }
    }
    process.stdout.write(`seen: ${[...seen].join()}\n`);
  },
);

/** Asked of the server that did not get the first call. */
async function idsIn(vault: string): Promise<string[]> {
  const path = `/data?vault=${vault}&limit=200`;
  const { data } = await tenants[1]!.must<{ items: { id: string }[] }>(owner, 'GET', path);
  return data.items.map(({ id }) => id);
}
