// @ts-check
// A small reader of zip archives (PKWARE APPNOTE 6.3): enough for the one archive that
// lib/electron.mjs unpacks, since Node has no such thing and Debian's unzip may be missing.
// No zip64, no encryption; callers check the archive's integrity first.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { ScriptError } from './project.mjs';

const endOfDirectory = { signature: 0x06054b50, sizeBytes: 22, maxCommentBytes: 0xffff };
const directoryEntry = { signature: 0x02014b50, sizeBytes: 46 };
const localHeader = { sizeBytes: 30 };
const stored = 0;

/**
 * @typedef {{ name: string, method: number, mode: number, packedBytes: number, offset: number }} ZipEntry
 */

/**
 * Unpacks the files for which `place` names a path, relative to `folder`.
 * @param {string} archive
 * @param {string} folder
 * @param {(name: string) => string | undefined} place
 */
export async function unzip(archive, folder, place) {
  const file = await open(archive, 'r');
  try {
    for (const entry of await readDirectory(file)) {
      const path = entry.name.endsWith('/') ? undefined : place(entry.name);
      if (path === undefined) continue;
      const target = resolve(folder, path);
      if (!target.startsWith(resolve(folder) + sep))
        throw new ScriptError(`zip: ${entry.name} leads out`);
      await mkdir(dirname(target), { recursive: true });
      await extract(archive, await dataStart(file, entry), entry, target);
    }
  } finally {
    await file.close();
  }
}

/**
 * @param {import('node:fs/promises').FileHandle} file
 * @returns {Promise<ZipEntry[]>}
 */
async function readDirectory(file) {
  const { size } = await file.stat();
  const tail = await read(
    file,
    Math.max(0, size - endOfDirectory.sizeBytes - endOfDirectory.maxCommentBytes),
    size,
  );
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(endOfDirectory.signature);
  const endAt = tail.lastIndexOf(mark);
  if (endAt < 0) throw new ScriptError('zip: this is no zip archive');
  const end = tail.subarray(endAt);
  const count = end.readUInt16LE(10);
  const start = end.readUInt32LE(16);
  const directory = await read(file, start, start + end.readUInt32LE(12));
  /** @type {ZipEntry[]} */
  const entries = [];
  for (let at = 0; entries.length < count;) {
    const head = directory.subarray(at);
    if (head.readUInt32LE(0) !== directoryEntry.signature) throw new ScriptError('zip: damaged');
    const nameBytes = head.readUInt16LE(28);
    entries.push({
      name: head.toString('utf8', directoryEntry.sizeBytes, directoryEntry.sizeBytes + nameBytes),
      method: head.readUInt16LE(10),
      packedBytes: head.readUInt32LE(20),
      mode: head.readUInt32LE(38) >>> 16,
      offset: head.readUInt32LE(42),
    });
    at += directoryEntry.sizeBytes + nameBytes + head.readUInt16LE(30) + head.readUInt16LE(32);
  }
  return entries;
}

/**
 * The local header's name and extra field may differ in length from the directory's.
 * @param {import('node:fs/promises').FileHandle} file
 * @param {ZipEntry} entry
 */
async function dataStart(file, entry) {
  const header = await read(file, entry.offset, entry.offset + localHeader.sizeBytes);
  const nameBytes = header.readUInt16LE(26);
  const extraBytes = header.readUInt16LE(28);
  return entry.offset + localHeader.sizeBytes + nameBytes + extraBytes;
}

/**
 * @param {string} archive
 * @param {number} start
 * @param {ZipEntry} entry
 * @param {string} target
 */
async function extract(archive, start, entry, target) {
  const mode = entry.mode & 0o100 ? 0o755 : 0o644;
  if (entry.packedBytes === 0) return writeFile(target, '', { mode });
  const packed = createReadStream(archive, { start, end: start + entry.packedBytes - 1 });
  const output = createWriteStream(target, { mode });
  if (entry.method === stored) await pipeline(packed, output);
  else await pipeline(packed, createInflateRaw(), output);
}

/**
 * @param {import('node:fs/promises').FileHandle} file
 * @param {number} start
 * @param {number} end
 */
async function read(file, start, end) {
  const bytes = Buffer.alloc(end - start);
  await file.read(bytes, 0, bytes.length, start);
  return bytes;
}
