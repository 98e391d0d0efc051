/**
 * What OpenSSH cannot be made to answer: words about a quota, a size that lies, a connection that ends
 * in the middle of the last rename. The server is ssh2's, over a real connection.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver } from '../../../main/delivery/deliver.ts';
import { makeSshKey } from '../../../main/delivery/ssh-identity.ts';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import { startQuirkySftp, type QuirkySftp, type Quirks } from '../../helpers/quirky-sftp.ts';

const { PERMISSION_DENIED, FAILURE } = ssh2.utils.sftp.STATUS_CODE;
const SENT_BYTES = 100_000;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function startOddServer(quirks: Quirks): Promise<QuirkySftp> {
  const server = await startQuirkySftp(quirks);
  closers.push(() => server.stop());
  return server;
}

async function failureOf(server: QuirkySftp): Promise<AppError> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-odd-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const localPath = path.join(folder, 'data');
  writeFileSync(localPath, Buffer.alloc(SENT_BYTES));
  const { privateKey } = makeSshKey({ comment: 'me' });
  const session = await connectSftp(
    { host: '127.0.0.1', port: server.port, username: 'me', privateKey },
    { verifyHostKey: () => Promise.resolve() },
  );
  const failure: unknown = await deliver(session, {
    directory: 'in',
    jobId: '0123abcd',
    data: { localPath, name: 'users.csv.asc' },
    manifest: { text: '{}', name: 'users.manifest' },
    overwrite: false,
  }).catch((error: unknown) => error);
  session.close();
  if (!(failure instanceof AppError)) throw new Error(`not an AppError: ${String(failure)}`);
  expect(`${errorText(failure)} ${errorNext(failure)}`).not.toMatch(/\{\w+\}/);
  return failure;
}

describe('a server of another make', () => {
  it.each<[string, number, string]>([
    ['REMOTE_QUOTA', FAILURE, 'Disk quota exceeded'],
    ['REMOTE_NO_SPACE', FAILURE, 'write: No space left on device'],
    ['REMOTE_READ_ONLY', PERMISSION_DENIED, 'Read-only file system'],
    ['REMOTE_PERMISSION_DENIED', PERMISSION_DENIED, ''],
    ['REMOTE_FAILED', FAILURE, 'Something\r\n\u001b[1mhappened.'],
  ])('is understood: %s from status %d "%s"', async (code, status, words) => {
    const server = await startOddServer({ write: [status, words] });
    const failure = await failureOf(server);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain('\u001b');
    expect(server.requests.at(-1)).toBe('REMOVE in/.users.csv.asc.0123abcd.sealift-part');
    expect(server.requests.some((request) => request.startsWith('RENAME'))).toBe(false);
  });

  it('is not believed when the size differs, and nothing gets its final name', async () => {
    const server = await startOddServer({ sizeBytes: SENT_BYTES - 1 });
    expect(await failureOf(server)).toMatchObject({
      code: 'REMOTE_SIZE_DIFFERS',
      params: { sentBytes: SENT_BYTES, foundBytes: SENT_BYTES - 1 },
    });
    expect(server.requests.some((request) => request.startsWith('RENAME'))).toBe(false);
  });

  it('may leave it uncertain whether the manifest arrived', async () => {
    const server = await startOddServer({ endAtRenameTo: 'users.manifest' });
    expect(await failureOf(server)).toMatchObject({
      code: 'DELIVERY_UNCERTAIN',
      params: { name: 'users.manifest' },
    });
  });

  it('loses the connection before that: nothing was started', async () => {
    const server = await startOddServer({ endAtRenameTo: 'users.csv.asc' });
    expect(await failureOf(server)).toMatchObject({
      code: 'CONNECTION_LOST',
      params: { action: 'giving users.csv.asc its final name' },
    });
  });
});
