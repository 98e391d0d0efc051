/** Unfinished files in a folder of OpenSSH's sshd: found, told apart from others, and removed. */
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { findLeftBehind, removeLeftBehind } from '../../../main/delivery/left-behind.ts';
import type { SftpSession } from '../../../main/delivery/sftp-session.ts';
import { giveToAccount, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';

const OPEN_JOB = 'aaaabbbb-1111-4111-8111-111111111111';
const LEFT = '.users.csv.asc.0123abcd.sealift-part';
const LEFT_MANIFEST = '.users.csv.manifest.0123abcd.sealift-part';
const IN_USE = '.users.csv.asc.aaaabbbb.sealift-part';
const OTHERS = [
  'users.csv.asc',
  '.users.csv.asc.sealift-part',
  '.x.0123ABCD.sealift-part',
  'notes',
];

let sshd: Sshd;
let session: SftpSession;
let folder: string;
beforeAll(async () => {
  sshd = await startSshd();
  folder = join(sshd.rootDir, 'in');
  await mkdir(folder);
  giveToAccount(folder);
  for (const name of [LEFT, LEFT_MANIFEST, IN_USE, ...OTHERS]) {
    await writeFile(join(folder, name), name);
    giveToAccount(join(folder, name));
  }
  await mkdir(join(folder, '.folder.0123abcd.sealift-part'));
  await utimes(join(folder, LEFT_MANIFEST), 1_000_000_000, 1_000_000_000);
  session = await connectSftp(
    {
      ...{ host: sshd.host, port: sshd.port, username: sshd.username },
      privateKey: await readFile(sshd.identityPath, 'utf8'),
    },
    {
      verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256: sshd.hostKeySha256 }, () =>
        Promise.resolve(),
      ),
    },
  );
});
afterAll(async () => {
  session.close();
  await sshd.stop();
});

it('finds what deliveries left, oldest first, and neither others’ files nor those of open deliveries', async () => {
  expect(await findLeftBehind(session, 'in', [OPEN_JOB])).toMatchObject([
    {
      name: LEFT_MANIFEST,
      sizeBytes: LEFT_MANIFEST.length,
      modifiedAt: '2001-09-09T01:46:40.000Z',
    },
    { name: LEFT },
  ]);
});

it('removes them and nothing else, whatever it is told', async () => {
  const told = [LEFT, IN_USE, 'users.csv.asc', `../in/${LEFT_MANIFEST}`, '../notes'];
  expect(await removeLeftBehind(session, 'in', told, [OPEN_JOB])).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(
    [LEFT_MANIFEST, IN_USE, ...OTHERS, '.folder.0123abcd.sealift-part'].sort(),
  );
});

it('says what is wrong with a folder that is not there', async () => {
  await expect(findLeftBehind(session, 'nowhere', [])).rejects.toMatchObject({
    code: 'REMOTE_FOLDER_MISSING',
  });
});

it('stops at a folder without end', async () => {
  await expect(session.list('in', 3)).rejects.toMatchObject({ status: 4 });
});
