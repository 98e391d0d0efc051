/** Deliveries to a real OpenSSH server. */
import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../main/delivery/deliver.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { DATA_NAME, MANIFEST, useSshd, withServer } from './deliveries.ts';

const { sshd, connect, prepare } = useSshd();

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

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
    await vi.waitFor(() => expect(seen).toContain(MANIFEST.name), { timeout: 15_000 });
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
    expect(existsSync(path.join(sshd().rootDir, name))).toBe(true);
  });
});

describe('a folder that can only be written', () => {
  it('takes files though it cannot be listed', async () => {
    const { bytes, folder, request } = prepare(100_000, sshd(), 0o300);
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

describe('a delivery that cannot be', () => {
  it('names a missing folder', async () => {
    const { request } = prepare(10);
    await expect(
      deliver(await connect(), { ...request, directory: 'nowhere' }),
    ).rejects.toMatchObject({ code: 'REMOTE_FOLDER_MISSING', params: { folder: 'nowhere' } });
  });

  it('names a folder in which the account may not write', async () => {
    const { folder, request } = prepare(10, sshd(), 0o500);
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

  it('ends within 2 seconds of a cancel though the server answers nothing any more', async () => {
    const { request } = prepare(16 * 1024 * 1024);
    const proxy = await startTcpProxy(sshd().port);
    const cancel = new AbortController();
    let cancelledAt = 0;
    await expect(
      deliver(await connect(sshd(), proxy.port), {
        ...request,
        signal: cancel.signal,
        onProgress: ({ sentBytes }) => {
          if (sentBytes < 1_000_000 || cancel.signal.aborted) return;
          proxy.freeze();
          cancelledAt = Date.now();
          cancel.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(Date.now() - cancelledAt).toBeLessThan(2_000);
    await proxy.stop();
  });

  it('says that the connection was lost, has no final name, and starts anew the next time', async () => {
    const { bytes, folder, request } = prepare(16 * 1024 * 1024);
    const proxy = await startTcpProxy(sshd().port);
    await expect(
      deliver(await connect(sshd(), proxy.port), {
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
    const proxy = await startTcpProxy(sshd().port);
    const session = await connect(sshd(), proxy.port);
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
