/** The connection test against a real OpenSSH server, step by step. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SshTarget } from '../../../main/delivery/connect.ts';
import type { FinalNames } from '../../../main/delivery/deliver.ts';
import type { HostKeyVerifier } from '../../../main/delivery/host-key.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { probe } from '../../../main/delivery/probe.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { startQuirkySftp } from '../../helpers/quirky-sftp.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { useSshd, withServer } from './deliveries.ts';

const { sshd } = useSshd();
const acceptAll: HostKeyVerifier = () => Promise.resolve();

function target(server: Sshd, change: Partial<SshTarget> = {}): SshTarget {
  const { host, port, username } = server;
  return { host, port, username, privateKey: readFileSync(server.identityPath), ...change };
}

describe('the connection test', () => {
  async function steps(
    to: SshTarget,
    directory: string,
    verify = acceptAll,
    finalNames: FinalNames = 'rename',
  ) {
    const told: string[] = [];
    let failure: unknown;
    try {
      for await (const step of probe(to, { directory, finalNames }, verify)) {
        expect(step.detail).not.toBe('');
        told.push(`${step.step} ${step.state}`);
      }
    } catch (error) {
      failure = error;
    }
    return { told, failure };
  }

  it('tells seven steps that went well', async () => {
    const { told, failure } = await steps(target(sshd()), '');
    expect(failure).toBeUndefined();
    expect(told).toEqual([
      'resolve ok',
      'connect ok',
      'host-key ok',
      'login ok',
      'folder ok',
      'write ok',
      'space ok',
    ]);
    expect(readdirSync(sshd().rootDir)).toEqual([]);
  });

  it('tells the way through a jump host as a step of its own', async () => {
    await withServer({}, async (jump) => {
      const { told, failure } = await steps({ ...target(sshd()), jumps: [target(jump)] }, '');
      expect(failure).toBeUndefined();
      expect(told.slice(0, 4)).toEqual(['resolve ok', 'connect ok', 'jump ok', 'host-key ok']);
      const refused = { ...target(sshd()), port: 1, jumps: [target(jump)] };
      expect((await steps(refused, '')).told[2]).toBe('jump failed');
    });
  });

  it('stops at a folder in which nothing may be written, and leaves nothing behind', async () => {
    const folder = path.join(sshd().rootDir, 'read-only');
    mkdirSync(folder, { mode: 0o555 });
    const { told, failure } = await steps(target(sshd()), 'read-only');
    expect(told.slice(4)).toEqual(['folder ok', 'write failed', 'space skipped']);
    expect(failure).toMatchObject({ code: 'REMOTE_PERMISSION_DENIED' });
  });

  it('finds out that a server cannot rename, unless final names are written directly', async () => {
    const quirky = await startQuirkySftp({ without: ['RENAME'] });
    const to = { ...target(sshd()), port: quirky.port };
    const { told, failure } = await steps(to, 'in');
    expect(told.at(-2)).toBe('write failed');
    expect(failure).toMatchObject({ code: 'REMOTE_CANNOT_RENAME' });
    expect((await steps(to, 'in', acceptAll, 'direct')).failure).toBeUndefined();
    expect(quirky.files.size).toBe(0);
    quirky.stop();
  });

  it('says that files cannot be removed', async () => {
    const quirky = await startQuirkySftp({ denied: ['REMOVE'] });
    const details: string[] = [];
    const to = { ...target(sshd()), port: quirky.port };
    for await (const { detail } of probe(
      to,
      { directory: 'in', finalNames: 'rename' },
      acceptAll,
    )) {
      details.push(detail);
    }
    expect(details[5]).toContain('may not remove files');
    quirky.stop();
  });

  it('stops at a folder that is missing', async () => {
    const { told, failure } = await steps(target(sshd()), 'nowhere');
    expect(told.slice(4)).toEqual(['folder failed', 'write skipped', 'space skipped']);
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
    expect(told).toHaveLength(7);
    expect(failure).toBeInstanceOf(AppError);
  });

  it('passes over a folder that may not be looked at, and space that is not told', async () => {
    await withServer({ sftp: '-P stat,statvfs' }, async (server) => {
      const { told, failure } = await steps(target(server), '');
      expect(told.slice(4)).toEqual(['folder ok', 'write ok', 'space skipped']);
      expect(failure).toBeUndefined();
    });
  });
});
