// The SFTP side against OpenSSH's client and against hostile ones: who gets in, what stays inside,
// what is taken for an upload and what is not.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Client, SFTPWrapper } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
let server: TestServer;
let customer: Customer;
let accountFolder: string;

beforeAll(async () => {
  server = await TestServer.start({
    dataDir,
    args: ['--allow-plain', '--max-opened-bytes', '20000000'],
  });
  customer = new Customer(join(work.path, 'customer'));
  await customer.register(server);
  accountFolder = join(dataDir, 'accounts', server.ready.account);
});

afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

/** A connection of the library's own client, for requests that OpenSSH's would not make. */
async function openSession(): Promise<{ client: Client; sftp: SFTPWrapper; socket: Socket }> {
  const client = new ssh2.Client();
  const socket = connect(server.ready.sftp.port, server.ready.sftp.host);
  await new Promise((done, fail) => {
    client.once('ready', () => done(undefined)).once('error', fail);
    client.connect({
      sock: socket,
      username: server.ready.account,
      privateKey: readFileSync(customer.sshKey),
    });
  });
  return { client, sftp: await openChannel(client), socket };
}

function openChannel(client: Client): Promise<SFTPWrapper> {
  return new Promise((done, fail) => {
    client.sftp((error, wrapper) => (error ? fail(error) : done(wrapper)));
  });
}

/** Settles a callback-style call: its result, or the SFTP status code of its failure. */
function outcome<T>(
  start: (callback: (error: unknown, value?: T) => void) => void,
): Promise<T | number> {
  return new Promise((done) => {
    start((error, value) => done(error ? ((error as { code: number }).code ?? -1) : (value as T)));
  });
}

describe('login', () => {
  it('presents the host key of the ready line', () => {
    const { host, port, hostKeySha256 } = server.ready.sftp;
    const scanned = execFileSync('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), host], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const blob = Buffer.from(scanned.trim().split(' ')[2] ?? '', 'base64');
    const sha256 = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
    expect(`SHA256:${sha256}`).toBe(hostKeySha256);
  });

  it('refuses a key that is not registered', async () => {
    const stranger = new Customer(join(work.path, 'stranger'));
    await expect(customer.sftp(server, ['ls'], stranger.sshKey)).rejects.toThrow(
      'Permission denied',
    );
    stranger.remove();
  });

  it('refuses another account’s key, and a removed one', async () => {
    const other = await server.call<{ id: string }>('POST', '/accounts', {
      email: 'o@example.com',
    });
    const neighbour = new Customer(join(work.path, 'neighbour'));
    const body = { name: 'n', publicKey: neighbour.publicKey };
    const { id } = await server.call<{ id: string }>(
      'POST',
      `/accounts/${other.id}/ssh-keys`,
      body,
    );
    await expect(customer.sftp(server, ['ls'], neighbour.sshKey)).rejects.toThrow(
      'Permission denied',
    );
    await server.call('DELETE', `/accounts/${other.id}/ssh-keys/${id}`);
    const mine = await server.call<{ id: string }>('POST', 'ssh-keys', body);
    await customer.sftp(server, ['ls'], neighbour.sshKey);
    await server.call('DELETE', `ssh-keys/${mine.id}`);
    await expect(customer.sftp(server, ['ls'], neighbour.sshKey)).rejects.toThrow(
      'Permission denied',
    );
    neighbour.remove();
  });

  it('offers neither passwords nor a shell', async () => {
    const { client } = await openSession();
    const error = await new Promise((done) => client.exec('id', (failure) => done(failure)));
    expect(error).toBeInstanceOf(Error);
    client.end();
  });
});

describe('the folder', () => {
  it('gives back what was put, byte by byte, in a pipelined upload', async () => {
    const bytes = randomBytes(9_000_001);
    customer.write('big', bytes);
    await customer.sftp(server, ['put big', 'get big back', 'rm big']);
    expect(readFileSync(join(customer.folder, 'back')).equals(bytes)).toBe(true);
  });

  it('has no way out', async () => {
    customer.write('x', 'x');
    symlinkSync('/', join(accountFolder, 'planted'));
    for (const command of [
      'get ../../../credentials.json',
      'get /../../credentials.json',
      'get planted/etc/passwd',
      'put x planted/tmp/x',
      'put x /planted',
      'ls planted/etc',
      'symlink /etc/passwd link',
      'ln x hard',
    ]) {
      await expect(customer.sftp(server, ['put x', command]), command).rejects.toThrow();
    }
    expect(await customer.sftp(server, ['cd ../../..', 'pwd', 'ls -la'])).not.toContain('planted');
    expect(readdirSync(accountFolder).sort()).toEqual(['planted', 'x']);
    await customer.sftp(server, ['rm x']);
  });

  it('makes and removes folders, and neither replaces nor resizes by a side door', async () => {
    customer.write('a', 'aaa');
    customer.write('b', 'b');
    await customer.sftp(server, ['mkdir d', 'put a d/a', 'put b d/b', 'chmod 777 d/a', 'ls -l d']);
    await expect(customer.sftp(server, ['rename d/a d/b'])).rejects.toThrow();
    await expect(customer.sftp(server, ['rmdir d'])).rejects.toThrow();
    const { client, sftp } = await openSession();
    expect(await outcome((cb) => sftp.open('/d/a', 'wx', cb))).toBe(4);
    expect(await outcome((cb) => sftp.setstat('/d/a', { size: 0 }, cb))).toBe(8);
    expect(await outcome((cb) => sftp.open('/d/none', 'r', cb))).toBe(2);
    expect(await outcome((cb) => sftp.open('/no/none', 'w', cb))).toBe(2);
    expect(await outcome((cb) => sftp.open(`/${'n'.repeat(300)}`, 'w', cb))).toBe(4);
    expect(await outcome((cb) => sftp.stat('/d/a', cb))).toMatchObject({ size: 3 });
    client.end();
    await customer.sftp(server, ['rename d/a d/c', 'rm d/b', 'rm d/c', 'rmdir d']);
  });

  it('refuses more open files than a client needs, and a file that is too large', async () => {
    const { client, sftp } = await openSession();
    const opened = await Promise.all(
      Array.from({ length: 130 }, (_, i) => outcome<Buffer>((cb) => sftp.open(`/f${i}`, 'w', cb))),
    );
    expect(opened.filter((handle) => handle === 4)).toHaveLength(2);
    const handle = opened[0] as Buffer;
    expect(await outcome((cb) => sftp.write(handle, Buffer.alloc(10), 0, 10, 30_000_000, cb))).toBe(
      4,
    );
    expect(await outcome((cb) => sftp.close(handle, cb))).toBe(4);
    client.end();
  });
});

describe('a greedy client', () => {
  it('gets ten sessions on a connection, and a place again for each one that it ends', async () => {
    const { client, sftp } = await openSession();
    const more = await Promise.allSettled(Array.from({ length: 20 }, () => openChannel(client)));
    expect(more.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    await expect(openChannel(client)).rejects.toThrow('Channel open failure');
    sftp.end();
    const next = await waitFor('a free place', () => openChannel(client).catch(() => undefined));
    expect(await outcome((cb) => next.realpath('.', cb))).toBe('/');
    client.end();
  });

  const READ_BYTES = 32 * 1024;
  const content = randomBytes(1_000_000);

  /** Asks for this many pieces of `greedy` and reads nothing for a while. */
  async function readSlowly(pieces: number) {
    customer.write('greedy', content);
    await customer.sftp(server, ['put greedy']);
    const { client, sftp, socket } = await openSession();
    client.on('error', () => undefined);
    const handle = (await outcome<Buffer>((cb) => sftp.open('/greedy', 'r', cb))) as Buffer;
    const buffers = Array.from({ length: pieces }, () => Buffer.alloc(READ_BYTES));
    let arrived = 0;
    socket.pause();
    buffers.forEach((buffer) =>
      sftp.read(handle, buffer, 0, READ_BYTES, 0, (error) => {
        if (!error) arrived += 1;
      }),
    );
    await new Promise((done) => setTimeout(done, 300));
    return { client, socket, buffers, arrived: () => arrived };
  }

  it('gets all that it asks for, however slowly it reads', async () => {
    const { client, socket, buffers, arrived } = await readSlowly(600);
    socket.resume();
    await waitFor('every answer', async () => arrived() === buffers.length || undefined);
    const expected = content.subarray(0, READ_BYTES);
    expect(buffers.every((buffer) => buffer.equals(expected))).toBe(true);
    client.end();
  });

  it('is cut off when it asks for more than a client needs and reads nothing', async () => {
    const { socket } = await readSlowly(4000);
    await waitFor(
      'the flood to be seen',
      async () => server.log.includes('sftp.flooded') || undefined,
    );
    // Longer than a client that is sent away may take to read: the server has closed its end then.
    await new Promise((done) => setTimeout(done, 2500));
    const closed = new Promise((done) => socket.once('close', done));
    socket.resume();
    await closed;
    expect(await customer.sftp(server, ['rm greedy', 'pwd'])).toContain('/');
  });
});

describe('pick-up', () => {
  const csv = 'identity,evtName\nsomeone,Came\n';
  const manifest = (data: string) =>
    JSON.stringify({ fileName: data, type: 'event', clientEmail: 'pick@example.com' });

  it('acts on a rename to *.manifest and not before', async () => {
    customer.write('r.csv', csv);
    customer.write('r.txt', manifest('r.csv'));
    await customer.sftp(server, [
      'put r.csv .r.csv.sealift-part',
      'rename .r.csv.sealift-part r.csv',
    ]);
    await customer.sftp(server, [
      'put r.txt .r.manifest.0123abcd.sealift-part',
      'put r.txt .hidden.manifest',
    ]);
    expect(
      (await server.imports()).items.filter(({ manifest: name }) => name.includes('r.')),
    ).toEqual([]);
    await customer.sftp(server, ['rename .r.manifest.0123abcd.sealift-part r.manifest']);
    expect(await server.verdictOn('r.manifest')).toMatchObject({ status: 'imported', accepted: 1 });
    expect(await customer.sftp(server, ['ls'])).not.toMatch(/r\.(csv|manifest)/);
  });

  it('takes pairs from a folder too', async () => {
    customer.write('deep.csv', csv);
    customer.write('deep.manifest', manifest('deep.csv'));
    await customer.sftp(server, [
      'mkdir in',
      'put deep.csv in/',
      'put deep.manifest in/',
      'rmdir in',
    ]);
    expect(await server.verdictOn('deep.manifest')).toMatchObject({ status: 'imported' });
  });

  it('ignores what a broken connection left unclosed', async () => {
    const { client, sftp } = await openSession();
    const half = (await outcome<Buffer>((cb) => sftp.open('/half.csv', 'w', cb))) as Buffer;
    await outcome((cb) => sftp.write(half, Buffer.from(csv), 0, csv.length, 0, cb));
    const name = (await outcome<Buffer>((cb) => sftp.open('/half.manifest', 'w', cb))) as Buffer;
    await outcome((cb) => sftp.write(name, Buffer.from('{'), 0, 1, 0, cb));
    client.destroy();
    customer.write('half.manifest', manifest('half.csv'));
    await customer.sftp(server, ['put half.manifest']);
    const record = await server.verdictOn('half.manifest');
    expect(record.problems.map((problem) => problem.code)).toEqual(['DATA_FILE_MISSING']);
    customer.write('half2.manifest', manifest('half.csv'));
    customer.write('half.csv', csv);
    await customer.sftp(server, ['reput half.csv', 'put half2.manifest']).catch(() => undefined);
    await customer.sftp(server, ['put half.csv', 'put half2.manifest half3.manifest']);
    expect(await server.verdictOn('half3.manifest')).toMatchObject({ status: 'imported' });
  });

  it('takes imports in the order of their uploads', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `order${i}`);
    for (const name of names) {
      customer.write(`${name}.csv`, `identity,p\nordered,${name}\n`);
      customer.write(
        `${name}.manifest`,
        JSON.stringify({
          fileName: `${name}.csv`,
          type: 'profile',
          clientEmail: 'pick@example.com',
        }),
      );
    }
    await customer.sftp(
      server,
      names.flatMap((name) => [`put ${name}.csv`, `put ${name}.manifest`]),
    );
    await server.verdictOn('order7.manifest');
    const { properties } = await server.call<{ properties: object }>('GET', 'profiles/ordered');
    expect(properties).toEqual({ p: 'order7' });
  });
});

describe('garbage', () => {
  const send = (bytes: Uint8Array) =>
    new Promise<void>((done) => {
      const socket = connect(server.ready.sftp.port, server.ready.sftp.host, () =>
        socket.write(bytes),
      );
      socket.on('error', () => undefined).on('close', () => done());
      socket.resume();
      setTimeout(() => socket.destroy(), 500);
    });

  it('on the SSH port harms nothing', async () => {
    await Promise.all([
      send(randomBytes(50_000)),
      send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
      send(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), randomBytes(50_000)])),
      send(Buffer.from('SSH-2.0-x\r\n\xff\xff\xff\xff', 'latin1')),
    ]);
    expect(await customer.sftp(server, ['pwd'])).toContain('/');
  });

  it('inside an SFTP session harms nothing', async () => {
    for (const bytes of [
      Buffer.from([0xff, 0xff, 0xff, 0xff, 1]),
      Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3, 0, 0, 0, 3, 250, 1, 1]),
      Buffer.concat([Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]), randomBytes(10_000)]),
    ]) {
      const client = new ssh2.Client();
      await new Promise<void>((done) => {
        client.on('error', () => undefined).on('close', () => done());
        client.on('ready', () => {
          client.subsys('sftp', (error, stream) => {
            if (error) return client.end();
            stream.on('close', () => client.end()).resume();
            stream.write(bytes);
            setTimeout(() => client.end(), 1000);
          });
        });
        client.connect({
          host: server.ready.sftp.host,
          port: server.ready.sftp.port,
          username: server.ready.account,
          privateKey: readFileSync(customer.sshKey),
        });
      });
    }
    expect(await customer.sftp(server, ['pwd'])).toContain('/');
    expect(server.log).not.toContain('internal-error');
  });
});
