/** ASCII armor: ours against OpenPGP.js's, both ways, and every way in which it can be damaged. */
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { describe, expect, test } from 'vitest';
import { ArmorWriter } from '../../../main/seal/armor-writer.ts';
import { Crc24 } from '../../../main/seal/crc24.ts';
import { dearmor } from '../../../main/seal/dearmor.ts';
import { chunked, collect, Collector, mixedBytes } from './streams.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 });
const write = async (bytes: Uint8Array, ...sizes: number[]) => {
  const sink = new Collector();
  const writer = new ArmorWriter(sink, undefined);
  for await (const chunk of chunked(bytes, ...sizes)) await writer.write(chunk);
  await writer.end();
  return sink.bytes.toString('latin1');
};
const read = (text: string | Uint8Array, ...sizes: number[]) =>
  collect(dearmor(chunked(Buffer.from(text), ...sizes), 'message.asc'));

describe('CRC-24', () => {
  const crc = (bytes: Uint8Array) => {
    const sum = new Crc24();
    sum.update(bytes);
    return Buffer.from(sum.digest()).toString('hex');
  };

  /** Bit by bit, as RFC 9580 section 6.1.1 writes it. */
  const reference = (bytes: Uint8Array) => {
    let value = 0xb704ce;
    for (const byte of bytes) {
      value ^= byte << 16;
      for (let bit = 0; bit < 8; bit += 1) {
        value <<= 1;
        if (value & 0x1000000) value ^= 0x1864cfb;
      }
    }
    return (value & 0xffffff).toString(16).padStart(6, '0');
  };

  test('of nothing and of the usual check string', () => {
    expect(crc(Buffer.alloc(0))).toBe('b704ce');
    expect(crc(Buffer.from('123456789'))).toBe('21cf02');
  });

  test('is the standard’s for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc(bytes)).toBe(reference(bytes));
      }),
    );
  });
});

describe('what we write', () => {
  test('has lines of 64, a checksum and no headers', async () => {
    const lines = (await write(Buffer.alloc(100))).split('\n');
    expect(lines[0]).toBe('-----BEGIN PGP MESSAGE-----');
    expect(lines[1]).toBe('');
    expect(lines.slice(2, 4).map((line) => line.length)).toEqual([64, 64]);
    expect(lines.at(-3)).toMatch(/^=[A-Za-z0-9+/]{4}$/);
    expect(lines.slice(-2)).toEqual(['-----END PGP MESSAGE-----', '']);
  });

  test('is read back by OpenPGP.js and by us, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        cuts,
        async (raw, sizes) => {
          const bytes = Buffer.concat([Uint8Array.of(0xc0), raw]);
          const text = await write(bytes, ...sizes);
          const { data } = await openpgp.unarmor(text);
          expect(Buffer.from(data as Uint8Array)).toEqual(bytes);
          expect(await read(text, ...sizes)).toEqual(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what we read', async () => {
  const bytes = mixedBytes(1000);
  const text = await write(bytes);

  test('may be OpenPGP.js’s, with or without a checksum', async () => {
    for (const emitChecksum of [true, false]) {
      const type = openpgp.enums.armor.message;
      const armored = openpgp.armor(type, bytes, undefined, undefined, 'Note', emitChecksum);
      expect(await read(armored, 100, 7)).toEqual(bytes);
    }
  });

  test.each([
    ['CRLF line ends', text.replaceAll('\n', '\r\n')],
    ['headers', text.replace('\n\n', '\nVersion: x\nComment: a = b - c\n\n')],
    ['text before and after', `Dear all,\nsee below.\n${text}\nRegards - E = mc2\n`],
    ['a UTF-8 mark', `\ufeff${text}`],
    ['blanks at line ends', text.replaceAll('\n', ' \t\n')],
    ['no checksum', text.replace(/\n=[^\n]{4}\n/, '\n')],
  ])('may have %s', async (_what, changed) => {
    expect(await read(changed, 61)).toEqual(bytes);
  });

  test('may be binary', async () => {
    const binary = Buffer.concat([Uint8Array.of(0xc1), bytes]);
    expect(await read(binary, 3)).toEqual(binary);
  });

  test.each([
    ['a wrong checksum', text.replace(/\n=[^\n]{4}\n/, '\n=AAAA\n')],
    ['a changed character', text.replace(/^(.{100})(.)/su, (_, head: string) => `${head}#`)],
    ['no last line', text.slice(0, text.indexOf('-----END'))],
    ['another last line', text.replace('END PGP MESSAGE', 'END PGP SIGNATURE')],
    ['a missing quantum', text.replace(/.{2}\n(=[^\n]{4}\n)/, '\n$1')],
    ['headers that never end', text.replace('\n\n', '\nx\n')],
  ])('is refused with %s', async (_what, changed) => {
    await expect(read(changed)).rejects.toMatchObject({ name: 'MalformedError' });
  });

  test.each([
    ['nothing', '', { code: 'NOT_PGP' }],
    ['plain text', 'a,b\n1,2\n', { code: 'NOT_PGP' }],
    ['a key', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx', { code: 'NOT_ENCRYPTED' }],
    ['a signed text', '-----BEGIN PGP SIGNED MESSAGE-----\n\nx', { code: 'NOT_ENCRYPTED' }],
  ])('%s is told from a message', async (_what, other, error) => {
    await expect(read(other)).rejects.toMatchObject(error);
  });

  test('text without end is given up', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1000;
        yield Buffer.alloc(1000, 'x');
      }
    }
    await expect(collect(dearmor(endless(), 'f'))).rejects.toMatchObject({ code: 'NOT_PGP' });
    expect(given).toBeLessThan(200_000);
  });
});
