/** Servers with habits of their own: each ends in a delivery that is whole, or in words that say why it cannot be. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver, type Delivery, type DeliveryRequest } from '../../../main/delivery/deliver.ts';
import { makeSshKey } from '../../../main/delivery/ssh-identity.ts';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import { startQuirkySftp, type QuirkySftp, type Quirks } from '../../helpers/quirky-sftp.ts';
import { giveToAccount } from '../../helpers/sshd.ts';
import { DATA_NAME, MANIFEST, useSshd, withServer } from './deliveries.ts';

const { connect, prepare } = useSshd();
const FINAL_DATA = `in/${DATA_NAME}`;
const FINAL_MANIFEST = `in/${MANIFEST.name}`;
const TEMPORARY_DATA = `in/.${DATA_NAME}.0123abcd.sealift-part`;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function start(quirks: Quirks = {}): Promise<QuirkySftp> {
  const server = await startQuirkySftp(quirks);
  closers.push(() => server.stop());
  return server;
}

function localFile(bytes: Buffer): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-quirks-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const localPath = path.join(folder, 'data');
  writeFileSync(localPath, bytes);
  return localPath;
}

interface Sent {
  readonly bytes: Buffer;
  readonly delivery?: Delivery;
  readonly failure?: AppError;
}

async function send(
  server: QuirkySftp,
  change: Partial<DeliveryRequest> = {},
  bytes = randomBytes(300_000),
  keepAliveSeconds?: number,
): Promise<Sent> {
  const { privateKey } = makeSshKey({ comment: 'me' });
  const { host, port } = server;
  const session = await connectSftp(
    { host, port, username: 'me', privateKey, keepAliveSeconds },
    { verifyHostKey: () => Promise.resolve() },
  );
  closers.push(() => session.close());
  const request: DeliveryRequest = {
    directory: 'in',
    jobId: '0123abcd',
    data: { localPath: localFile(bytes), name: DATA_NAME },
    manifest: MANIFEST,
    overwrite: false,
    ...change,
  };
  try {
    return { bytes, delivery: await deliver(session, request) };
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure;
    expect(`${errorText(failure)} ${errorNext(failure)}`).not.toMatch(/\{\w+\}/);
    return { bytes, failure };
  }
}

function expectWhole(server: QuirkySftp, bytes: Buffer): void {
  expect([...server.files.keys()].sort()).toEqual([FINAL_DATA, FINAL_MANIFEST]);
  expect(server.files.get(FINAL_DATA)?.equals(bytes)).toBe(true);
  expect(server.files.get(FINAL_MANIFEST)?.toString()).toBe(MANIFEST.text);
}

describe('a server that cannot rename', () => {
  const quirks = { without: ['RENAME'] } as const;

  it('gets nothing under a final name, and is named', async () => {
    const server = await start(quirks);
    const { failure } = await send(server);
    expect(failure?.code).toBe('REMOTE_CANNOT_RENAME');
    expect(server.files.size).toBe(0);
  });

  it('keeps the file that was to be replaced', async () => {
    const server = await start(quirks);
    server.files.set(FINAL_DATA, Buffer.from('before'));
    const { failure } = await send(server, { overwrite: true });
    expect(failure?.code).toBe('REMOTE_CANNOT_RENAME');
    expect(server.files.get(FINAL_DATA)?.toString()).toBe('before');
  });

  it('gets final names where the connection says so, data before manifest', async () => {
    const server = await start(quirks);
    let told: Delivery | undefined;
    const { bytes, delivery } = await send(server, {
      finalNames: 'direct',
      beforeFinalNames: (sent) => {
        told = sent;
        expect(server.files.size).toBe(0);
        return Promise.resolve();
      },
    });
    expectWhole(server, bytes);
    expect(server.requests.filter((request) => request.startsWith('OPEN'))).toEqual([
      `OPEN ${FINAL_DATA}`,
      `OPEN ${FINAL_MANIFEST}`,
    ]);
    expect(told?.data.sha256).toBe(delivery?.data.sha256);
    expect(told?.manifest.sha256).toBe(delivery?.manifest.sha256);
  });

  it('loses the unfinished data when the disk is full, and gets no manifest', async () => {
    const server = await start({ ...quirks, write: [4, 'No space left on device'] });
    const { failure } = await send(server, { finalNames: 'direct' });
    expect(failure?.code).toBe('REMOTE_NO_SPACE');
    expect(server.files.size).toBe(0);
  });

  it('does not lose what someone else put there', async () => {
    const server = await start(quirks);
    server.files.set(FINAL_MANIFEST, Buffer.from('of another'));
    const { failure } = await send(server, { finalNames: 'direct' });
    expect(failure?.code).toBe('REMOTE_EXISTS');
    expect([...server.files.keys()]).toEqual([FINAL_MANIFEST]);
  });

  it('gets what may be replaced anew', async () => {
    const server = await start(quirks);
    server.files.set(FINAL_DATA, randomBytes(400_000));
    server.files.set(FINAL_MANIFEST, Buffer.from('before, and longer than the new one is'));
    const { bytes } = await send(server, { finalNames: 'direct', overwrite: true });
    expectWhole(server, bytes);
  });
});

describe('a server that', () => {
  it.each<[string, Quirks, 'stat' | 'acknowledged']>([
    ['knows LSTAT not, but STAT', { without: ['LSTAT'] }, 'stat'],
    ['tells nothing about files', { without: ['LSTAT', 'STAT'] }, 'acknowledged'],
    ['forbids to look', { denied: ['LSTAT', 'STAT', 'READ'] }, 'acknowledged'],
    ['knows no path of the login', { without: ['REALPATH'] }, 'stat'],
    ['does not let files be removed', { denied: ['REMOVE'] }, 'stat'],
  ])('%s gets the delivery', async (_, quirks, verifiedBy) => {
    const server = await start(quirks);
    const { bytes, delivery } = await send(server);
    expectWhole(server, bytes);
    expect(delivery?.data.verifiedBy).toBe(verifiedBy);
  });

  it('has no posix-rename replaces by removing first, when that was agreed', async () => {
    const server = await start();
    server.files.set(FINAL_DATA, Buffer.from('before'));
    expect((await send(server)).failure?.code).toBe('REMOTE_EXISTS');
    const { bytes } = await send(server, { overwrite: true });
    expectWhole(server, bytes);
  });

  it('forbids overwriting and removing keeps what it has', async () => {
    const server = await start({ denied: ['REMOVE'] });
    server.files.set(FINAL_DATA, Buffer.from('before'));
    const { failure } = await send(server, { overwrite: true });
    expect(failure?.code).toBe('REMOTE_PERMISSION_DENIED');
    expect(server.files.get(FINAL_DATA)?.toString()).toBe('before');
  });

  it('drops idle sessions is kept awake by SFTP requests', async () => {
    const server = await start({ idleMs: 700 });
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2_000));
    const { bytes } = await send(server, { beforeFinalNames: pause }, undefined, 0.1);
    expectWhole(server, bytes);
    const asleep = await send(await start({ idleMs: 700 }), { beforeFinalNames: pause });
    expect(asleep.failure).toMatchObject({ code: 'CONNECTION_LOST', retry: 'auto' });
  });

  it('ends the connection in the middle of a write leaves nothing under a final name', async () => {
    const server = await start({ endAfterBytes: 150_000 });
    const { failure } = await send(server);
    expect(failure).toMatchObject({ code: 'CONNECTION_LOST', retry: 'auto' });
    expect([...server.files.keys()]).toEqual([TEMPORARY_DATA]);
  });

  it.each(['RekeyLimit 1M', 'RekeyLimit 64K'])('renews its keys (%s)', async (line) => {
    await withServer({ config: [line] }, async (server) => {
      const { bytes, folder, request } = prepare(6_000_000, server);
      await deliver(await connect(server), { ...request, verify: 'sha256' });
      expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
    });
  });

  it.each(['posix-rename', 'statvfs,fstatvfs', 'fsync,limits', 'setstat,fsetstat'])(
    'of OpenSSH without %s gets the delivery',
    async (requests) => {
      await withServer({ sftp: `-P ${requests}` }, async (server) => {
        const { bytes, folder, request } = prepare(100_000, server);
        const session = await connect(server);
        await deliver(session, request);
        await deliver(session, { ...request, overwrite: true });
        expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
      });
    },
  );
});

describe('content that is read back', () => {
  it('is what was sent', async () => {
    const server = await start({ mostReadBytes: 10_000 });
    const { bytes, delivery } = await send(server, { verify: 'sha256' });
    expectWhole(server, bytes);
    expect(delivery?.data.verifiedBy).toBe('sha256');
    expect(delivery?.manifest.verifiedBy).toBe('sha256');
  });

  it('shows a byte that was spoiled, which the size does not', async () => {
    const server = await start({ spoilsWrites: true });
    const { failure } = await send(server, { verify: 'sha256' });
    expect(failure).toMatchObject({ code: 'REMOTE_CONTENT_DIFFERS', retry: 'auto' });
    expect(server.files.size).toBe(0);
    expect((await send(server)).delivery?.data.verifiedBy).toBe('stat');
  });

  it('cannot be verified where reading is forbidden', async () => {
    const server = await start({ denied: ['READ'] });
    const { failure } = await send(server, { verify: 'sha256' });
    expect(failure?.code).toBe('REMOTE_NOT_READABLE');
    expect(server.files.size).toBe(0);
  });
});

describe('an upload that is resumed', () => {
  const bytes = randomBytes(1_500_000);
  const BEGINNING_BYTES = 900_000;

  /** Sends over what is there already; answers how many bytes of the data were written anew. */
  async function resumeOver(there: Buffer, quirks: Quirks = {}): Promise<number> {
    const server = await start(quirks);
    server.files.set(TEMPORARY_DATA, there);
    const writes: number[] = [];
    const { delivery } = await send(
      server,
      { resume: true, onProgress: ({ sentBytes }) => writes.push(sentBytes) },
      bytes,
    );
    expectWhole(server, bytes);
    expect(delivery?.data.sizeBytes).toBe(bytes.length);
    expect(writes.at(-1)).toBe(bytes.length + MANIFEST.text.length);
    return server.writtenBytes - MANIFEST.text.length;
  }

  it('sends what is missing, and no more', async () => {
    const written = await resumeOver(bytes.subarray(0, BEGINNING_BYTES));
    expect(written).toBeLessThan(bytes.length - BEGINNING_BYTES + 256 * 1024);
    expect(await resumeOver(bytes)).toBe(0);
  });

  it('sends again from where the bytes are not ours', async () => {
    const there = Buffer.from(bytes.subarray(0, BEGINNING_BYTES));
    there.fill(0, 600_000, 600_100);
    const written = await resumeOver(there);
    expect(written).toBeGreaterThanOrEqual(bytes.length - 600_000);
    expect(written).toBeLessThan(bytes.length - 300_000);
    expect(await resumeOver(randomBytes(BEGINNING_BYTES))).toBe(bytes.length);
  });

  it.each<[string, number, Quirks]>([
    ['is longer than the file', bytes.length + 1, {}],
    ['is empty', 0, {}],
    ['may not be read', BEGINNING_BYTES, { denied: ['READ'] }],
    ['may not be looked at', BEGINNING_BYTES, { without: ['LSTAT', 'STAT'] }],
  ])('begins anew where what is there %s', async (_, length, quirks) => {
    const there = Buffer.concat([bytes, Buffer.alloc(1)]).subarray(0, length);
    expect(await resumeOver(there, quirks)).toBe(bytes.length);
  });

  it('goes on with the beginning that OpenSSH has', async () => {
    await withServer({}, async (server) => {
      const { bytes: sent, folder, request } = prepare(8_000_000, server);
      const beginning = path.join(
        folder,
        `.${DATA_NAME}.${request.jobId.slice(0, 8)}.sealift-part`,
      );
      writeFileSync(beginning, sent.subarray(0, 5_000_001), { mode: 0o666 });
      giveToAccount(beginning);
      const { data } = await deliver(await connect(server), {
        ...request,
        resume: true,
        verify: 'sha256',
      });
      expect(data.verifiedBy).toBe('sha256');
      expect(readFileSync(path.join(folder, DATA_NAME)).equals(sent)).toBe(true);
    });
  });
});
