/** A remote folder on a file system that is full or read-only: a small tmpfs, where one may be mounted. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver } from '../../../main/delivery/deliver.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { startSshd, type Sshd } from '../../helpers/sshd.ts';
import { canMountTmpfs } from '../../helpers/tmpfs.ts';

const MOUNTABLE = canMountTmpfs();
if (!MOUNTABLE) console.warn('space.test.ts is skipped: this user may not mount a tmpfs.');

describe.skipIf(!MOUNTABLE)('a file system of 1 MiB', () => {
  let sshd: Sshd;
  let folder: string;
  beforeAll(async () => {
    sshd = await startSshd();
    folder = path.join(sshd.rootDir, 'small');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    chmodSync(folder, 0o777);
  });
  afterAll(async () => {
    execFileSync('umount', ['-l', folder]);
    await sshd.stop();
  });

  async function deliverBytes(sizeBytes: number) {
    const localPath = path.join(sshd.workDir, 'data');
    writeFileSync(localPath, Buffer.alloc(sizeBytes, 7));
    const session = await connectSftp(
      { ...sshd, privateKey: readFileSync(sshd.identityPath) },
      { verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256: sshd.hostKeySha256 }) },
    );
    try {
      return await deliver(session, {
        directory: 'small',
        jobId: '01234567-0000-4000-8000-000000000000',
        data: { localPath, name: 'users.csv.asc' },
        manifest: { text: '{}', name: 'users.manifest' },
        overwrite: false,
      });
    } finally {
      session.close();
    }
  }

  it('has no space for 4 MiB; nothing is left of them, and a small file fits afterwards', async () => {
    await expect(deliverBytes(4 * 1024 * 1024)).rejects.toMatchObject({
      code: 'REMOTE_NO_SPACE',
      params: { name: 'users.csv.asc' },
    });
    expect(readdirSync(folder)).toEqual([]);
    await expect(deliverBytes(1000)).resolves.toMatchObject({ data: { sizeBytes: 1000 } });
    for (const name of readdirSync(folder)) execFileSync('rm', [path.join(folder, name)]);
  });

  it('takes nothing when it is read-only', async () => {
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await expect(deliverBytes(1000)).rejects.toMatchObject({ code: 'REMOTE_READ_ONLY' });
  });
});
