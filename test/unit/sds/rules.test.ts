import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../server/http/limits.ts';
import { SdsFailure, errorOf } from '../../../server/sds/failure.ts';
import { timeOrderedUuid } from '../../../server/sds/ids.ts';
import { canWrite, readModeOf } from '../../../server/sds/permissions.ts';
import { isCanonicalBase64, isShallow, readAppKey } from '../../../server/sds/rules.ts';
import { isTimely, parseSignature } from '../../../server/sds/signature.ts';
import { NO_VAULT, TenantKeys } from '../../../server/sds/tenant-keys.ts';
import { Tokens } from '../../../server/sds/tokens.ts';
import { SealError } from '../../../server/crypto/sealer.ts';
import { PERMISSIONS, SDS_FAILURES } from '../../../shared/domain/sds.ts';
import type { SdsFailureKind } from '../../../shared/domain/sds.ts';

const kindOf = (work: () => unknown): SdsFailureKind | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as SdsFailure).kind;
  }
};

describe('permissions', () => {
  it.each([
    ['110', true, 'decrypted'],
    ['101', true, 'encrypted'],
    ['100', true, undefined],
    ['010', false, 'decrypted'],
    ['001', false, 'encrypted'],
    ['000', false, undefined],
  ] as const)('%s', (permission, writes, mode) => {
    expect(canWrite(permission)).toBe(writes);
    expect(readModeOf(permission)).toBe(mode);
  });

  it('are six', () => {
    expect(PERMISSIONS).toHaveLength(6);
  });
});

describe('base64', () => {
  it('of any bytes is canonical, and nothing else is', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(isCanonicalBase64(Buffer.from(bytes).toString('base64'))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQR=+/-_ \n') }), (text) => {
        const again = Buffer.from(text, 'base64').toString('base64');
        expect(isCanonicalBase64(text)).toBe(again === text);
      }),
    );
  });
});

describe('meta', () => {
  it('is at most 64 deep', () => {
    const nest = (depth: number): unknown =>
      Array.from({ length: depth }).reduce((inner) => ({ a: [inner] }), 0);
    expect(isShallow(nest(32))).toBe(true);
    expect(isShallow(nest(33))).toBe(false);
    expect(isShallow(null)).toBe(true);
  });
});

/** A SubjectPublicKeyInfo of these numbers, whatever they are. */
function spki(modulus: bigint, exponent: bigint): string {
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const length =
      body.length < 128
        ? [body.length]
        : body.length < 256
          ? [0x81, body.length]
          : [0x82, body.length >> 8, body.length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...length]), body]);
  };
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    return der(2, bytes[0]! >= 128 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
  };
  const algorithm = der(0x30, Buffer.from('06092a864886f70d0101010500', 'hex'));
  const key = der(0x30, integer(modulus), integer(exponent));
  return der(0x30, algorithm, der(3, Buffer.of(0), key)).toString('base64');
}

describe('keys', () => {
  const odd = (bits: number): bigint => (1n << BigInt(bits - 1)) | 12345678901234567n;
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const good = publicKey.export({ format: 'der', type: 'spki' });

  it('are RSA of 512 bits and more; below 2048 they are called weak', () => {
    expect(readAppKey(good.toString('base64'))).toMatchObject({ bits: 1024, isWeak: true });
    for (const [bits, isWeak] of [
      [512, true],
      [2047, true],
      [2048, false],
      [4096, false],
      [16384, false],
    ] as const) {
      expect(readAppKey(spki(odd(bits), 65537n))).toMatchObject({ bits, isWeak });
    }
    expect(readAppKey(spki(odd(2048), 3n)).bits).toBe(2048);
  });

  const pkcs1 = publicKey.export({ format: 'der', type: 'pkcs1' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey;
  it.each([
    ['511 bits', spki(odd(511), 65537n)],
    ['16385 bits', spki(odd(16385), 65537n)],
    ['an even exponent', spki(odd(2048), 4n)],
    ['the exponent 1', spki(odd(2048), 1n)],
    ['an even modulus', spki(odd(2048) - 1n, 65537n)],
    ['PKCS #1', pkcs1.toString('base64')],
    ['another algorithm', ec.export({ format: 'der', type: 'spki' }).toString('base64')],
    ['RSA-PSS', pss.export({ format: 'der', type: 'spki' }).toString('base64')],
    ['bytes after the end', Buffer.concat([good, Buffer.of(0)]).toString('base64')],
    ['too much padding', `${good.toString('base64')}=`],
    ['a line break', `${good.toString('base64')}\n`],
    ['nothing', ''],
  ])('are not accepted with %s', (_, text) => {
    expect(kindOf(() => readAppKey(text))).toBe('KEY_INVALID');
  });
});

describe('the signature header', () => {
  const name = (text: string): string => Buffer.from(text).toString('base64');
  it('has two parts of canonical base64', () => {
    expect(parseSignature(`AQID.${name('my_app-1')}`)).toEqual({
      appName: 'my_app-1',
      signature: Buffer.of(1, 2, 3),
    });
    for (const header of [
      '',
      '.',
      'AQID',
      `.${name('my_app')}`,
      'AQID.',
      `AQID.${name('my_app')}.`,
      `AQ.${name('my_app')}`,
      `AQID.${name('my app')}`,
      `AQID.${name('ab')}`,
      `AQID.${name('my_app').replace('=', '')}x`,
    ]) {
      expect(parseSignature(header), header).toBeUndefined();
    }
  });

  it('holds for 300 seconds before and after its time', () => {
    const now = 1_700_000_000_000;
    const isGood = (seconds: number) => isTimely(String(1_700_000_000 + seconds), now);
    expect([-301, -300, 0, 300, 301].map(isGood)).toEqual([false, true, true, true, false]);
    expect(isTimely('999999999999', now)).toBe(false);
  });
});

describe('tokens', () => {
  let now = 1_700_000_000_000;
  const master = Buffer.alloc(32, 7);
  const tokens = new Tokens(master, () => now);
  const token = tokens.issue('tenant-1');

  it('hold for a day, on every server with this master key', () => {
    expect(tokens.check(token)).toBe('tenant-1');
    expect(new Tokens(master, () => now).check(token)).toBe('tenant-1');
    expect(new Tokens(Buffer.alloc(32, 8), () => now).check(token)).toBeUndefined();
    now += 86_399_000;
    expect(tokens.check(token)).toBe('tenant-1');
    now += 1000;
    expect(tokens.check(token)).toBeUndefined();
    now -= 86_400_000;
  });

  it('cannot be altered', () => {
    const [payload = '', mac = ''] = token.split('.');
    const forged = Buffer.from('{"tenant":"other","expires":9999999999}').toString('base64url');
    const own = createHmac('sha256', master).update(payload).digest('base64url');
    for (const bad of ['', '.', payload, `${forged}.${mac}`, `${payload}.${own}`, `${token}.x`]) {
      expect(tokens.check(bad), bad).toBeUndefined();
    }
    expect(tokens.check('x'.repeat(5000))).toBeUndefined();
  });
});

describe('errors', () => {
  it('have codes of twelve digits: service, method, reason; each reason once', () => {
    const reasons = Object.values(SDS_FAILURES).map(({ unique }) => unique);
    expect(new Set(reasons).size).toBe(reasons.length);
    const codeOf = (kind: SdsFailureKind, verb: string, path: string) =>
      errorOf(new SdsFailure(kind, 'words'), verb, path).code;
    const base = '/core/api/v1/sds';
    expect(codeOf('FORBIDDEN', 'GET', `${base}/data/data:1`)).toBe('210103010201');
    expect(codeOf('NOT_FOUND', 'DELETE', `${base}/files/x`)).toBe('210104040301');
    expect(codeOf('CLIENT_INVALID', 'POST', '/core/api/v1/aaa/auth/client-credentials')).toBe(
      '210109020101',
    );
    for (const path of ['', '/', `${base}/constructor`, '/constructor/x']) {
      expect(codeOf('NO_SUCH_CALL', '__proto__', path)).toBe('210100000302');
    }
  });
});

describe('ids', () => {
  it('made later sort behind', () => {
    const ids = [1, 1, 2, 1000, 1_700_000_000_000, 1_700_000_000_000].map((ms) =>
      timeOrderedUuid(ms),
    );
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});

describe("a tenant's keys", () => {
  const keys = new TenantKeys('tenant-1', Buffer.alloc(32, 1));
  const sealed = keys.seal('sds-data', 'vault-1', 'id-1', 'text');

  it('open what they sealed in its own place only', () => {
    expect(keys.openText('sds-data', 'vault-1', 'id-1', sealed)).toBe('text');
    const other = new TenantKeys('tenant-2', Buffer.alloc(32, 1));
    for (const open of [
      () => keys.openText('sds-data', 'vault-2', 'id-1', sealed),
      () => keys.openText('sds-data', 'vault-1', 'id-2', sealed),
      () => keys.openText('sds-data', NO_VAULT, 'id-1', sealed),
      () => keys.openText('sds-meta', 'vault-1', 'id-1', sealed),
      () => other.openText('sds-data', 'vault-1', 'id-1', sealed),
    ]) {
      expect(open).toThrow(SealError);
    }
  });

  it('hash by vault and purpose', () => {
    const hashes = [
      keys.hash('unique-data', 'vault-1', 'text'),
      keys.hash('unique-data', 'vault-2', 'text'),
      keys.hash('tag', 'vault-1', 'text'),
      new TenantKeys('tenant-1', Buffer.alloc(32, 2)).hash('unique-data', 'vault-1', 'text'),
    ].map((hash) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(4);
    expect(keys.hash('unique-data', 'vault-1', 'text').toString('hex')).toBe(hashes[0]);
  });
});

describe('the rate limit', () => {
  it('gives each caller a second’s worth, and fills it up again', () => {
    let now = 0;
    const rate = new RateLimit(10, () => now);
    const taken = (caller: string) =>
      Array.from({ length: 20 }, () => kindOf(() => rate.take(caller))).filter(
        (kind) => kind === undefined,
      ).length;
    expect(taken('a')).toBe(10);
    expect(taken('b')).toBe(10);
    now += 500;
    expect(taken('a')).toBe(5);
    now += 5000;
    expect(taken('a')).toBe(10);
    expect(kindOf(() => rate.take('a'))).toBe('TOO_MANY_REQUESTS');
  });
});
