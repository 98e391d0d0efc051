/** Sending gives back what ssh2 is done with, and not a byte too early, whichever cipher the server wants. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { deliver } from '../../../main/delivery/deliver.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import type { SftpSession } from '../../../main/delivery/sftp-session.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { DATA_NAME, useSshd, withServer } from './deliveries.ts';

const { sshd, connect, prepare } = useSshd();

const SIZE_BYTES = 6 * 1024 * 1024 + 13;

let releasedBytes = 0;

/** Node 20 has no such call, and without it nothing is given back; this one takes the memory away just so. */
function transfer(this: ArrayBuffer, length: number): ArrayBuffer {
  releasedBytes += this.byteLength;
  structuredClone(this, { transfer: [this] });
  return new ArrayBuffer(length);
}

beforeAll(() => {
  Object.assign(ArrayBuffer.prototype, { transfer });
});
beforeEach(() => {
  releasedBytes = 0;
});
afterAll(() => {
  Reflect.deleteProperty(ArrayBuffer.prototype, 'transfer');
});

async function expectArrives(server: Sshd, session?: SftpSession): Promise<void> {
  const { bytes, folder, request } = prepare(SIZE_BYTES, server);
  await deliver(session ?? (await connect(server)), { ...request, verify: 'sha256' });
  expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
}

describe('what ssh2 takes new memory for', () => {
  it('is given back: the SFTP packets, the SSH packets and their ciphertext', async () => {
    await withServer({}, async (server) => {
      await expectArrives(server);
      expect(releasedBytes).toBeGreaterThan(2.9 * SIZE_BYTES);
    });
  });

  it.each([
    ['aes128-gcm@openssh.com', 'hmac-sha2-256'],
    ['aes256-ctr', 'hmac-sha2-512-etm@openssh.com'],
    ['aes128-ctr', 'hmac-sha2-256'],
    ['chacha20-poly1305@openssh.com', 'hmac-sha2-256'],
  ])('is not missed with %s and %s while keys are renewed', async (cipher, mac) => {
    const config = [`Ciphers ${cipher}`, `MACs ${mac}`, 'RekeyLimit 1M'];
    await withServer({ config }, (server) => expectArrives(server));
  });

  it('is not missed through a jump host, whose packets carry those of the target', async () => {
    const { host, port, username, identityPath, hostKeySha256: sha256 } = sshd();
    const server = { host, port, username, privateKey: readFileSync(identityPath) };
    const verifyHostKey = pinPolicy({ type: 'ssh-ed25519', sha256 });
    const session = await connectSftp({ ...server, jumps: [server] }, { verifyHostKey });
    try {
      await expectArrives(sshd(), session);
    } finally {
      session.close();
    }
  });
});
