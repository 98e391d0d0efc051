// Envelopes made by OpenSSL's command line, whole and damaged in every byte: what opens, and what slips through.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnvelopeOpener, openEnvelopes } from '../../../main/sds/envelope.ts';
import { readAppKey, toDer } from '../../../main/sds/app-key.ts';

let folder = '';
const path = (name: string): string => join(folder, name);
const openssl = (args: readonly string[], input?: Buffer): Buffer =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-openssl-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeKey(bits: number): void {
  openssl([
    'genpkey',
    '-algorithm',
    'RSA',
    '-pkeyopt',
    `rsa_keygen_bits:${bits}`,
    '-out',
    path('k.pem'),
  ]);
  openssl(['pkey', '-in', path('k.pem'), '-pubout', '-out', path('p.pem')]);
}

/** @param secret 16 bytes, unless a wrong length is wanted */
function seal(text: string, secret = randomBytes(16)): string {
  return `${wrap('pkcs1', secret)}.${encrypt(text, secret.subarray(0, 16))}`;
}

/** @param padding as OpenSSL names it; with `none`, `block` is as long as the key */
function wrap(padding: 'pkcs1' | 'none', block: Buffer): string {
  writeFileSync(path('block'), block);
  const args = ['pkeyutl', '-encrypt', '-pubin', '-inkey', path('p.pem'), '-in', path('block')];
  return openssl([...args, '-pkeyopt', `rsa_padding_mode:${padding}`]).toString('base64');
}

function encrypt(text: string, secret: Buffer): string {
  const key = secret.toString('hex').padEnd(32, '0');
  const args = ['enc', '-aes-128-cbc', '-K', key, '-iv', '0'.repeat(32)];
  return openssl(args, Buffer.from(text)).toString('base64');
}

const opener = (): EnvelopeOpener =>
  new EnvelopeOpener(createPrivateKey(readFileSync(path('k.pem'), 'utf8')));

describe.each([512, 1024, 2048, 3072, 4096])('a key of %i bits', (bits) => {
  it('opens what OpenSSL sealed, of every length', () => {
    makeKey(bits);
    const open = opener();
    for (const length of [0, 1, 11, 12, 13, 100]) {
      const value = randomBytes(length);
      expect(open.openStored(seal(value.toString('base64')))).toEqual(value);
    }
  });

  it('gives one and the same answer for a key of another length, other padding and another key', () => {
    makeKey(bits);
    const open = opener();
    const text = Buffer.from('a value that is long enough').toString('base64');
    for (const length of [0, 1, 15, 17, 32]) {
      expect(open.openStored(seal(text, randomBytes(length)))).toBeUndefined();
    }
    const secret = randomBytes(16);
    const padded = (type: number, filler: number): string => {
      const block = Buffer.alloc(bits / 8, filler);
      block.set([0, type]);
      block.set([0, ...secret], block.length - 17);
      return `${wrap('none', block)}.${encrypt(text, secret)}`;
    };
    expect(open.openStored(padded(2, 1))).toBeDefined();
    for (const [type, filler] of [
      [1, 0xff],
      [3, 1],
      [2, 0],
    ] as const) {
      expect(open.openStored(padded(type, filler))).toBeUndefined();
    }
    const whole = seal(text);
    makeKey(bits);
    expect(opener().openStored(whole)).toBeUndefined();
  });
});

it('reads OpenSSL’s keys in every form, and hands them to the worker', async () => {
  makeKey(1024);
  const envelope = seal(Buffer.from('x').toString('base64'));
  const forms: [string[], string?][] = [
    [['pkey', '-in', path('k.pem')]],
    [['rsa', '-in', path('k.pem'), '-traditional']],
    [['pkcs8', '-topk8', '-in', path('k.pem'), '-passout', 'pass:secret'], 'secret'],
    [['rsa', '-in', path('k.pem'), '-traditional', '-aes128', '-passout', 'pass:secret'], 'secret'],
    [['pkey', '-in', path('k.pem'), '-outform', 'DER']],
    [['rsa', '-in', path('k.pem'), '-traditional', '-outform', 'DER']],
    [
      ['pkcs8', '-topk8', '-in', path('k.pem'), '-outform', 'DER', '-passout', 'pass:secret'],
      'secret',
    ],
  ];
  for (const [args, passphrase] of forms) {
    const bytes = openssl(args);
    const key = readAppKey(bytes, passphrase);
    expect(openEnvelopes(toDer(key), [envelope], false)[0]?.toString()).toBe('x');
    if (passphrase !== undefined) {
      expect(() => readAppKey(bytes)).toThrow('SDS_KEY_PASSPHRASE_NEEDED');
      expect(() => readAppKey(bytes, 'other')).toThrow('SDS_KEY_PASSPHRASE_WRONG');
    }
  }
  for (const bytes of [
    readFileSync(path('p.pem')),
    openssl(['pkey', '-in', path('k.pem'), '-pubout', '-outform', 'DER']),
  ]) {
    expect(() => readAppKey(bytes)).toThrow('SDS_KEY_IS_PUBLIC');
  }
  expect(() => readAppKey(openssl(['genpkey', '-algorithm', 'ED25519']))).toThrow(
    'SDS_KEY_INVALID',
  );
  expect(() => readAppKey(Buffer.from('nothing'))).toThrow('SDS_KEY_INVALID');
});

it('opens no envelope with one byte changed, whichever byte and whatever it became', () => {
  makeKey(512);
  const open = opener();
  const counts = { damaged: 0, opened: 0, openedRaw: 0 };
  // One block, two, three: in the last the first block is not the last.
  for (const value of ['a', 'a phone number', 'a longer value, of three blocks']) {
    const [wrapped = '', content = ''] = seal(Buffer.from(value).toString('base64')).split('.');
    const parts = [Buffer.from(wrapped, 'base64'), Buffer.from(content, 'base64')];
    for (const part of parts) {
      for (let at = 0; at < part.length; at++) {
        for (let flip = 1; flip < 256; flip++) {
          part[at]! ^= flip;
          const envelope = parts.map((one) => one.toString('base64')).join('.');
          part[at]! ^= flip;
          counts.damaged += 1;
          if (open.openStored(envelope)) counts.opened += 1;
          if (open.open(envelope)) counts.openedRaw += 1;
        }
      }
    }
  }
  console.log(`single-byte damage: ${JSON.stringify(counts)}`);
  expect(counts.damaged).toBeGreaterThan(50_000);
  // Whoever damages a byte of CBC makes a block of noise, and noise is no base64.
  expect(counts.opened).toBe(0);
});

it('opens nothing that is no envelope', () => {
  makeKey(1024);
  const open = opener();
  const whole = seal(Buffer.from('x').toString('base64'));
  const [wrapped = '', content = ''] = whole.split('.');
  const bad = [
    '',
    '.',
    whole + '.',
    `${whole}\n`,
    ` ${whole}`,
    wrapped,
    `.${content}`,
    `${wrapped}.`,
  ];
  const loose = [
    `${wrapped.replace(/=+$/, '')}.${content}`,
    `${wrapped}.${content.replace(/=+$/, '')}`,
  ];
  const other = [`${content}.${wrapped}`, `${wrapped}.${Buffer.alloc(15).toString('base64')}`];
  for (const text of [...bad, ...loose, ...other]) expect(open.openStored(text)).toBeUndefined();
  // Not canonical base64 inside: opened as raw bytes only.
  const plain = seal('not base64!');
  expect(open.openStored(plain)).toBeUndefined();
  expect(open.open(plain)?.toString()).toBe('not base64!');
});
