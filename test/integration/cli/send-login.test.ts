/** `sealift send` by the ways to log in that its command line offers, against OpenSSH's sshd. */
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startQuirkySftp } from '../../helpers/quirky-sftp.ts';
import { giveToAccount, startSshd, type Sshd } from '../../helpers/sshd.ts';
import { startSshAgent, type SshAgent } from '../../helpers/ssh-agent.ts';
import { Bench, buildCli, GpgKeys } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const made = [
  ...['--key-id', 'ec491319-9823-48cd-b6a1-6bb0bc666d75', '--type', 'event'],
  ...['--email', 'data@example.com', '--recipient', 'platform@example.com.public.asc'],
];
const SENT = ['orders.csv.asc', 'orders.csv.manifest'];

let bench: Bench;
let gpg: GpgKeys;
let sshd: Sshd;
let jump: Sshd;
let agent: SshAgent;
let folder: string;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await gpg.addKey('platform@example.com', 'encrypt');
  sshd = await startSshd();
  jump = await startSshd({
    authorizedKeys: [(await readFile(`${sshd.identityPath}.pub`, 'utf8')).trim()],
  });
  agent = await startSshAgent([sshd.identityPath]);
  await copyFile(sshd.identityPath, bench.path('identity'));
  await bench.file('orders.csv', 'identity,event_name\nu1,Bought\n');
});
afterAll(async () => {
  gpg.stop();
  await agent.stop();
  await jump.stop();
  await sshd.stop();
  await bench.dispose();
});
beforeEach(async () => {
  folder = join(sshd.rootDir, 'in');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  giveToAccount(folder);
  await rm(bench.home, { recursive: true, force: true });
});

const send = (to: string, ...further: string[]) => [
  ...['send', 'orders.csv', '--to', to, ...made, '--accept-new-host-key', ...further],
];
const url = (): string => `sftp://${sshd.username}@127.0.0.1:${sshd.port}${folder}`;

describe('send', () => {
  it('logs in with the agent, through a jump host, and reads back what arrived', async () => {
    const by = `${jump.username}@127.0.0.1:${jump.port}`;
    const args = send(url(), '--agent', '--jump', by, '--verify', 'content');
    const { code, stderr } = await bench.run(args, { env: { SSH_AUTH_SOCK: agent.socket } });
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual(SENT);
    const known = await readFile(join(bench.home, 'known_hosts'), 'utf8');
    expect(known).toContain(`[127.0.0.1]:${jump.port} `);
    expect(known).toContain(`[127.0.0.1]:${sshd.port} `);
  });

  it('takes from an SSH configuration what the URL leaves out', async () => {
    const lines = [
      'Host platform',
      '  HostName 127.0.0.1',
      `  Port ${sshd.port}`,
      `  User ${sshd.username}`,
      `  IdentityFile ${bench.path('identity')}`,
      '  ProxyJump bastion',
      'Host bastion',
      '  HostName 127.0.0.1',
      `  Port ${jump.port}`,
      `  User ${jump.username}`,
    ];
    await writeFile(bench.path('ssh-config'), lines.join('\n'));
    const args = send(`sftp://platform${folder}`, '--ssh-config', 'ssh-config');
    expect((await bench.run(args)).code).toBe(0);
    expect(await readdir(folder)).toEqual(SENT);
  });

  it('tells a password from a file to a server that asks for one and cannot rename', async () => {
    const server = await startQuirkySftp({
      without: ['RENAME'],
      login: (attempt) => {
        if (attempt.method === 'password' && attempt.password === 'pike') attempt.accept();
        else attempt.reject(['password']);
      },
    });
    await bench.file('password', 'pike\n');
    const to = `sftp://me@127.0.0.1:${server.port}/in`;
    const args = send(to, '--password-file', 'password');
    const refused = await bench.json<JsonFailure>(args);
    expect(refused.code).toBe(3);
    expect(refused.result.error.code).toBe('REMOTE_CANNOT_RENAME');
    const { code } = await bench.run([...args, '--direct-names']);
    expect(code).toBe(0);
    expect([...server.files.keys()].sort()).toEqual(SENT.map((name) => `/in/${name}`));
    server.stop();
  });

  it('needs something to log in with, and an agent that is there', async () => {
    expect((await bench.run(send(url()))).code).toBe(2);
    const { code, result } = await bench.json<JsonFailure>(send(url(), '--agent'));
    expect([code, result.error.code]).toEqual([1, 'SSH_AGENT_MISSING']);
    expect((await bench.run(send(url(), '--agent', '--jump', 'a b'))).code).toBe(2);
  });
});
