// Starts, stops and restarts, and where secrets lie. Crashes are in kills.long.test.ts.
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, runServer } from './harness.ts';

const work = makeWorkFolder();
let customer: Customer;

beforeAll(() => {
  customer = new Customer(join(work.path, 'customer'));
});

afterAll(() => {
  customer.remove();
  work.remove();
});

/** Every file under a folder. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the command line', () => {
  it('explains itself', async () => {
    const { code, output } = await runServer(['--help']);
    expect(code).toBe(0);
    for (const option of ['--data', '--master-key', '--allow-remote', '--print-secrets']) {
      expect(output).toContain(option);
    }
  });

  it.each([
    ['an unknown option', ['--nonsense'], {}],
    ['a port that is none', ['--http', '70000'], {}],
    ['an open address without leave', ['--host', '0.0.0.0'], {}],
    ['an open address without TLS', ['--host', '0.0.0.0', '--allow-remote'], {}],
    ['half of a certificate', ['--tls-cert', 'x'], {}],
    ['a master key that is none', [], { SEALIFT_MASTER_KEY: 'short' }],
    ['PostgreSQL without a folder', [], { DATABASE_URL: 'postgres://127.0.0.1/x' }],
  ])('exits 2 for %s', async (_, args, env) => {
    expect(await runServer(args, env)).toMatchObject({ code: 2 });
  });

  it('refuses a master key file that others may read', async () => {
    const file = join(work.path, 'open.key');
    writeFileSync(file, 'ab'.repeat(32));
    chmodSync(file, 0o644);
    const { code, output } = await runServer(['--master-key', file]);
    expect(code).toBe(2);
    expect(output).toContain('chmod 600');
  });
});

describe('what keeps it from starting', () => {
  const told = async (args: string[]): Promise<string> => {
    const { code, output } = await runServer(args);
    expect(code).toBe(1);
    expect(output).toMatch(/^.+\.\n.+\.\n$/);
    expect(output).not.toMatch(/[{}]|E[A-Z]{4,}/);
    return output;
  };

  it('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    for (const option of ['--http', '--smtp']) {
      expect(await told([option, port])).toContain(`127.0.0.1:${port}: another program uses it`);
    }
    taken.close();
  });

  it('a data folder that is a file, or lies in one', async () => {
    const file = join(work.path, 'a-file');
    writeFileSync(file, '');
    expect(await told(['--data', file])).toContain('a folder is wanted');
    expect(await told(['--data', join(file, 'data')])).toContain('a folder is wanted');
  });

  it('a certificate that is missing, or is none', async () => {
    const file = join(work.path, 'a-file');
    const absent = join(work.path, 'absent.pem');
    const missing = await told(['--tls-cert', absent, '--tls-key', file]);
    expect(missing).toContain(`${absent} cannot be used: it does not exist`);
    writeFileSync(file, 'no certificate');
    expect(await told(['--tls-cert', file, '--tls-key', file])).toContain('PEM');
  });
});

describe('without --data', () => {
  it('leaves nothing behind, keeps the token to itself, and ends with its parent', async () => {
    const server = await TestServer.start({ args: ['--exit-with-parent'] });
    expect(server.ready.adminToken).toBeUndefined();
    expect(statSync(server.ready.credentialsFile).mode & 0o777).toBe(0o600);
    const ended = once(server.child, 'exit');
    server.child.stdin?.end();
    expect((await ended)[0]).toBe(0);
    expect(existsSync(server.ready.credentialsFile)).toBe(false);
  });
});

describe('with --data', () => {
  const dataDir = join(work.path, 'data');

  it('begins its database anew when it was ended while it made it', async () => {
    mkdirSync(join(dataDir, 'database'), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, 'database', 'PG_VERSION'), '17\n');
    writeFileSync(join(dataDir, 'database.unfinished'), '');
    const server = await TestServer.start({ dataDir });
    expect(existsSync(join(dataDir, 'database.unfinished'))).toBe(false);
    expect(await server.stop()).toBe(0);
  });

  it('is the same server after a restart, and keeps its secrets sealed', async () => {
    const first = await TestServer.start({ dataDir, args: ['--print-secrets'] });
    expect(first.ready.adminToken).toBe(first.adminToken);
    await customer.register(first);
    const key = await first.generateKey();
    customer.prepare('keep.csv', 'identity,Name\nkeep,Ann\nnull,sealed-at-rest\n', key, {
      name: 'keep.manifest',
      type: 'profile',
      clientEmail: 'keep@example.com',
    });
    await customer.sftp(first, ['put keep.csv.asc', 'put keep.manifest']);
    await first.mailTo('keep@example.com', 4);
    const rival = await runServer(['--data', dataDir]);
    expect(rival.code).toBe(1);
    expect(rival.output).toMatch(/^Another server \(process \d+\).*\.\nEnd process \d+, or /m);
    expect(await first.stop()).toBe(0);

    const secrets = [key.passphrase, key.privateKey.split('\n')[6]!, 'sealed-at-rest'];
    for (const file of filesUnder(dataDir)) {
      const bytes = readFileSync(file);
      for (const secret of secrets)
        expect(bytes.includes(secret), `${file}: ${secret}`).toBe(false);
    }
    expect(statSync(`${dataDir}.master-key`).mode & 0o777).toBe(0o600);

    const second = await TestServer.start({ dataDir });
    expect(second.adminToken).toBe(first.adminToken);
    expect(second.ready.account).toBe(first.ready.account);
    expect(second.ready.sftp.hostKeySha256).toBe(first.ready.sftp.hostKeySha256);
    expect((await second.imports()).items).toHaveLength(1);
    expect(await second.call('GET', 'profiles/keep')).toMatchObject({
      properties: { Name: 'Ann' },
    });
    expect(await second.mailTo('keep@example.com', 4)).toHaveLength(4);
    // The key set still opens what is sealed to it.
    customer.prepare('more.csv', 'identity,Name\nkeep,Bea\n', key, {
      name: 'more.manifest',
      type: 'profile',
      clientEmail: 'more@example.com',
    });
    await customer.sftp(second, ['put more.csv.asc', 'put more.manifest']);
    expect(await second.verdictOn('more.manifest')).toMatchObject({ status: 'imported' });
    for (const secret of [...secrets, first.adminToken]) expect(second.log).not.toContain(secret);
    await second.stop();
  });

  it('does not start with another master key', async () => {
    const { code, output } = await runServer(['--data', dataDir], {
      SEALIFT_MASTER_KEY: 'ab'.repeat(32),
    });
    expect(code).toBe(2);
    expect(output).toContain('master key');
  });
});
