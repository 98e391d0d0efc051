// What lies in an account's folder when the server starts: pairs that a killed server did not take,
// renames that it did not finish, uploads that it saw no end of, and links to what is not the account's.
import { linkSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { SFTPWrapper } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder } from './harness.ts';

const work = makeWorkFolder();
const options = { dataDir: join(work.path, 'data'), args: ['--allow-plain'] };
let server: TestServer;
let customer: Customer;
let folder: string;

beforeAll(async () => {
  customer = new Customer(join(work.path, 'customer'));
  server = await TestServer.start(options);
  await customer.register(server);
  folder = join(options.dataDir, 'accounts', server.ready.account);
  await leaveUnfinished('half.manifest', manifestFor('half.csv'));
  await server.stop('SIGKILL');

  place('first.csv', 'identity,p\nsomeone,first\n');
  place('first.manifest', manifestFor('first.csv'));
  place('.second.csv.0123abcd.sealift-part', 'identity,p\nsomeone,second\n');
  linkSync(join(folder, '.second.csv.0123abcd.sealift-part'), join(folder, 'second.csv'));
  place('.a-second.manifest.0123abcd.sealift-part', manifestFor('second.csv'));
  const renamed = join(folder, 'a-second.manifest');
  linkSync(join(folder, '.a-second.manifest.0123abcd.sealift-part'), renamed);
  writeFileSync(join(work.path, 'secret.csv'), 'identity,p\nsomeone,secret\n');
  linkSync(join(work.path, 'secret.csv'), join(folder, 'linked.csv'));
  place('to-link.manifest', manifestFor('linked.csv'));
  writeFileSync(join(work.path, 'outside.manifest'), manifestFor('linked.csv'));
  linkSync(join(work.path, 'outside.manifest'), join(folder, 'linked.manifest'));
  server = await TestServer.start(options);
});

afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

function place(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
}

function manifestFor(fileName: string): string {
  return JSON.stringify({ fileName, type: 'profile', clientEmail: 'left@example.com' });
}

/** Writes a whole file over SFTP and never closes it. */
async function leaveUnfinished(name: string, content: string): Promise<void> {
  const client = new ssh2.Client().on('error', () => undefined);
  await new Promise((done, fail) => {
    const { host, port } = server.ready.sftp;
    const privateKey = readFileSync(customer.sshKey);
    client.once('ready', () => done(undefined)).once('error', fail);
    client.connect({ host, port, username: server.ready.account, privateKey });
  });
  const sftp = await new Promise<SFTPWrapper>((done, fail) => {
    client.sftp((error, wrapper) => (error ? fail(error) : done(wrapper)));
  });
  await new Promise((done, fail) => {
    sftp.open(name, 'w', (openError, handle) => {
      if (openError) return fail(openError);
      sftp.write(handle, Buffer.from(content), 0, content.length, 0, (error) =>
        error ? fail(error) : done(undefined),
      );
    });
  });
}

it('takes finished manifests in the order in which they came', async () => {
  expect(await server.verdictOn('first.manifest')).toMatchObject({ status: 'imported' });
  expect(await server.verdictOn('a-second.manifest')).toMatchObject({ status: 'imported' });
  expect(await server.call('GET', 'profiles/someone')).toMatchObject({
    properties: { p: 'second' },
  });
});

it('never takes data that has a name elsewhere', async () => {
  const { problems } = await server.verdictOn('to-link.manifest');
  expect(problems.map(({ code }) => code)).toEqual(['DATA_FILE_MISSING']);
});

it('leaves alone what is unfinished, and what is not the account’s', async () => {
  const { items } = await server.imports();
  expect(items.map(({ manifest }) => manifest).sort()).toEqual([
    'a-second.manifest',
    'first.manifest',
    'to-link.manifest',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['half.manifest', 'linked.csv', 'linked.manifest']);
});
