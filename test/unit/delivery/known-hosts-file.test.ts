/** known_hosts as OpenSSH writes and reads it; ssh-keygen is the judge of hashed names. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostKeyAlgorithms } from '../../../main/delivery/host-key.ts';
import {
  findKnownHost,
  knownHostsLine,
  parseKnownHosts,
} from '../../../main/delivery/known-hosts-file.ts';
import { fingerprintOf, makeKeyFile } from '../../helpers/sshd.ts';

let folder: string;
let key: string;
let sha256: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-known-'));
  const file = makeKeyFile(path.join(folder, 'host'));
  key = readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  sha256 = fingerprintOf(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keysOf = (text: string, host: string, port = 22) =>
  findKnownHost(parseKnownHosts(text), host, port).keys.map((found) => found.sha256);

describe('finding a host', () => {
  it.each<[string, string, number, boolean]>([
    ['sftp.example.com', 'sftp.example.com', 22, true],
    ['sftp.example.com', 'SFTP.Example.COM', 22, true],
    ['SFTP.example.com', 'sftp.example.com', 22, true],
    ['sftp.example.com', 'sftp.example.com', 2222, false],
    ['[sftp.example.com]:2222', 'sftp.example.com', 2222, true],
    ['[sftp.example.com]:2222', 'sftp.example.com', 22, false],
    ['a.example.com,10.0.0.1', '10.0.0.1', 22, true],
    ['*.example.com', 'sftp.example.com', 22, true],
    ['*.example.com', 'example.com', 22, false],
    ['*.example.com,!bad.example.com', 'bad.example.com', 22, false],
    ['!bad.example.com,*.example.com', 'good.example.com', 22, true],
    ['host?', 'host1', 22, true],
    ['host?', 'host', 22, false],
    ['h*t*', 'hot', 22, true],
    ['[2001:db8::1]:2222', '2001:db8::1', 2222, true],
  ])('%s matches %s port %d: %s', (hosts, host, port, matches) => {
    expect(keysOf(`${hosts} ${key}\n`, host, port)).toEqual(matches ? [sha256] : []);
  });

  it('finds hashed names as ssh-keygen hashes them', () => {
    const file = path.join(folder, 'hashed');
    writeFileSync(file, `sftp.example.com ${key}\n[sftp.example.com]:2222 ${key}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('example');
    expect(keysOf(text, 'sftp.example.com')).toEqual([sha256]);
    expect(keysOf(text, 'sftp.example.com', 2222)).toEqual([sha256]);
    expect(keysOf(text, 'other.example.com')).toEqual([]);
  });

  it('keeps revoked keys and certificate authorities apart', () => {
    const text = `@revoked * ${key} gone\n@cert-authority *.example.com ${key}\n@other * ${key}\n`;
    const found = findKnownHost(parseKnownHosts(text), 'sftp.example.com', 22);
    expect(found).toMatchObject({ keys: [], revoked: [{ sha256 }], byCertificate: true });
  });

  it('passes over comments and what is not in the format', () => {
    const text = `# note\n\nonly-a-host\nhost ssh-rsa not/base64!\n|1|x| ${key}\r\nhost\t${key} me\r\n`;
    expect(keysOf(text, 'host')).toEqual([sha256]);
  });

  it('finds the line that it writes, and ends on any input', () => {
    const base64 = key.split(' ')[1] ?? '';
    const presented = { host: 'Host', port: 2022, type: 'ssh-ed25519', sha256, base64 };
    expect(keysOf(knownHostsLine(presented), 'host', 2022)).toEqual([sha256]);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('*', '?', 'a', ',', '!', '|') }), (hosts) => {
        keysOf(`${hosts} ${key}`, 'a'.repeat(60));
      }),
    );
  });
});

describe('algorithms to ask for', () => {
  it('puts the known types first and never names DSA or SHA-1', () => {
    expect(hostKeyAlgorithms(['ssh-rsa']).slice(0, 3)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ]);
    for (const known of [[], ['ssh-rsa'], ['ssh-dss']]) {
      expect(hostKeyAlgorithms(known)).toHaveLength(6);
      expect(hostKeyAlgorithms(known)).not.toContain('ssh-rsa');
    }
  });
});
