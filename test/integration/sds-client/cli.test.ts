// `sealift sds` as a script would use it, against the built server.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonFailure } from '../cli/harness.ts';
import { Bench, buildCli } from '../cli/harness.ts';
import { TestServer } from '../server/harness.ts';
import { accessOfServer } from './harness.ts';

const bench = new Bench();
let server: TestServer;
const env = { SEALIFT_MASTER_PASSWORD_FILE: bench.path('master.txt') };
const run = (args: readonly string[], input?: string | Buffer) =>
  bench.run(['sds', ...args], { env, ...(input !== undefined && { input }) });
const json = async <T>(args: readonly string[], input?: string) =>
  bench.json<T>(['sds', ...args], { env, ...(input !== undefined && { input }) });

beforeAll(async () => {
  buildCli();
  server = await TestServer.start();
  const { tenant, clientId, clientSecret } = accessOfServer(server);
  await bench.file('master.txt', 'a long master password');
  await bench.file('secret.txt', `${clientSecret}\n`);
  await bench.file('wrong.txt', 'wrong\n');
  const login = [
    'login',
    '--url',
    server.ready.http,
    '--tenant-id',
    tenant,
    '--client-id',
    clientId,
  ];
  const refused = await json<JsonFailure>([
    ...login,
    '--client-secret-file',
    bench.path('wrong.txt'),
  ]);
  expect([refused.code, refused.result.error.code]).toEqual([3, 'SDS_CLIENT_REFUSED']);
  const done = await run([
    ...login,
    '--client-secret-file',
    bench.path('secret.txt'),
    '--name',
    'here',
  ]);
  expect([done.code, done.stdout, done.stderr]).toEqual([
    0,
    expect.stringContaining('as here'),
    '',
  ]);
}, 180_000);
afterAll(async () => {
  await server.stop();
  await bench.dispose();
});

describe('a vault from beginning to end', () => {
  it('registers, permits, stores, reads, decrypts elsewhere, rotates, and is refused', async () => {
    for (const app of ['Owner', 'Reader']) {
      expect((await run(['apps', 'make', app])).code).toBe(0);
      expect((await run(['apps', 'register', app])).stdout).toMatch(
        /registered .*app:[0-9a-f-]{36}/,
      );
    }
    const made = await run([
      'vaults',
      'make',
      'phones',
      '--app',
      'Owner',
      '--read-limit',
      '50',
      '--allow',
      'Reader=001',
    ]);
    expect(made.stdout).toContain('Reader  001 (Read encrypted to the app’s key)');

    const written = await run(
      ['data', 'write', '-', '--vault', 'phones', '--app', 'Owner'],
      '+49 151 1234567',
    );
    const id = written.stdout.trim();
    expect(id).toMatch(/^data:/);
    const read = await run(['data', 'read', id, '--vault', 'phones', '--app', 'Reader']);
    expect([read.code, read.stdout]).toEqual([0, '+49 151 1234567']);
    const asJson = await json<{ records: unknown[] }>([
      'data',
      'read',
      id,
      '--vault',
      'phones',
      '--app',
      'Reader',
    ]);
    expect(asJson.result.records).toEqual([
      { id, badge: 'decrypted-here', encoding: 'text', value: '+49 151 1234567' },
    ]);
    expect((await run(['data', 'list', '--vault', 'phones', '--app', 'Reader'])).stdout).toContain(
      id,
    );

    const out = bench.path('out.csv');
    const exported = await run([
      'data',
      'export',
      '-o',
      out,
      '--content',
      'decrypted',
      '--vault',
      'phones',
      '--app',
      'Reader',
    ]);
    expect([exported.code, exported.stdout]).toEqual([0, 'Wrote 1 record, 0 failed\n']);
    expect(await readFile(out, 'utf8')).toContain('+49 151 1234567');
    expect((await stat(out)).mode & 0o777).toBe(0o600);

    expect((await run(['apps', 'rotate', 'Reader', '--bits', '3072'])).stdout).toContain(
      'RSA 3072',
    );
    expect((await run(['data', 'read', id, '--vault', 'phones', '--app', 'Reader'])).stdout).toBe(
      '+49 151 1234567',
    );

    await run(['vaults', 'update', 'phones', '--app', 'Owner', '--allow', 'Reader=000']);
    const refused = await json<JsonFailure>([
      'data',
      'read',
      id,
      '--vault',
      'phones',
      '--app',
      'Reader',
    ]);
    expect([refused.code, refused.result.error.code]).toEqual([3, 'SDS_NOT_FOUND']);
    expect(refused.result.error.text).toMatch(/no vault phones that this app owns or may use/);
    const disabled = await json<JsonFailure>([
      'vaults',
      'update',
      'phones',
      '--app',
      'Owner',
      '--disable',
    ]);
    expect(disabled.result.error.code).toBe('SDS_VAULT_NOT_EMPTY');
  });
});

describe('sds decrypt', () => {
  const openssl = (args: readonly string[], input?: Buffer): Buffer =>
    execFileSync('openssl', args, { input, cwd: bench.dir, stdio: ['pipe', 'pipe', 'pipe'] });
  let envelope = '';
  beforeAll(async () => {
    openssl([
      'genpkey',
      '-algorithm',
      'RSA',
      '-pkeyopt',
      'rsa_keygen_bits:2048',
      '-out',
      'app.pem',
    ]);
    openssl(['pkey', '-in', 'app.pem', '-pubout', '-out', 'app.pub']);
    const secret = randomBytes(16);
    await bench.file('aes', secret);
    const wrapped = openssl(['pkeyutl', '-encrypt', '-pubin', '-inkey', 'app.pub', '-in', 'aes']);
    const text = Buffer.from(Buffer.from('a secret\u0000').toString('base64'));
    const content = openssl(
      ['enc', '-aes-128-cbc', '-K', secret.toString('hex'), '-iv', '0'.repeat(32)],
      text,
    );
    envelope = `${wrapped.toString('base64')}.${content.toString('base64')}`;
  });

  it('takes the value alone, an answer of one record and one of several', async () => {
    const key = ['decrypt', '--key', bench.path('app.pem')];
    expect((await run(key, `${envelope}\n`)).stdout).toBe('a secret\u0000');
    const one = JSON.stringify({ data: { id: 'data:1', data: envelope, encrypted: true } });
    expect((await run(key, one)).stdout).toBe('a secret\u0000');
    const several = JSON.stringify({ data: [{ data: envelope }, { data: envelope }] });
    const values = [0, 1].map(() => Buffer.from('a secret\u0000').toString('base64'));
    expect((await json(key, several)).result).toEqual({ ok: true, values });
    expect((await run([...key, '--raw'], envelope)).stdout).toBe(values[0]);
  });

  it('tells what is damaged, no answer, and no key', async () => {
    const key = ['decrypt', '--key', bench.path('app.pem')];
    const failure = async (args: readonly string[], input: string) =>
      (await json<JsonFailure>(args, input)).result.error.code;
    const damaged = envelope.replace(/.(?=\.)/, '');
    expect(await failure(key, damaged)).toBe('SDS_NOT_DECRYPTED');
    expect(await failure(key, '{"data":{}}')).toBe('USAGE');
    expect(await failure(['decrypt', '--key', bench.path('app.pub')], envelope)).toBe(
      'SDS_KEY_IS_PUBLIC',
    );
  });
});
