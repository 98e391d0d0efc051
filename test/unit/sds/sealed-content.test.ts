// Content at rest: what is changed in any way opens nowhere, and nothing of it is released.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderContent } from '../../../server/sds/content-store.ts';
import {
  ContentDamaged,
  SEGMENT_BYTES,
  SealedContentWriter,
  packSecret,
  readSealedContent,
  unpackSecret,
} from '../../../server/sds/sealed-content.ts';
import type { ContentSecret } from '../../../server/sds/sealed-content.ts';

const HEADER = 16;
const SEALED = SEGMENT_BYTES + 16;
const VECTORS = join(import.meta.dirname, '../../fixtures/vectors/sds-content.json');

let root: string;
let store: FolderContent;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sealift-content-'));
  store = new FolderContent(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

let count = 0;
function placeOf(n: number) {
  const end = String(n).padStart(12, '0');
  return { tenantId: 'tenant', vaultId: 'vault', id: `00000000-0000-7000-8000-${end}` };
}

async function seal(plain: Buffer, pieceBytes = 40_000) {
  const place = placeOf((count += 1));
  const writer = new SealedContentWriter(await store.create(place.id), place);
  for (let at = 0; at < plain.length; at += pieceBytes) {
    await writer.write(plain.subarray(at, at + pieceBytes));
  }
  const secret = await writer.commit();
  const path = join(root, place.id.slice(-2), place.id);
  return { place, secret, path, bytes: await readFile(path) };
}

async function read(
  place: ReturnType<typeof placeOf>,
  secret: ContentSecret,
  start = 0,
  end = secret.size,
): Promise<{ released: Buffer; error: unknown }> {
  const reader = await store.open(place.id);
  const released: Buffer[] = [];
  let error: unknown;
  try {
    for await (const part of readSealedContent(reader, secret, place, { start, end })) {
      released.push(Buffer.from(part));
    }
  } catch (caught) {
    error = caught;
  } finally {
    await reader.close();
  }
  return { released: Buffer.concat(released), error };
}

describe('content of every length around a segment', () => {
  it.each([0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES + 7])(
    '%i bytes come back',
    async (size) => {
      const plain = randomBytes(size);
      const { place, secret, bytes } = await seal(plain);
      expect(secret.size).toBe(size);
      const segments = Math.max(1, Math.ceil(size / SEGMENT_BYTES));
      expect(bytes.length).toBe(HEADER + size + 16 * segments);
      expect(await read(place, secret)).toEqual({ released: plain, error: undefined });
      expect(unpackSecret(packSecret(secret))).toEqual(secret);
    },
  );

  it('comes out alike however it came in', async () => {
    const plain = randomBytes(200_000);
    for (const piece of [1000, SEGMENT_BYTES, 199_999]) {
      const { place, secret } = await seal(plain, piece);
      expect((await read(place, secret)).released.equals(plain)).toBe(true);
    }
  });

  it('is read in ranges at and around all boundaries', async () => {
    const plain = randomBytes(10 * SEGMENT_BYTES + 100);
    const { place, secret } = await seal(plain);
    const marks = [0, 1, 2, 8, 9, 10].flatMap((n) =>
      [-1, 0, 1].map((step) => n * SEGMENT_BYTES + step),
    );
    const points = [...marks, plain.length - 1, plain.length].filter(
      (point) => point >= 0 && point <= plain.length,
    );
    for (const start of points) {
      for (const end of points.filter((point) => point > start)) {
        const { released, error } = await read(place, secret, start, end);
        expect(error).toBeUndefined();
        expect(released.equals(plain.subarray(start, end)), `${start}-${end}`).toBe(true);
      }
    }
  });
});

describe('changed content', () => {
  /** @param safe how many bytes at the start are still as they were */
  async function expectDamage(
    original: { place: ReturnType<typeof placeOf>; secret: ContentSecret; path: string },
    plain: Buffer,
    bytes: Buffer,
    safe: number,
  ) {
    await writeFile(original.path, bytes);
    const { released, error } = await read(original.place, original.secret);
    expect(error).toBeInstanceOf(ContentDamaged);
    expect(released.length).toBeLessThanOrEqual(safe);
    expect(released.equals(plain.subarray(0, released.length))).toBe(true);
  }
  const plain = randomBytes(3 * SEGMENT_BYTES + 10);

  it('with one bit flipped releases nothing from there on', async () => {
    const sealed = await seal(plain);
    for (const at of [
      0,
      HEADER - 1,
      HEADER,
      HEADER + SEGMENT_BYTES,
      HEADER + SEALED - 1,
      HEADER + SEALED,
      HEADER + 3 * SEALED,
      sealed.bytes.length - 1,
    ]) {
      const changed = Buffer.from(sealed.bytes);
      changed[at]! ^= 1;
      const segment = Math.max(0, Math.floor((at - HEADER) / SEALED));
      await expectDamage(sealed, plain, changed, segment * SEGMENT_BYTES);
    }
  });

  it('cut off or lengthened releases nothing at all', async () => {
    const sealed = await seal(plain);
    const { bytes } = sealed;
    for (const length of [0, HEADER, HEADER + SEALED, HEADER + 3 * SEALED, bytes.length - 1]) {
      await expectDamage(sealed, plain, bytes.subarray(0, length), 0);
    }
    await expectDamage(sealed, plain, Buffer.concat([bytes, Buffer.of(0)]), 0);
    await expectDamage(sealed, plain, Buffer.concat([bytes, bytes.subarray(HEADER)]), 0);
  });

  it('cut off at a segment does not open under a size that fits', async () => {
    const sealed = await seal(plain);
    await writeFile(sealed.path, sealed.bytes.subarray(0, HEADER + 2 * SEALED));
    const shorter = { ...sealed.secret, size: 2 * SEGMENT_BYTES };
    const { released, error } = await read(sealed.place, shorter);
    expect(error).toBeInstanceOf(ContentDamaged);
    expect(released.length).toBe(SEGMENT_BYTES);
  });

  it('with segments in another order releases nothing from there on', async () => {
    const sealed = await seal(plain);
    const { bytes } = sealed;
    const at = (n: number) => bytes.subarray(HEADER + n * SEALED, HEADER + (n + 1) * SEALED);
    const swapped = Buffer.concat([bytes.subarray(0, HEADER), at(1), at(0), at(2), at(3)]);
    await expectDamage(sealed, plain, swapped, 0);
    const repeated = Buffer.concat([bytes.subarray(0, HEADER), at(0), at(0), at(2), at(3)]);
    await expectDamage(sealed, plain, repeated, SEGMENT_BYTES);
  });

  it('of another file, vault or tenant does not open', async () => {
    const [one, other] = [await seal(plain), await seal(plain)];
    await expectDamage(one, plain, other.bytes, 0);
    await writeFile(one.path, other.bytes);
    // Even with the other file's key: a segment is bound to whose it is.
    const { released, error } = await read(one.place, other.secret);
    expect(error).toBeInstanceOf(ContentDamaged);
    expect(released.length).toBe(0);
    for (const change of [{ tenantId: 'other' }, { vaultId: 'other' }]) {
      const moved = { ...other.place, ...change };
      expect((await read(moved, other.secret)).error).toBeInstanceOf(ContentDamaged);
    }
  });

  it('is noticed by a range that touches it', async () => {
    const sealed = await seal(plain);
    const changed = Buffer.from(sealed.bytes);
    changed[HEADER + SEALED + 5]! ^= 1;
    await writeFile(sealed.path, changed);
    const good = await read(sealed.place, sealed.secret, 0, 100);
    expect(good).toEqual({ released: plain.subarray(0, 100), error: undefined });
    const bad = await read(sealed.place, sealed.secret, SEGMENT_BYTES, SEGMENT_BYTES + 1);
    expect(bad.error).toBeInstanceOf(ContentDamaged);
    expect(bad.released.length).toBe(0);
  });
});

describe('the folder', () => {
  it('has nothing under its name before the end, and nothing at all after giving up', async () => {
    const place = placeOf(999);
    const target = await store.create(place.id);
    const writer = new SealedContentWriter(target, place);
    await writer.write(randomBytes(200_000));
    await expect(store.open(place.id)).rejects.toMatchObject({ code: 'ENOENT' });
    await writer.discard();
    expect(await readdir(join(root, place.id.slice(-2)))).toEqual([]);
  });

  it('removes content whether it is whole, half or not there', async () => {
    const whole = await seal(randomBytes(10));
    await store.remove(whole.place.id);
    await store.create(whole.place.id);
    await store.remove(whole.place.id);
    await store.remove(whole.place.id);
    expect(await readdir(join(root, whole.place.id.slice(-2)))).toEqual([]);
  });
});

describe('the vector of docs/formats/sds-content.md', () => {
  it('is what is written, and opens', async () => {
    const vector = JSON.parse(await readFile(VECTORS, 'utf8')) as Record<string, string>;
    const { tenantId, vaultId, id, keyHex, plainText, sealedHex } = vector as Record<
      'tenantId' | 'vaultId' | 'id' | 'keyHex' | 'plainText' | 'sealedHex',
      string
    >;
    const place = { tenantId, vaultId, id };
    const key = Buffer.from(keyHex, 'hex');
    const writer = new SealedContentWriter(await store.create(id), place, key);
    await writer.write(Buffer.from(plainText));
    const secret = await writer.commit();
    const written = await readFile(join(root, id.slice(-2), id));
    expect(written.toString('hex')).toBe(sealedHex);
    expect((await read(place, secret)).released.toString()).toBe(plainText);
  });
});
