/** The connection test against a real OpenSSH server, step by step. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SshTarget } from '../../../main/delivery/connect.ts';
import type { HostKeyVerifier } from '../../../main/delivery/host-key.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { probe } from '../../../main/delivery/probe.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { useSshd, withServer } from './deliveries.ts';

const { sshd } = useSshd();
const acceptAll: HostKeyVerifier = () => Promise.resolve();

function target(server: Sshd, change: Partial<SshTarget> = {}): SshTarget {
  const { host, port, username } = server;
  return { host, port, username, privateKey: readFileSync(server.identityPath), ...change };
}

describe('the connection test', () => {
  async function steps(to: SshTarget, directory: string, verify = acceptAll) {
    const told: string[] = [];
    let failure: unknown;
    try {
      for await (const step of probe(to, directory, verify)) {
        expect(step.detail).not.toBe('');
        told.push(`${step.step} ${step.state}`);
      }
    } catch (error) {
      failure = error;
    }
    return { told, failure };
  }

  it('tells six steps that went well', async () => {
    const { told, failure } = await steps(target(sshd()), '');
    expect(failure).toBeUndefined();
    expect(told).toEqual([
      'resolve ok',
      'connect ok',
      'host-key ok',
      'login ok',
      'folder ok',
      'space ok',
    ]);
  });

  it('stops at a folder that is missing', async () => {
    const { told, failure } = await steps(target(sshd()), 'nowhere');
    expect(told.slice(4)).toEqual(['folder failed', 'space skipped']);
    expect(failure).toMatchObject({ code: 'REMOTE_FOLDER_MISSING' });
  });

  it('stops at a folder that is a file', async () => {
    writeFileSync(path.join(sshd().rootDir, 'file'), '');
    const { failure } = await steps(target(sshd()), 'file');
    expect(failure).toMatchObject({ code: 'REMOTE_NOT_A_FOLDER' });
  });

  it.each([
    ['resolve', { host: 'no-such-host.invalid' }, acceptAll],
    ['connect', { port: 1 }, acceptAll],
    ['host-key', {}, pinPolicy({ type: 'ssh-ed25519', sha256: 'SHA256:other' })],
    ['login', { username: 'no-such-account' }, acceptAll],
  ])('stops at %s', async (step, change, verify) => {
    const { told, failure } = await steps(target(sshd(), change), '', verify);
    expect(told.find((line) => line.endsWith('failed'))).toBe(`${step} failed`);
    expect(told).toHaveLength(6);
    expect(failure).toBeInstanceOf(AppError);
  });

  it('passes over a folder that may not be looked at, and space that is not told', async () => {
    await withServer({ sftp: '-P stat,statvfs' }, async (server) => {
      const { told, failure } = await steps(target(server), '');
      expect(told.slice(4)).toEqual(['folder ok', 'space skipped']);
      expect(failure).toBeUndefined();
    });
  });
});
