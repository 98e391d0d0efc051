/** SSH key files: every form is read, every mistake is named. Keys are made here by the real tools. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey } from '../../../main/delivery/ssh-identity.ts';
import {
  readSshPrivateKey,
  readSshPublicHalf,
  SHA1_REFUSED,
} from '../../../main/delivery/ssh-private-key.ts';
import { sshString, sshUint32 } from '../../../main/delivery/ssh-wire.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { fingerprintOf, makeKeyFile } from '../../helpers/sshd.ts';

let folder: string;
let rsaFile: string;
let lockedFile: string;
const SECRET = 'pass phrase äöü';

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sealift-keys-'));
  rsaFile = makeKeyFile(path.join(folder, 'rsa'), ['-t', 'rsa', '-b', '2048']);
  lockedFile = makeKeyFile(path.join(folder, 'locked'), ['-t', 'ed25519', '-N', SECRET]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'no failure';
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

describe('reading', () => {
  it.each([
    ['PKCS#8 with AES', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc']],
    ['PKCS#8 with 3DES', ['pkcs8', '-topk8', '-v2', 'des3']],
    ['PKCS#1 with AES', ['rsa', '-traditional', '-aes128']],
    ['PKCS#1 with 3DES', ['rsa', '-traditional', '-des3']],
  ])('opens %s, and tells a needed from a wrong passphrase', (_name, command) => {
    const plain = path.join(folder, 'plain.pem');
    execFileSync('cp', [rsaFile, plain]);
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', '', '-N', '', '-f', plain]);
    const pem = openssl(...command, '-in', plain, '-passout', `pass:${SECRET}`);
    const { sha256 } = readSshPrivateKey(pem, SECRET).publicHalf;
    expect(sha256).toBe(fingerprintOf(rsaFile));
    expect(readSshPublicHalf(pem, SECRET).sha256).toBe(sha256);
    expect(codeOf(() => readSshPrivateKey(pem))).toBe('SSH_KEY_PASSPHRASE_NEEDED');
    expect(codeOf(() => readSshPrivateKey(pem, 'wrong'))).toBe('SSH_KEY_PASSPHRASE_WRONG');
  });

  it('reads the public half of an encrypted OpenSSH key without its passphrase', () => {
    const half = readSshPublicHalf(readFileSync(lockedFile));
    expect(half.sha256).toBe(fingerprintOf(lockedFile));
    expect(readFileSync(`${lockedFile}.pub`, 'utf8').startsWith(half.line)).toBe(true);
    expect(half.type).toBe('ssh-ed25519');
  });

  it.each(['\r\n', '\r'])(
    'does not mind line ends, a byte order mark and text around (%j)',
    (end) => {
      const key = readFileSync(rsaFile, 'utf8').replaceAll('\n', end);
      const text = `\uFEFFBag Attributes${end}    friendlyName: me${end}${key}${end}`;
      expect(readSshPrivateKey(text).publicHalf.sha256).toBe(fingerprintOf(rsaFile));
    },
  );

  it('signs with SHA-2 and never with SHA-1', () => {
    const { signer } = readSshPrivateKey(readFileSync(rsaFile));
    const data = Buffer.from('data');
    const signature = signer.sign(data, 'sha256');
    expect(signer.verify(data, signature, 'sha256')).toBe(true);
    for (const algorithm of ['sha1', undefined]) {
      expect(signer.sign(data, algorithm)).toMatchObject({ message: SHA1_REFUSED });
    }
  });
});

describe('mistakes', () => {
  it.each<[string, string, () => string]>([
    ['SSH_KEY_NOT_PRIVATE', 'other text', () => 'name,email\nA,a@example.com\n'],
    ['SSH_KEY_NOT_PRIVATE', 'nothing', () => ''],
    ['SSH_KEY_NOT_PRIVATE', 'a huge file', () => 'x'.repeat(1_000_000)],
    ['SSH_KEY_IS_PUBLIC', 'a public line', () => readFileSync(`${rsaFile}.pub`, 'utf8')],
    [
      'SSH_KEY_IS_PUBLIC',
      'RFC 4716',
      () => execFileSync('ssh-keygen', ['-e', '-f', `${rsaFile}.pub`]).toString(),
    ],
    [
      'SSH_KEY_IS_PUBLIC',
      'a public PEM',
      () => execFileSync('ssh-keygen', ['-e', '-m', 'PKCS8', '-f', `${rsaFile}.pub`]).toString(),
    ],
    ['SSH_KEY_IS_OPENPGP', 'an OpenPGP key', () => '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx\n'],
    ['SSH_KEY_PUTTY', 'PuTTY 2', () => 'PuTTY-User-Key-File-2: ssh-rsa\r\nEncryption: none\r\n'],
    ['SSH_KEY_PUTTY', 'PuTTY 3', () => 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n'],
    ['SSH_KEY_PASSPHRASE_NEEDED', 'a locked key', () => readFileSync(lockedFile, 'utf8')],
    ['SSH_KEY_DAMAGED', 'half a file', () => readFileSync(rsaFile, 'utf8').slice(0, 600)],
    [
      'SSH_KEY_DAMAGED',
      'a body that is cut',
      () => readFileSync(rsaFile, 'utf8').replace(/\n.{70}\n/, '\n'),
    ],
    [
      'SSH_KEY_DAMAGED',
      'an empty PEM',
      () => '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    ],
    ['SSH_KEY_UNSUPPORTED', 'Ed448', () => openssl('genpkey', '-algorithm', 'ed448')],
    [
      'SSH_KEY_UNSUPPORTED',
      'a curve that SSH does not know',
      () => openssl('ecparam', '-name', 'secp256k1', '-genkey', '-noout'),
    ],
    ['SSH_KEY_UNSUPPORTED', 'a security key', () => openSshFile('sk-ssh-ed25519@openssh.com', 16)],
    ['SSH_KEY_UNSUPPORTED', 'endless key derivation', () => openSshFile('ssh-rsa', 2 ** 31)],
  ])('%s: %s', (code, _what, text) => {
    expect(codeOf(() => readSshPrivateKey(text()))).toBe(code);
  });

  it('SSH_KEY_PASSPHRASE_WRONG: for an OpenSSH key', () => {
    const key = readFileSync(lockedFile);
    expect(codeOf(() => readSshPrivateKey(key, 'wrong'))).toBe('SSH_KEY_PASSPHRASE_WRONG');
  });

  it('SSH_KEY_PASSPHRASE_WRONG: even when the nonsense has good padding', () => {
    const pem = openssl('ec', '-in', ecFile(), '-aes128', '-passout', 'pass:right');
    const codes = new Set<string>();
    // One in 256 wrong passphrases passes the padding.
    for (let attempt = 0; attempt < 1500; attempt++) {
      codes.add(codeOf(() => readSshPrivateKey(pem, `wrong ${attempt}`)));
    }
    expect([...codes]).toEqual(['SSH_KEY_PASSPHRASE_WRONG']);
  });

  it('never shows the key or the passphrase in the error', () => {
    for (const passphrase of [undefined, 'my wrong secret']) {
      try {
        readSshPrivateKey(readFileSync(lockedFile), passphrase);
      } catch (error) {
        const shown = `${String(error)} ${JSON.stringify((error as AppError).params)}`;
        expect(shown).not.toContain('secret');
        expect(shown).not.toContain('b3BlbnNzaC1rZXk');
      }
    }
  });

  it('any damage is an AppError or the same key', () => {
    const key = readFileSync(makeKeyFile(path.join(folder, 'fuzz')));
    const own = readSshPublicHalf(key).sha256;
    const damage = fc.tuple(fc.nat(key.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const damaged = Buffer.from(key);
        for (const [at, byte] of damages) damaged[at] = byte;
        try {
          readSshPrivateKey(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 300 },
    );
    expect(readSshPublicHalf(key).sha256).toBe(own);
  });
});

describe('making', () => {
  it.each([undefined, SECRET])(
    'makes a key that ssh-keygen reads (passphrase %s)',
    (passphrase) => {
      const made = makeSshKey({
        comment: 'sealift on\nmy desk',
        ...(passphrase && { passphrase }),
      });
      expect(made.line).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ sealift on my desk$/);
      const file = path.join(folder, `made-${passphrase?.length ?? 0}`);
      writeFileSync(file, made.privateKey, { mode: 0o600 });
      const line = execFileSync('ssh-keygen', [
        '-y',
        '-P',
        passphrase ?? '',
        '-f',
        file,
      ]).toString();
      expect(made.line.startsWith(line.trim().split(' ').slice(0, 2).join(' '))).toBe(true);
      expect(made.sha256).toBe(fingerprintOf(file));
      expect(readSshPrivateKey(made.privateKey, passphrase).publicHalf.sha256).toBe(made.sha256);
    },
  );
});

function ecFile(): string {
  const file = path.join(folder, 'ec.pem');
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file);
  return file;
}

/** The clear part of an OpenSSH key file of some type, with some bcrypt rounds. */
function openSshFile(type: string, rounds: number): string {
  const kdf = Buffer.concat([sshString(Buffer.alloc(16)), sshUint32(rounds)]);
  const publicBlob = Buffer.concat([sshString(type), sshString('x')]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    sshString('aes256-ctr'),
    sshString('bcrypt'),
    sshString(kdf),
    sshUint32(1),
    sshString(publicBlob),
    sshString(Buffer.alloc(64)),
  ]).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
