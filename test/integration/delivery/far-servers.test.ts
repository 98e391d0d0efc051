/** Uploads over a long line, where one SFTP channel would wait for most of the time. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliver } from '../../../main/delivery/deliver.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { DATA_NAME, useSshd, withServer } from './deliveries.ts';

const { sshd, connect, prepare } = useSshd();

const SIZE_BYTES = 24 * 1024 * 1024 + 13;

/** Sends through a line of 50 ms a round trip; answers how many SFTP channels the server opened for it. */
async function sendFar(server: Sshd): Promise<number> {
  const before = channelsOf(server);
  const proxy = await startTcpProxy(server.port, 25);
  try {
    const { bytes, folder, request } = prepare(SIZE_BYTES, server);
    await deliver(await connect(server, proxy.port), request);
    expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
  } finally {
    await proxy.stop();
  }
  return channelsOf(server) - before;
}

function channelsOf(server: Sshd): number {
  return server.log().split("Starting session: subsystem 'sftp'").length - 1;
}

describe('over a long line', () => {
  it('several channels of one connection write one file, byte for byte', async () => {
    expect(await sendFar(sshd())).toBeGreaterThan(4);
  });

  it('a server that allows one channel gets all through that', async () => {
    await withServer({ config: ['MaxSessions 1'] }, async (server) => {
      expect(await sendFar(server)).toBe(1);
    });
  });

  it('a server that allows three gets all through three', async () => {
    await withServer({ config: ['MaxSessions 3'] }, async (server) => {
      expect(await sendFar(server)).toBe(3);
    });
  });
});
