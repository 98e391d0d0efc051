/** The console client, and a delivery, against the bundled server itself. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver } from '../../../main/delivery/deliver.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { makeSshKey } from '../../../main/delivery/ssh-identity.ts';
import { startSealiftServer, type SealiftServer } from '../../helpers/sealift-server.ts';

let server: SealiftServer;
let client: ConsoleClient;
let folder: string;
beforeAll(async () => {
  server = await startSealiftServer();
  client = new ConsoleClient({ url: server.ready.http, adminToken: server.adminToken });
  folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-console-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

const newAccount = async () => (await client.addAccount('me@example.com')).id;
const newKeyLine = () => makeSshKey({ comment: 'me' }).line;

describe('keys', () => {
  it('registers SSH keys up to the limit of an account', async () => {
    const account = await newAccount();
    for (let count = 0; count < 10; count++) {
      await client.addSshKey(account, { name: `key ${count}`, publicKey: newKeyLine() });
    }
    const eleventh = client.addSshKey(account, { name: 'key 11', publicKey: newKeyLine() });
    await expect(eleventh).rejects.toMatchObject({ code: 'CONSOLE_CONFLICT' });
  });

  it('receives a key set, shares it with another account, and removes it', async () => {
    const account = await newAccount();
    const made = await client.generatePgpKey(account, { name: 'Me', email: 'me@example.com' });
    expect(made.privateKey).toContain('BEGIN PGP PRIVATE KEY');
    expect(made.passphrase).not.toBe('');
    const listed = await client.listPgpKeys(account);
    expect(listed.map(({ keyId, fingerprint }) => ({ keyId, fingerprint }))).toEqual([
      { keyId: made.keyId, fingerprint: made.fingerprint },
    ]);
    expect(JSON.stringify(listed)).not.toContain('PRIVATE KEY');

    const other = await newAccount();
    const { publicKey, privateKey, passphrase } = made;
    const shared = await client.addPgpKey(other, { publicKey, privateKey, passphrase });
    expect(shared.fingerprint).toBe(made.fingerprint);
    const wrong = client.addPgpKey(other, { publicKey, privateKey, passphrase: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'CONSOLE_REJECTED' });

    await client.removePgpKey(account, made.keyId);
    expect(await client.listPgpKeys(account)).toEqual([]);
    const again = client.removePgpKey(account, made.keyId);
    await expect(again).rejects.toMatchObject({ code: 'CONSOLE_NOT_FOUND' });
  });
});

describe('refusals', () => {
  it('tells a wrong token from an unknown account', async () => {
    const stranger = new ConsoleClient({ url: server.ready.http, adminToken: 'wrong' });
    await expect(stranger.mails()).rejects.toMatchObject({ code: 'CONSOLE_UNAUTHORIZED' });
    const unknown = client.addSshKey('no-such-account', { name: 'n', publicKey: newKeyLine() });
    await expect(unknown).rejects.toMatchObject({
      code: 'CONSOLE_NOT_FOUND',
      params: { what: 'the account' },
    });
    const nothing = client.import(server.ready.account, randomUUID());
    await expect(nothing).rejects.toMatchObject({ code: 'CONSOLE_NOT_FOUND' });
  });

  it('passes on why the server refuses', async () => {
    const bad = client.addSshKey(server.ready.account, { name: 'n', publicKey: 'not a key' });
    await expect(bad).rejects.toMatchObject({ code: 'CONSOLE_REJECTED' });
    await expect(bad).rejects.not.toMatchObject({ params: { reason: 'status 400' } });
  });
});

describe('a delivery to the bundled server', () => {
  it('becomes an import with its problems, its mails and its statistics', async () => {
    const { account, sftp } = server.ready;
    const { privateKey, line } = makeSshKey({ comment: 'me' });
    await client.addSshKey(account, { name: 'delivery', publicKey: line });
    const { keyId } = await client.generatePgpKey(account, { name: 'Me', email: 'me@example.com' });
    const localPath = path.join(folder, 'data');
    writeFileSync(localPath, 'this is no OpenPGP message');
    const manifest = {
      name: `${randomUUID()}.manifest`,
      text: JSON.stringify({
        fileName: 'users.csv.asc',
        type: 'profile',
        clientEmail: 'import@example.com',
        keyId,
      }),
    };
    const session = await connectSftp(
      { host: sftp.host, port: sftp.port, username: account, privateKey },
      { verifyHostKey: pinPolicy({ type: 'ssh-ed25519', sha256: sftp.hostKeySha256 }) },
    );
    const data = { localPath, name: 'users.csv.asc' };
    const jobId = randomUUID();
    const sent = await deliver(session, { directory: '', jobId, data, manifest, overwrite: false });
    session.close();
    expect(sent.data.verifiedBy).toBe('stat');

    const finished = await vi.waitFor(
      async () => {
        const found = (await client.imports(account)).find((one) => one.manifest === manifest.name);
        if (!found?.finishedAt) throw new Error('not finished yet');
        return found;
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(finished).toMatchObject({ fileName: 'users.csv.asc', status: 'failed', accepted: 0 });
    expect(finished.problems.map(({ code }) => code)).toEqual(['NOT_PGP']);
    expect(await client.import(account, finished.id)).toEqual(finished);

    const mails = await vi.waitFor(
      async () => {
        const found = await client.mails('import@example.com');
        if (found.length < 2) throw new Error('not mailed yet');
        return found;
      },
      { timeout: 20_000, interval: 100 },
    );
    const newest = await client.mail(mails[0]?.id ?? '');
    expect(newest.to).toContain('import@example.com');
    expect(newest.text).toContain('users.csv.asc');

    expect(await client.events(account)).toMatchObject({ items: [] });
    expect(Object.keys(await client.stats(account)).length).toBeGreaterThan(0);
    const nobody = client.profile(account, 'nobody@example.com');
    await expect(nobody).rejects.toMatchObject({ code: 'CONSOLE_NOT_FOUND' });
  });
});
