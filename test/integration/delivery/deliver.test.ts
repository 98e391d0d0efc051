/** Deliveries to a real OpenSSH server. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver, type DeliveryRequest } from '../../../main/delivery/deliver.ts';
import type { SftpSession } from '../../../main/delivery/sftp-session.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { giveToAccount, startSshd, type Sshd, type SshdOptions } from '../../helpers/sshd.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';

const MANIFEST = { text: '{"fileName":"users.csv.asc"}\n', name: 'users.manifest' };
const DATA_NAME = 'users.csv.asc';

let sshd: Sshd;
const sessions: SftpSession[] = [];

beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());
afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

async function connect(server: Sshd = sshd, port = server.port): Promise<SftpSession> {
  const session = await connectSftp(
    {
      host: server.host,
      port,
      username: server.username,
      privateKey: readFileSync(server.identityPath),
    },
    { verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256: server.hostKeySha256 }) },
  );
  sessions.push(session);
  return session;
}

/** A local file of random bytes and a remote folder of its own. */
function prepare(sizeBytes: number, server: Sshd = sshd, mode = 0o755) {
  const bytes = randomBytes(sizeBytes);
  const id = randomUUID();
  const localPath = path.join(server.workDir, `local-${id}`);
  writeFileSync(localPath, bytes);
  const directory = `in-${id}`;
  const folder = path.join(server.rootDir, directory);
  mkdirSync(folder);
  giveToAccount(folder);
  chmodSync(folder, mode);
  const request = {
    directory,
    jobId: randomUUID(),
    data: { localPath, name: DATA_NAME },
    manifest: MANIFEST,
    overwrite: false,
  } satisfies DeliveryRequest;
  return { bytes, folder, request };
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

async function withServer(options: SshdOptions, work: (server: Sshd) => Promise<void>) {
  const server = await startSshd(options);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

describe('a delivery', () => {
  it('brings 64 MiB and the manifest, byte for byte, and tells sizes and hashes', async () => {
    const { bytes, folder, request } = prepare(64 * 1024 * 1024);
    const steps: string[] = [];
    let lastSent = 0;
    const delivered = await deliver(await connect(), {
      ...request,
      onProgress: ({ sentBytes, totalBytes, step }) => {
        expect(sentBytes).toBeGreaterThanOrEqual(lastSent);
        expect(totalBytes).toBe(bytes.length + MANIFEST.text.length);
        lastSent = sentBytes;
        if (steps.at(-1) !== step) steps.push(step);
      },
    });
    expect(sha256(readFileSync(path.join(folder, DATA_NAME)))).toBe(sha256(bytes));
    expect(readFileSync(path.join(folder, MANIFEST.name), 'utf8')).toBe(MANIFEST.text);
    expect(delivered.data).toEqual({
      name: DATA_NAME,
      sizeBytes: bytes.length,
      sha256: sha256(bytes),
      verifiedBy: 'stat',
    });
    expect(delivered.manifest.sha256).toBe(sha256(MANIFEST.text));
    expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
    expect(steps).toEqual(['send', 'confirm']);
    expect(lastSent).toBe(bytes.length + MANIFEST.text.length);
  });

  it.each([0, 1, 32 * 1024, 32 * 1024 + 1, 256 * 1024 + 7])('brings %d bytes', async (size) => {
    const { bytes, folder, request } = prepare(size);
    await deliver(await connect(), request);
    expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
  });

  it('shows final names only when the file is whole, and the manifest after its data', async () => {
    const { bytes, folder, request } = prepare(8 * 1024 * 1024);
    const seen: string[] = [];
    const watcher = watch(folder, (_event, name) => {
      if (name === null || seen.includes(name)) return;
      seen.push(name);
      if (name === DATA_NAME) {
        expect(readFileSync(path.join(folder, DATA_NAME)).length).toBe(bytes.length);
      }
      if (name === MANIFEST.name) expect(existsSync(path.join(folder, DATA_NAME))).toBe(true);
    });
    await deliver(await connect(), request);
    await vi.waitFor(() => expect(seen).toContain(MANIFEST.name));
    watcher.close();
    const mark = request.jobId.slice(0, 8);
    expect(seen).toEqual([
      `.${DATA_NAME}.${mark}.sealift-part`,
      `.${MANIFEST.name}.${mark}.sealift-part`,
      DATA_NAME,
      MANIFEST.name,
    ]);
  });

  it('removes the stale temporary file of the same job, and of no other', async () => {
    const { bytes, folder, request } = prepare(100_000);
    const stale = `.${DATA_NAME}.${request.jobId.slice(0, 8)}.sealift-part`;
    const other = `.${DATA_NAME}.00000000.sealift-part`;
    for (const name of [stale, other]) writeFileSync(path.join(folder, name), 'left over');
    await deliver(await connect(), request);
    expect(readdirSync(folder).sort()).toEqual([other, DATA_NAME, MANIFEST.name].sort());
    expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
  });

  it('lands where the login lands when no folder is named', async () => {
    const { request } = prepare(10);
    const name = `here-${randomUUID()}.csv.asc`;
    const manifest = { text: '{}', name: `${name}.manifest` };
    await deliver(await connect(), {
      ...request,
      directory: '',
      data: { ...request.data, name },
      manifest,
    });
    expect(existsSync(path.join(sshd.rootDir, name))).toBe(true);
  });
});

describe('a folder that can only be written', () => {
  it('takes files though it cannot be listed', async () => {
    const { bytes, folder, request } = prepare(100_000, sshd, 0o300);
    const { data } = await deliver(await connect(), request);
    chmodSync(folder, 0o755);
    expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
    expect(data.verifiedBy).toBe('stat');
  });

  it('takes files though the server refuses every look at them', async () => {
    await withServer(
      { sftp: '-P stat,lstat,fstat,opendir,readdir,realpath,remove' },
      async (server) => {
        const { bytes, folder, request } = prepare(100_000, server);
        const { data, manifest } = await deliver(await connect(server), request);
        expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
        expect([data.verifiedBy, manifest.verifiedBy]).toEqual(['acknowledged', 'acknowledged']);
      },
    );
  });
});

describe('a name that is taken', () => {
  it.each([DATA_NAME, MANIFEST.name])('refuses %s before anything is sent', async (taken) => {
    const { folder, request } = prepare(1000);
    writeFileSync(path.join(folder, taken), 'old');
    const onProgress = vi.fn();
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: taken },
    });
    expect(onProgress).not.toHaveBeenCalled();
    expect(readdirSync(folder)).toEqual([taken]);
    expect(readFileSync(path.join(folder, taken), 'utf8')).toBe('old');
  });

  it('never replaces a file that appears during the upload', async () => {
    const { folder, request } = prepare(1_000_000);
    const onProgress = () => writeFileSync(path.join(folder, DATA_NAME), 'theirs');
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
    });
    expect(readdirSync(folder)).toEqual([DATA_NAME]);
    expect(readFileSync(path.join(folder, DATA_NAME), 'utf8')).toBe('theirs');
  });

  it('takes the data back when the manifest cannot have its name', async () => {
    const { folder, request } = prepare(1000);
    const onProgress = () => writeFileSync(path.join(folder, MANIFEST.name), 'theirs');
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: MANIFEST.name },
    });
    expect(readdirSync(folder)).toEqual([MANIFEST.name]);
  });

  it.each([
    ['posix-rename', ''],
    ['removing it first where posix-rename is refused', '-P posix-rename'],
  ])('replaces it when that was agreed, by %s', async (_how, sftp) => {
    await withServer({ sftp }, async (server) => {
      const { bytes, folder, request } = prepare(1000, server);
      for (const name of [DATA_NAME, MANIFEST.name]) {
        writeFileSync(path.join(folder, name), 'old');
        giveToAccount(path.join(folder, name));
      }
      await deliver(await connect(server), { ...request, overwrite: true });
      expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
      expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
    });
  });
});

describe('a delivery that cannot be', () => {
  it('names a missing folder', async () => {
    const { request } = prepare(10);
    await expect(
      deliver(await connect(), { ...request, directory: 'nowhere' }),
    ).rejects.toMatchObject({ code: 'REMOTE_FOLDER_MISSING', params: { folder: 'nowhere' } });
  });

  it('names a folder in which the account may not write', async () => {
    const { folder, request } = prepare(10, sshd, 0o500);
    await expect(deliver(await connect(), request)).rejects.toMatchObject({
      code: 'REMOTE_PERMISSION_DENIED',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names a name that is too long', async () => {
    const { request } = prepare(10);
    const data = { ...request.data, name: `${'n'.repeat(250)}.csv.asc` };
    await expect(deliver(await connect(), { ...request, data })).rejects.toMatchObject({
      code: 'REMOTE_NAME_TOO_LONG',
    });
  });

  it('names a local file that is not there', async () => {
    const { folder, request } = prepare(10);
    const data = { ...request.data, localPath: '/nowhere/users.csv.asc' };
    await expect(deliver(await connect(), { ...request, data })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a delivery that breaks off', () => {
  it('leaves nothing when it is cancelled', async () => {
    const { folder, request } = prepare(16 * 1024 * 1024);
    const cancel = new AbortController();
    const session = await connect();
    await expect(
      deliver(session, {
        ...request,
        signal: cancel.signal,
        onProgress: ({ sentBytes }) => {
          if (sentBytes > 1_000_000) cancel.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(folder)).toEqual([]);
    // The session is still good for the next delivery.
    await deliver(session, request);
    expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
  });

  it('says that the connection was lost, has no final name, and starts anew the next time', async () => {
    const { bytes, folder, request } = prepare(16 * 1024 * 1024);
    const proxy = await startTcpProxy(sshd.port);
    await expect(
      deliver(await connect(sshd, proxy.port), {
        ...request,
        onProgress: ({ sentBytes }) => {
          if (sentBytes > 1_000_000) proxy.cut();
        },
      }),
    ).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      params: { action: `sending ${DATA_NAME}` },
    });
    await proxy.stop();
    expect(readdirSync(folder).filter((name) => !name.endsWith('.sealift-part'))).toEqual([]);
    await deliver(await connect(), request);
    expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
    expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
  });

  it('gives up on a server that has fallen silent', async () => {
    const { request } = prepare(16 * 1024 * 1024);
    const proxy = await startTcpProxy(sshd.port);
    const session = await connect(sshd, proxy.port);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const failed = expect(
        deliver(session, {
          ...request,
          onProgress: ({ sentBytes }) => {
            if (sentBytes > 1_000_000) proxy.freeze();
          },
        }),
      ).rejects.toMatchObject({ code: 'REMOTE_NO_ANSWER' });
      const pace = setInterval(() => vi.advanceTimersByTime(10_000), 50);
      await failed;
      clearInterval(pace);
    } finally {
      vi.useRealTimers();
      await proxy.stop();
    }
  });
});
