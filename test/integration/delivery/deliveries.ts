/** What the tests of deliveries share: an OpenSSH server of the file's own, sessions, things to send. */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import type { DeliveryRequest } from '../../../main/delivery/deliver.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import type { SftpSession } from '../../../main/delivery/sftp-session.ts';
import { giveToAccount, startSshd, type Sshd, type SshdOptions } from '../../helpers/sshd.ts';

export const MANIFEST = { text: '{"fileName":"users.csv.asc"}\n', name: 'users.manifest' };
export const DATA_NAME = 'users.csv.asc';

/** Starts a server before the tests of the file that calls this, and closes all sessions. */
export function useSshd() {
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
    const { host, username, identityPath, hostKeySha256: sha256 } = server;
    const session = await connectSftp(
      { host, port, username, privateKey: readFileSync(identityPath) },
      { verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256 }) },
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

  return { sshd: () => sshd, connect, prepare };
}

/** Another server, with options, for the time of the work. */
export async function withServer(options: SshdOptions, work: (server: Sshd) => Promise<void>) {
  const server = await startSshd(options);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}
