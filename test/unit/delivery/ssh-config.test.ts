// What ~/.ssh/config says of a host, held against what ssh itself makes of the same file where ssh is installed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshConfig } from '../../../main/delivery/ssh-config.ts';
import { jumpsText, readJumps } from '../../../shared/domain/jump-hosts.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sealift-ssh-config-'));
  mkdirSync(path.join(home, '.ssh', 'conf.d'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

function put(name: string, ...lines: readonly string[]): string {
  const file = path.join(home, '.ssh', name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function readConfig(...lines: readonly string[]): Promise<SshConfig> {
  return SshConfig.read(put('config', ...lines), home);
}

it('fills in what the first fitting sections say, as ssh does', async () => {
  put('conf.d/10-platform.conf', 'Host platform', '  HostName sftp.example.com', '  Port 2222');
  put('conf.d/20-more.conf', 'Host more', '  User second');
  const key = put('id_platform', 'a key');
  const lines = [
    'Include conf.d/*.conf',
    'host PLATFORM platform *.example.org !not.example.org',
    `  IdentityFile ${path.join(home, '.ssh', 'id_missing')}`,
    `  IdentityFile "${key}"`,
    '  ProxyJump ann@bastion:2200,inner',
    '  User account',
    'Host bastion',
    '  HostName bastion.example.com',
    'Host inner',
    '  HostName 10.0.0.7',
    '  User bob',
    '  Port 23',
    'Host *',
    '  User nobody',
    '  Port 99',
  ];
  const config = await readConfig(...lines);
  expect(config.aliases).toEqual(['platform', 'more', 'PLATFORM', 'bastion', 'inner']);
  const host = await config.host('platform');
  expect(host).toEqual({
    alias: 'platform',
    host: 'sftp.example.com',
    port: 2222,
    username: 'account',
    identityFiles: [key],
    jumps: [
      { host: 'bastion.example.com', port: 2200, username: 'ann' },
      { host: '10.0.0.7', port: 23, username: 'bob' },
    ],
    notes: [],
  });
  const absolute = lines.map((line) =>
    line.startsWith('Include') ? `Include ${home}/.ssh/conf.d/*.conf` : line,
  );
  const said = execFileSync('ssh', [
    '-T',
    '-G',
    '-F',
    put('absolute', ...absolute),
    'platform',
  ]).toString();
  expect(said).toContain('hostname sftp.example.com\n');
  expect(said).toContain('port 2222\n');
  expect(said).toContain('user account\n');
  expect((await config.host('not.example.org')).username).toBe('nobody');
  expect((await config.host('a.example.org')).username).toBe('account');
  expect((await config.host('other')).port).toBe(99);
});

describe('what is not done', () => {
  it('runs no command and looks no name up', async () => {
    const touched = path.join(home, 'touched');
    const config = await readConfig(
      `Match exec "touch ${touched}"`,
      '  User exec',
      'CanonicalizeHostname yes',
      'CanonicalDomains example.invalid',
      'Host platform',
      `  ProxyCommand touch ${touched}`,
      '  CertificateFile id-cert.pub',
    );
    const host = await config.host('platform');
    expect(host.notes).toEqual([
      'Its ProxyCommand is not run. A jump host takes its place.',
      'Its certificate is not used: Sealift logs in by the key alone.',
    ]);
    expect(host.username).toBe(os.userInfo().username);
    expect(() => execFileSync('test', ['-e', touched])).toThrow();
  });

  it('needs no file, ends with files that include each other, and names what cannot be read', async () => {
    expect((await SshConfig.read(path.join(home, 'none'), home)).aliases).toEqual([]);
    put('a', 'Include b', 'Host from-a', '  Port 1');
    put('b', 'Include a', 'Host from-b', '  Port 2');
    expect((await readConfig('Include a')).aliases.sort()).toEqual(['from-a', 'from-b']);
    await expect(SshConfig.read(path.join(home, '.ssh'), home)).rejects.toMatchObject({
      code: 'SSH_CONFIG_UNREADABLE',
    });
  });
});

describe('jump hosts as text', () => {
  it.each([
    ['', []],
    ['bastion', [{ host: 'bastion', port: 22, username: 'me' }]],
    [
      'ann@b.example.com:2200, [::1]:23',
      [
        { host: 'b.example.com', port: 2200, username: 'ann' },
        { host: '::1', port: 23, username: 'me' },
      ],
    ],
  ])('"%s" is read, and written so that it is read alike', (text, jumps) => {
    expect(readJumps(text, 'me')).toEqual(jumps);
    expect(readJumps(jumpsText(jumps), 'other')).toEqual(jumps);
  });

  it.each(['a b', 'host:0', 'host:99999', ',', 'a@b@c', Array(9).fill('h').join(',')])(
    '"%s" is not',
    (text) => expect(readJumps(text, 'me')).toBeUndefined(),
  );
});
