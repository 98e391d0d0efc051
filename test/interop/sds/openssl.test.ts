/** Signatures and envelopes against OpenSSL's command line, in both directions, with keys of all sizes. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealForReader } from '../../../server/sds/envelope.ts';
import { readAppKey } from '../../../server/sds/rules.ts';
import { isProof, isSignedBy, signedBytes } from '../../../server/sds/signature.ts';
import { openSealed } from '../../helpers/sds.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-openssl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs OpenSSL; files are named within the test's folder. */
function openssl(args: readonly string[], input: string | Buffer = ''): Buffer {
  return execFileSync('openssl', args, { input, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
}

const STRICT = {
  tenantId: 'tenant',
  requestId: 'request',
  timestamp: '1764268800',
  method: 'GET',
  target: '/core/api/v1/sds/data?ids=a,b',
  bodyHash: 'UNSIGNED',
};

describe.each([512, 1024, 2048, 3072, 4096])('RSA of %i bits', (bits) => {
  const pem = `key-${bits}.pem`;
  const der = `key-${bits}.der`;
  let privateKey: KeyObject;
  let publicKey: KeyObject;
  let keyText: string;

  beforeAll(() => {
    const size = `rsa_keygen_bits:${bits}`;
    openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', size, '-out', pem]);
    openssl(['pkey', '-in', pem, '-pubout', '-outform', 'DER', '-out', der]);
    privateKey = createPrivateKey(readFileSync(join(folder, pem)));
    keyText = readFileSync(join(folder, der)).toString('base64');
    publicKey = readAppKey(keyText).publicKey;
  });

  it.each([['normal'], ['strict']])('its %s signature is verified here', (mode) => {
    const bytes = signedBytes('Participant', mode === 'strict' ? STRICT : undefined);
    const signature = openssl(['dgst', '-sha1', '-sign', pem], bytes);
    expect(isSignedBy(publicKey, bytes, signature)).toBe(true);
    expect(isSignedBy(publicKey, Buffer.concat([bytes, bytes]), signature)).toBe(false);
  });

  it('a signature from here is verified there', () => {
    const bytes = signedBytes('Participant', STRICT);
    writeFileSync(join(folder, 'signature'), sign('RSA-SHA1', bytes, privateKey));
    const verify = ['dgst', '-sha1', '-keyform', 'DER', '-verify', der, '-signature', 'signature'];
    expect(openssl(verify, bytes).toString()).toContain('Verified OK');
    expect(() => openssl(verify, 'other')).toThrow();
  });

  it('its proof of a new key is accepted', () => {
    const proof = openssl(['dgst', '-sha256', '-sign', pem], `app:1.${keyText}`);
    expect(isProof(publicKey, 'app:1', keyText, proof)).toBe(true);
    expect(isProof(publicKey, 'app:2', keyText, proof)).toBe(false);
  });

  const text = Buffer.from('+49 151 1234567, Zürich').toString('base64');

  it('an envelope from here opens there', () => {
    for (const data of [text, '', Buffer.alloc(100_000, 7).toString('base64')]) {
      const [secretPart = '', dataPart = ''] = sealForReader(data, publicKey).split('.');
      const unwrap = ['pkeyutl', '-decrypt', '-inkey', pem, '-pkeyopt', 'rsa_padding_mode:pkcs1'];
      const secret = openssl(unwrap, Buffer.from(secretPart, 'base64'));
      expect(secret).toHaveLength(16);
      const decrypt = ['enc', '-d', '-aes-128-cbc', '-K', secret.toString('hex')];
      const opened = openssl([...decrypt, '-iv', '0'.repeat(32)], Buffer.from(dataPart, 'base64'));
      expect(opened.toString()).toBe(data);
    }
  });

  it('an envelope from there opens here', () => {
    const secret = openssl(['rand', '16']);
    const wrap = ['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', der];
    const wrapped = openssl([...wrap, '-pkeyopt', 'rsa_padding_mode:pkcs1'], secret);
    const encrypt = ['enc', '-aes-128-cbc', '-K', secret.toString('hex')];
    const data = openssl([...encrypt, '-iv', '0'.repeat(32)], text);
    const sealed = `${wrapped.toString('base64')}.${data.toString('base64')}`;
    expect(openSealed(privateKey, sealed)).toBe(text);
  });
});

it('a secret is used once', () => {
  openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024', '-out', 'once.pem']);
  const key = createPrivateKey(readFileSync(join(folder, 'once.pem')));
  const der = openssl(['pkey', '-in', 'once.pem', '-pubout', '-outform', 'DER']);
  const { publicKey } = readAppKey(der.toString('base64'));
  const sealed = Array.from({ length: 100 }, () => sealForReader('AAAA', publicKey));
  expect(new Set(sealed.flatMap((one) => one.split('.'))).size).toBe(200);
  for (const one of sealed) expect(openSealed(key, one)).toBe('AAAA');
});
