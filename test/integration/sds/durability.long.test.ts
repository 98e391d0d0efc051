// Uploads and records through crashes, on PGlite and on PostgreSQL with two servers that share a folder; callbacks.
// `SEALIFT_KILL_ROUNDS` says how often the server is killed (default 1).
import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantAccess, TestApp, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder, waitFor } from '../server/harness.ts';
import type { StartOptions } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { get, linkTo, listFiles, openUpload, sendForm, sendRaw, sha256 } from './files-harness.ts';
import type { FileInfo } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';
import { SteadyWriter } from './steady-writer.ts';

const ROUNDS = Number(process.env.SEALIFT_KILL_ROUNDS ?? 1);
const START_MS = 120_000;
const work = makeWorkFolder();

afterAll(() => work.remove());

/** Names of what lies in a content folder. */
function contentFiles(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /[0-9a-f]{12}/.test(name))
    .map((name) => name.slice(3));
}

async function allFiles(tenant: TestTenant, app: TestApp): Promise<FileInfo[]> {
  const found: FileInfo[] = [];
  for (;;) {
    const after = found.length > 0 ? `&after=${found.at(-1)!.id}` : '';
    const page = await listFiles(tenant, app, `vault=vault&limit=200${after}`);
    found.push(...page);
    if (page.length < 200) return found;
  }
}

/** Uploads without a pause until the server is gone. @param accepted gets SHA-256 of what was, by id */
async function uploadUntilKilled(
  tenant: TestTenant,
  app: TestApp,
  accepted: Map<string, string>,
): Promise<void> {
  const one = async (n: number) => {
    for (;;) {
      const bytes = randomBytes(1 + Math.floor(Math.random() * 600_000));
      const fields = { vault: 'vault', name: `file-${n}` };
      const answer = await (n % 2 === 0
        ? sendRaw(tenant, app, fields, bytes)
        : sendForm(tenant, app, fields, new Blob([bytes]), 'x'));
      if (answer.status === 202) accepted.set(answer.data.id, sha256(bytes));
    }
  };
  await Promise.allSettled([0, 1, 2, 3].map(one));
}

/** @param root where content lies */
async function survivesKills(options: StartOptions & { dataDir: string }, root: string) {
  let sds = await startSds(options);
  const app = await sds.tenant.register('app');
  for (const name of ['vault', 'records']) {
    const id = await sds.tenant.makeVault(app, name, { readLimit: 50 });
    const body = { permissions: [{ app: 'app', permission: '110' }] };
    await sds.tenant.must(app, 'PUT', `/vaults/${id}`, { body });
  }
  const records = new SteadyWriter(app, 'records');
  const accepted = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const [filesBefore, recordsBefore] = [accepted.size, records.acknowledged];
    const writing = Promise.all([
      uploadUntilKilled(sds.tenant, app, accepted),
      records.writeUntilKilled(sds.tenant),
    ]);
    await waitFor('a file and a record', async () =>
      accepted.size > filesBefore && records.acknowledged > recordsBefore ? true : undefined,
    );
    await sleep(Math.random() * 1500);
    await sds.server.stop('SIGKILL');
    await writing;
    sds = await startSds(options);
    await records.expectKept(sds.tenant);
    const files = await allFiles(sds.tenant, app);
    expect(files.filter(({ status }) => status === 'PENDING')).toEqual([]);
    const completed = files.filter(({ status }) => status === 'COMPLETED');
    const ids = completed.map(({ id }) => id);
    expect(contentFiles(root).sort()).toEqual(ids.map((id) => id.slice('file:'.length)).sort());
    for (const id of accepted.keys()) expect(ids).toContain(id);
    for (const { id, size } of completed) {
      const { body } = await get((await linkTo(sds.tenant, app, id)).link);
      expect(body.length).toBe(size);
      if (accepted.has(id)) expect(sha256(body)).toBe(accepted.get(id));
    }
  }
  await sds.server.stop();
  process.stdout.write(
    `${ROUNDS} kills: ${accepted.size} accepted files and ${records.acknowledged} records were kept\n`,
  );
}

describe('a server that is killed while it receives files', () => {
  it(
    'keeps every accepted file whole, lists no half one, and leaves nothing behind',
    { timeout: (ROUNDS + 1) * START_MS },
    async () => {
      const dataDir = join(work.path, 'killed');
      await survivesKills({ dataDir }, join(dataDir, 'sds-files'));
    },
  );
});

describe('two servers on one PostgreSQL that share a folder', () => {
  const folder = join(work.path, 'shared');
  let postgres: Postgres;
  let one: SdsServer;
  let other: SdsServer;
  let tenant: TestTenant;
  let app: TestApp;

  const options = (name: string): StartOptions => ({
    dataDir: join(work.path, name),
    args: ['--sds-files', folder],
    env: { DATABASE_URL: postgres.url, SEALIFT_MASTER_KEY: 'ab'.repeat(32) },
  });

  beforeAll(async () => {
    postgres = await Postgres.start(join(work.path, 'pg'));
    one = await startSds(options('one'));
    other = await startSds(options('other'));
    ({ tenant } = one);
    app = await tenant.register('app');
    const id = await tenant.makeVault(app, 'vault');
    const body = { permissions: [{ app: 'app', permission: '110' }] };
    await tenant.must(app, 'PUT', `/vaults/${id}`, { body });
  }, 3 * START_MS);

  afterAll(async () => {
    await one?.server.stop();
    await other?.server.stop();
    await postgres?.stop();
  });

  it('give what either has received', async () => {
    const bytes = randomBytes(300_000);
    const { data } = await sendRaw(tenant, app, { vault: 'vault', name: 'x' }, bytes);
    const { link } = await linkTo(tenant.on(other.http), app, data.id);
    expect(link.startsWith(other.http)).toBe(true);
    expect((await get(link)).body.equals(bytes)).toBe(true);
    expect((await get(link.replace(other.http, one.http))).body.equals(bytes)).toBe(true);
  });

  it(
    'clear up after themselves, and leave alone what the other receives',
    async () => {
      const kept = openUpload(tenant, app, { vault: 'vault', name: 'kept' });
      const lost = openUpload(tenant.on(other.http), app, { vault: 'vault', name: 'lost' });
      const named = async (name: string) =>
        (await listFiles(tenant, app, `vault=vault&name=${name}`))[0];
      for (const { request } of [kept, lost]) request.write(Buffer.alloc(300_000, 1));
      for (const name of ['kept', 'lost']) {
        await waitFor(name, async () => ((await named(name)) ? true : undefined));
      }
      await other.server.stop('SIGKILL');
      expect((await named('lost'))?.status).toBe('PENDING');
      other = await startSds(options('other'));
      expect(await named('lost')).toMatchObject({ status: 'FAILED' });
      expect((await named('lost'))?.error).toContain('stopped');
      expect((await named('kept'))?.status).toBe('PENDING');
      kept.request.end('the end');
      expect((await kept.answer).status).toBe(202);
      const { id, size } = (await named('kept'))!;
      expect(size).toBe(300_007);
      expect((await get((await linkTo(tenant, app, id)).link)).body.length).toBe(size);
      const listed = (await listFiles(tenant, app, 'vault=vault'))
        .filter(({ status }) => status === 'COMPLETED')
        .map((file) => file.id.slice('file:'.length));
      expect(contentFiles(folder).sort()).toEqual(listed.sort());
    },
    3 * START_MS,
  );

  it('never have a file in a disabled vault', async () => {
    for (let n = 0; n < 15; n += 1) {
      const name = `race-${n}`;
      const vaultId = await tenant.makeVault(app, name);
      const [disabled, uploaded] = await Promise.all([
        tenant.call(app, 'PUT', `/vaults/${vaultId}`, { body: { enable: false } }),
        sendRaw(tenant.on(other.http), app, { vault: name, name: 'x' }, 'content'),
      ]);
      expect([`200 403`, '409 202']).toContain(`${disabled.status} ${uploaded.status}`);
    }
  });

  it('survive kills', { timeout: (ROUNDS + 1) * START_MS }, async () => {
    const env = { DATABASE_URL: postgres.url, SEALIFT_MASTER_KEY: 'ab'.repeat(32) };
    await other.server.stop();
    await one.server.stop();
    // A database of its own: what the folder holds is compared with all that is listed.
    const database = `d${randomUUID().slice(0, 8)}`;
    const url = postgres.url.replace(/postgres$/, database);
    const made = spawnSync('psql', [postgres.url, '-c', `CREATE DATABASE ${database}`]);
    expect(made.status).toBe(0);
    const dataDir = join(work.path, 'pg-killed');
    await survivesKills(
      { dataDir, env: { ...env, DATABASE_URL: url } },
      join(dataDir, 'sds-files'),
    );
  });
});

describe('callbacks, and a full disk', () => {
  let sds: SdsServer;
  let tenant: TestTenant;
  let app: TestApp;
  let receiver: Server;
  let callback: string;
  let calls: { signature: string; body: string }[] = [];
  let answers: number[] = [];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        calls.push({ signature: String(request.headers['x-sealift-signature']), body });
        response.writeHead(answers.shift() ?? 202).end();
      });
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    callback = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/called`;
    sds = await startSds({ dataDir: join(work.path, 'calls') });
    ({ tenant } = sds);
    app = await tenant.register('app');
    await tenant.makeVault(app, 'vault');
  }, START_MS);

  afterAll(async () => {
    await sds?.server.stop();
    receiver.close();
  });

  const called = (count: number) =>
    waitFor(`${count} calls`, async () => (calls.length >= count ? calls : undefined));

  function reset(...given: number[]): void {
    calls = [];
    answers = given;
  }

  it('are signed under the client secret, and made once when acknowledged', async () => {
    reset(200);
    const { data } = await sendRaw(tenant, app, { vault: 'vault', name: 'x', callback }, 'x');
    const [{ signature, body }] = (await called(1)) as [(typeof calls)[0]];
    expect(JSON.parse(body)).toEqual({
      event: 'file.status',
      id: data.id,
      vault: 'vault',
      status: 'COMPLETED',
    });
    const { sds: access } = JSON.parse(readFileSync(sds.server.ready.credentialsFile, 'utf8')) as {
      sds: TenantAccess;
    };
    const [, seconds = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    const signed = createHmac('sha256', access.clientSecret).update(`${seconds}.${body}`);
    expect(mac).toBe(signed.digest('hex'));
    await sleep(1500);
    expect(calls.length).toBe(1);
  });

  it('tell of a URL, and of a file that failed', async () => {
    reset();
    const body = { type: 'URL', url: 'https://x.example', name: 'u', vault: 'vault', callback };
    await tenant.must(app, 'POST', '/files', { body });
    expect(JSON.parse((await called(1))[0]!.body)).toMatchObject({ status: 'COMPLETED' });
    const upload = openUpload(tenant, app, { vault: 'vault', name: 'f', callback });
    upload.request.write('x');
    await waitFor('f', async () =>
      (await listFiles(tenant, app, 'vault=vault&name=f')).length > 0 ? true : undefined,
    );
    upload.request.destroy();
    expect(JSON.parse((await called(2))[1]!.body)).toMatchObject({
      status: 'FAILED',
      error: expect.stringContaining('broke') as string,
    });
  });

  it('are tried three times: 201 and 204 do not acknowledge', async () => {
    reset(201, 204, 500, 200);
    await sendRaw(tenant, app, { vault: 'vault', name: 'x', callback }, 'x');
    await called(3);
    await waitFor('the end', async () =>
      sds.server.log.includes('sds.callback.given-up') ? true : undefined,
    );
    expect(calls.length).toBe(3);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
  });

  it.skipIf(process.platform !== 'linux')('a full disk is told, and leaves nothing', async () => {
    reset();
    const { pid } = sds.server.child;
    const before = contentFiles(join(work.path, 'calls', 'sds-files'));
    // No file of the server may grow beyond this: a limit that the system reports as a full one.
    spawnSync('prlimit', ['--pid', String(pid), '--fsize=40000000']);
    const answer = await sendRaw(
      tenant,
      app,
      { vault: 'vault', name: 'large', callback },
      Buffer.alloc(60_000_000, 1),
    );
    expect(answer).toMatchObject({ status: 507, error: { code: '210104020603' } });
    const [file] = await listFiles(tenant, app, 'vault=vault&name=large');
    expect(file).toMatchObject({ status: 'FAILED', id: answer.error.additionalInfo.id });
    expect(file!.error).toContain('space');
    expect(contentFiles(join(work.path, 'calls', 'sds-files'))).toEqual(before);
    expect(JSON.parse((await called(1))[0]!.body)).toMatchObject({ status: 'FAILED' });
  });
});
