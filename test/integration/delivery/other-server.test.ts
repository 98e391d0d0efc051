/**
 * What arrives is what was sent, byte for byte, on a server that is not OpenSSH: ssh2 cuts writes
 * into smaller packets for those, and the bundled server is one of them.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { makeSshKey } from '../../../main/delivery/ssh-identity.ts';
import { uploadFile } from '../../../main/delivery/upload.ts';
import { fileSource } from '../../../main/delivery/upload-source.ts';
import { startSealiftServer, type SealiftServer } from '../../helpers/sealift-server.ts';

let server: SealiftServer;
let folder: string;
beforeAll(async () => {
  server = await startSealiftServer();
  folder = mkdtempSync(path.join(tmpdir(), 'sealift-bytes-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

it.each([31 * 1024, 32 * 1024 + 1, 5_000_003])('%i bytes arrive as they are', async (size) => {
  const { http, account, sftp } = server.ready;
  const key = makeSshKey({ comment: 'bytes' });
  const client = new ConsoleClient({ url: http, adminToken: server.adminToken });
  await client.addSshKey(account, { name: `key for ${size}`, publicKey: key.line });
  const session = await connectSftp(
    { ...sftp, username: account, privateKey: Buffer.from(key.privateKey) },
    { verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256: sftp.hostKeySha256 }) },
  );
  const bytes = randomBytes(size);
  const localPath = path.join(folder, 'local');
  writeFileSync(localPath, bytes);
  const source = await fileSource(localPath);
  const name = `.data-${size}`;
  const names = { directory: '', finalName: 'data', writtenAs: name };
  await uploadFile({
    session,
    ...names,
    source,
    there: 'remove',
    verify: 'sha256',
    onAcknowledged() {},
  });
  await source.close();
  session.close();
  const found = readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' });
  const arrived = found.find((one) => path.basename(one) === name) ?? '';
  expect(readFileSync(path.join(server.dataDir, arrived)).equals(bytes)).toBe(true);
});
