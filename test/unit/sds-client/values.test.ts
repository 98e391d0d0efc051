// What a value is taken for and how it is shown; permissions in words; the bytes that are signed.
import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../shared/domain/sds.ts';
import { PERMISSION_WORDS, VALUE_SHOWN, accessOf, whyNot } from '../../../shared/domain/vault.ts';
import { proofOf, signatureHeader, signedBytes } from '../../../main/sds/signature.ts';
import {
  indentJson,
  kindOf,
  parseMeta,
  requireFits,
  shownValue,
  storedForm,
} from '../../../main/sds/values.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('values', () => {
  it.each([
    ['{"a":1}', 'json'],
    [' [1]', 'json'],
    ['12', 'text'],
    ['{"a":', 'text'],
    ['', 'text'],
    ['line\nline\ttab', 'text'],
    ['bell\u0007', 'binary'],
  ] as const)('%j is %s', (text, kind) => {
    expect(kindOf(bytes(text))).toBe(kind);
  });

  it('takes bytes that are not UTF-8 for bytes, and shows them as hex', () => {
    const value = Buffer.from([0xff, 0xfe, 0x00]);
    expect(kindOf(value)).toBe('binary');
    expect(shownValue(value)).toEqual({ hex: 'fffe00', isCut: false });
  });

  it('cuts what is too long for a window, and says so', () => {
    const shown = shownValue(bytes('x'.repeat(VALUE_SHOWN + 1)));
    expect(shown.text).toHaveLength(VALUE_SHOWN);
    expect(shown.isCut).toBe(true);
  });

  it('indents JSON without touching a number, an escape or the order', () => {
    const text = '{"b":12345678901234567890,"a":["\\u00e4,{\\"]",1e400,[],{}],"c":{}}';
    const indented = indentJson(text);
    expect(indented).toBe(
      '{\n  "b": 12345678901234567890,\n  "a": [\n    "\\u00e4,{\\"]",\n    1e400,\n    [],\n    {}\n  ],\n  "c": {}\n}',
    );
    expect(JSON.parse(indented)).toEqual(JSON.parse(text));
  });

  it('stores text as base64, and base64 only where it is canonical', () => {
    expect(storedForm('text', 'ä')).toBe('w6Q=');
    expect(storedForm('base64', 'w6Q=')).toBe('w6Q=');
    for (const bad of ['w6Q', 'w6R=', 'w6Q=\n', 'w_Q=']) {
      expect(() => storedForm('base64', bad)).toThrow('SDS_VALUE_NOT_BASE64');
    }
  });

  it('refuses metadata that is no JSON, and a record that is too large', () => {
    expect(parseMeta(' ')).toBeNull();
    expect(parseMeta('{"a":1}')).toEqual({ a: 1 });
    expect(() => parseMeta('{a}')).toThrow('SDS_META_INVALID');
    expect(() => requireFits({ data: 'x'.repeat(384_000) })).toThrow('SDS_VALUE_TOO_LARGE');
    requireFits({ data: 'x'.repeat(383_000) });
  });
});

describe('permissions', () => {
  it('have words that fit their digits', () => {
    for (const permission of PERMISSIONS) {
      const { write, read } = accessOf(permission);
      expect(/write/i.test(PERMISSION_WORDS[permission])).toBe(write);
      expect(/read/i.test(PERMISSION_WORDS[permission])).toBe(read !== 'none');
      expect(/encrypted/.test(PERMISSION_WORDS[permission])).toBe(read === 'encrypted');
    }
  });

  it('say what is missing and who can give it', () => {
    const vault = {
      name: 'v-1',
      owner: 'Boss',
      isMine: false,
      permission: '100',
      isEnabled: true,
    } as const;
    expect(whyNot(vault, 'write')).toBeUndefined();
    expect(whyNot(vault, 'read')).toMatch(/permission 100 .*not allow to read.*Boss.*001/);
    expect(whyNot({ ...vault, isMine: true }, 'read')).toMatch(/As its owner you can give it/);
    expect(whyNot({ ...vault, isEnabled: false }, 'write')).toMatch(/disabled.*Boss/);
    expect(whyNot(vault, 'configure')).toMatch(/Only the owner.*Boss/);
    expect(whyNot({ ...vault, isMine: true }, 'configure')).toBeUndefined();
  });
});

describe('signatures', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const strict = {
    tenant: 't',
    requestId: 'r',
    epochSeconds: 12,
    method: 'POST',
    target: '/p?q=1',
    body: '{}',
  };

  it('cover the name, and in strict mode everything', () => {
    expect(signedBytes('App-1').toString()).toBe('App-1');
    const hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    expect(signedBytes('App-1', strict).toString()).toBe(`App-1\nt\nr\n12\nPOST\n/p?q=1\n${hash}`);
    expect(signedBytes('App-1', { ...strict, body: undefined }).toString()).toMatch(/\nUNSIGNED$/);
  });

  it('are SHA1withRSA and name the app; the proof is SHA256withRSA', () => {
    const [signature = '', name = ''] = signatureHeader(
      { name: 'App-1', privateKey },
      strict,
    ).split('.');
    const signed = signedBytes('App-1', strict);
    expect(Buffer.from(name, 'base64').toString()).toBe('App-1');
    expect(verify('RSA-SHA1', signed, publicKey, Buffer.from(signature, 'base64'))).toBe(true);
    const proof = Buffer.from(proofOf(privateKey, 'app:1', 'KEY'), 'base64');
    expect(verify('RSA-SHA256', Buffer.from('app:1.KEY'), publicKey, proof)).toBe(true);
  });
});
