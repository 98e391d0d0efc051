// @ts-check
// The reader that unpacks Electron, on archives made here byte by byte.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { unzip } from '../../../scripts/lib/zip.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sealift-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * @param {readonly { name: string, content: string, mode?: number, stored?: boolean }[]} files
 * @returns {string} the path of a new archive
 */
function makeZip(files) {
  const bodies = [];
  const directory = [];
  let offset = 0;
  for (const { name, content, mode = 0o644, stored = false } of files) {
    const data = stored ? Buffer.from(content) : deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + data.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  const path = join(folder, 'archive.zip');
  writeFileSync(path, Buffer.concat([...bodies, index, end]));
  return path;
}

it('unpacks the files that are wanted, under the names they are given', async () => {
  const archive = makeZip([
    { name: 'App/', content: '', stored: true },
    { name: 'App/run', content: '#!/bin/sh\n'.repeat(100), mode: 0o755 },
    { name: 'App/deep/data', content: 'as it is', stored: true },
    { name: 'App/empty', content: '', stored: true },
    { name: 'App/unwanted', content: 'no' },
  ]);
  const target = join(folder, 'out');
  await unzip(archive, target, (name) => (name.endsWith('unwanted') ? undefined : name.slice(4)));
  const read = (/** @type {string} */ name) => readFileSync(join(target, name), 'utf8');
  expect(read('run')).toBe('#!/bin/sh\n'.repeat(100));
  expect(read('deep/data')).toBe('as it is');
  expect(read('empty')).toBe('');
  expect(() => read('unwanted')).toThrow('ENOENT');
  expect(statSync(join(target, 'run')).mode & 0o111).not.toBe(0);
  expect(statSync(join(target, 'deep/data')).mode & 0o111).toBe(0);
});

it('refuses a name that leads out of the folder', async () => {
  const archive = makeZip([{ name: '../outside', content: 'x' }]);
  await expect(unzip(archive, join(folder, 'in'), (name) => name)).rejects.toThrow('leads out');
  expect(() => statSync(join(folder, 'outside'))).toThrow('ENOENT');
});

it('refuses what is no archive', async () => {
  const path = join(folder, 'text.zip');
  writeFileSync(path, 'not a zip');
  await expect(unzip(path, join(folder, 'none'), (name) => name)).rejects.toThrow('no zip archive');
});
