/** Unpacks the one archive that comes with the server: a tar (POSIX ustar), gzipped, that the build made. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const BLOCK_BYTES = 512;
const FOLDER_TYPE = '5';

/** Zlib hands its output over in pieces, of 16 KiB unless told; joining so small ones takes longer than unpacking. */
const PIECE_BYTES = 64 * 1024 * 1024;

/**
 * Folders and plain files only, which are its owner's. Synchronous, since nothing else goes on when a
 * server starts for the first time.
 *
 * @param folder made when it is not there
 * @throws the system's error, with the path
 */
export function unpack(archive: string, folder: string): void {
  const tar = gunzipSync(readFileSync(archive), { chunkSize: PIECE_BYTES });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let at = 0;
  // An empty block ends the archive.
  while (tar[at]) {
    const header = tar.subarray(at, at + BLOCK_BYTES);
    const size = Number.parseInt(field(header, 124, 12), 8);
    const start = at + BLOCK_BYTES;
    place(
      join(folder, field(header, 0, 100)),
      field(header, 156, 1),
      tar.subarray(start, start + size),
    );
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

function place(path: string, type: string, content: Uint8Array): void {
  if (type === FOLDER_TYPE) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return;
  }
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (error) {
    // What fails amid a write does not name its file.
    throw Object.assign(error as Error, { path });
  }
}

function field(header: Buffer, start: number, length: number): string {
  return header.toString('latin1', start, start + length).replace(/\0.*/s, '');
}
